import type { KeyDetail } from '../../client/index.ts';
import type { KeyState } from '../../engine/index.ts';

/*
 * Where the key states and the ways between them are drawn. Geometry only: which way is open now, and where it leads, is
 * read from the key's transitions, which the state machine and the operation table answered.
 */

export interface Box {
  readonly state: KeyState;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Way {
  readonly operation: string;
  readonly from: KeyState;
  readonly to: KeyState;
  readonly path: string;
  /** The arrow head, as a path. */
  readonly head: string;
  /** Centre of the label. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  /** Side on which a narrow chart writes the label. */
  readonly anchor: 'start' | 'middle' | 'end';
}
export interface Layout {
  /** Where the drawing begins: a layout may leave out what lies before. */
  readonly x: number;
  readonly w: number;
  readonly h: number;
  readonly boxes: readonly Box[];
  readonly ways: readonly Way[];
  readonly end: { readonly path: string; readonly head: string; readonly x: number; readonly y: number };
}

const right = (x: number, y: number): string => `M${x} ${y}l-7 -3.5v7z`;
const left = (x: number, y: number): string => `M${x} ${y}l7 -3.5v7z`;
const up = (x: number, y: number): string => `M${x} ${y}l-3.5 7h7z`;
const down = (x: number, y: number): string => `M${x} ${y}l-3.5 -7h7z`;

/** For panes of 700 px and more: the operations stand on their ways. */
export const wide: Layout = {
  x: 0,
  w: 700,
  h: 212,
  boxes: [
    { state: 'PendingImport', x: 1, y: 8, w: 112, h: 64 },
    { state: 'Enabled', x: 185, y: 8, w: 132, h: 64 },
    { state: 'Disabled', x: 497, y: 8, w: 132, h: 64 },
    { state: 'PendingDeletion', x: 348, y: 118, w: 152, h: 46 },
  ],
  ways: [
    {
      operation: 'DisableKey',
      from: 'Enabled',
      to: 'Disabled',
      path: 'M317 22H490',
      head: right(497, 22),
      x: 407,
      y: 22,
      w: 112,
      anchor: 'middle',
    },
    {
      operation: 'EnableKey',
      from: 'Disabled',
      to: 'Enabled',
      path: 'M497 58H324',
      head: left(317, 58),
      x: 407,
      y: 58,
      w: 112,
      anchor: 'middle',
    },
    {
      operation: 'ScheduleKeyDeletion',
      from: 'Enabled',
      to: 'PendingDeletion',
      path: 'M251 72V141H341',
      head: right(348, 141),
      x: 251,
      y: 106,
      w: 172,
      anchor: 'middle',
    },
    {
      operation: 'ScheduleKeyDeletion',
      from: 'Disabled',
      to: 'PendingDeletion',
      path: 'M606 72V141H507',
      head: left(500, 141),
      x: 606,
      y: 106,
      w: 172,
      anchor: 'middle',
    },
    {
      operation: 'CancelKeyDeletion',
      from: 'PendingDeletion',
      to: 'Disabled',
      path: 'M424 118V92H510V79',
      head: up(510, 72),
      x: 424,
      y: 92,
      w: 148,
      anchor: 'middle',
    },
  ],
  end: { path: 'M424 164V182', head: down(424, 189), x: 424, y: 197 },
};

/** For panes of 540 px: the same without PendingImport, which no key of AWS_KMS origin enters. */
export const medium: Layout = {
  ...wide,
  x: 163,
  w: 537,
  boxes: wide.boxes.filter((box) => box.state !== 'PendingImport'),
};

/** For phones: the operations stand as buttons below. */
export const narrow: Layout = {
  x: 0,
  w: 336,
  h: 200,
  boxes: [
    { state: 'Enabled', x: 1, y: 6, w: 112, h: 46 },
    { state: 'Disabled', x: 232, y: 6, w: 103, h: 46 },
    { state: 'PendingDeletion', x: 92, y: 108, w: 142, h: 46 },
  ],
  ways: [
    {
      operation: 'DisableKey',
      from: 'Enabled',
      to: 'Disabled',
      path: 'M113 20H225',
      head: right(232, 20),
      x: 170,
      y: 14,
      w: 0,
      anchor: 'middle',
    },
    {
      operation: 'EnableKey',
      from: 'Disabled',
      to: 'Enabled',
      path: 'M232 39H120',
      head: left(113, 39),
      x: 172,
      y: 53,
      w: 0,
      anchor: 'middle',
    },
    {
      operation: 'ScheduleKeyDeletion',
      from: 'Enabled',
      to: 'PendingDeletion',
      path: 'M30 52V131H85',
      head: right(92, 131),
      x: 38,
      y: 84,
      w: 0,
      anchor: 'start',
    },
    {
      operation: 'ScheduleKeyDeletion',
      from: 'Disabled',
      to: 'PendingDeletion',
      path: 'M318 52V139H241',
      head: left(234, 139),
      x: 312,
      y: 84,
      w: 0,
      anchor: 'end',
    },
    {
      operation: 'CancelKeyDeletion',
      from: 'PendingDeletion',
      to: 'Disabled',
      path: 'M234 123H270V59',
      head: up(270, 52),
      x: 264,
      y: 103,
      w: 0,
      anchor: 'end',
    },
  ],
  end: { path: 'M163 154V172', head: down(163, 179), x: 163, y: 187 },
};

export type Transition = KeyDetail['transitions'][number];

/** One operation as the chart offers it. */
export interface Offer {
  readonly transition: Transition;
  /** The way it stands on: from the present state when there is one, else any way of that name, shown as shut. */
  readonly way: Way | undefined;
  readonly kind: 'open' | 'stays' | 'shut';
}

export function offers(detail: Pick<KeyDetail, 'rec' | 'transitions'>, layout: Layout): readonly Offer[] {
  const state = detail.rec.KeyState;
  return detail.transitions.map((transition) => {
    const named = layout.ways.filter((w) => w.operation === transition.operation);
    const way = named.find((w) => w.from === state) ?? named[0];
    const kind = !transition.allowed ? 'shut' : transition.to === state ? 'stays' : 'open';
    return { transition, way, kind };
  });
}
