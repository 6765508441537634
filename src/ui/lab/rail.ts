import type { DueItem } from '../../client/index.ts';

/** Marks of the time rail in percent of its length. The present stands past the middle, the future is drawn to scale. */
export interface Rail {
  readonly now: number;
  readonly first: number | undefined;
  readonly past: readonly { readonly key: number; readonly x: number; readonly bad: boolean }[];
  readonly due: readonly {
    readonly key: number;
    readonly x: number;
    readonly item: DueItem;
    readonly labelled: boolean;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
}

const nowAt = 52;
/** No more marks than a person can tell apart. */
const mostPast = 60;
const mostDue = 20;
/** Labels nearer than this would lie on each other. */
const labelRoom = 24;

export function railOf(
  events: readonly { readonly at: number; readonly bad: boolean }[],
  due: readonly DueItem[],
  now: number,
): Rail {
  const recent = events.filter((e) => e.at <= now).slice(0, mostPast);
  const first = recent.at(-1)?.at;
  const back = Math.max(1, now - (first ?? now));
  const coming = due.slice(0, mostDue);
  const ahead = Math.max(1, (coming.at(-1)?.at ?? now) - now);
  let lastLabel = -Infinity;
  return {
    now: nowAt,
    first,
    past: recent.map((e, key) => ({ key, x: round(nowAt * (1 - (now - e.at) / back) * 0.98), bad: e.bad })),
    due: coming.map((item, key) => {
      // The farthest stands at 96; nothing stands on the present itself.
      const x = round(nowAt + 4 + (96 - nowAt - 4) * (Math.max(0, item.at - now) / ahead));
      const labelled = x - lastLabel >= labelRoom;
      if (labelled) lastLabel = x;
      return { key, x, item, labelled, anchor: x > 80 ? 'end' : 'start' };
    }),
  };
}

const round = (x: number): number => Math.round(x * 10) / 10;
