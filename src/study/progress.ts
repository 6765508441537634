import {
  failed,
  list,
  object,
  oneOf,
  Place,
  tagged,
  text,
  truth,
  whole,
  type Parsed,
  type Problem,
} from './parse.ts';

/*
 * Progress is a list of events that is only added to; everything that is shown is a fold over it. That makes import a
 * union, and two devices the same report.
 */
const day = text(/^\d{4}-\d\d-\d\d$/, 'a day such as 2026-12-12');
const at = whole(0, 8_640_000_000_000_000);

const event = tagged('kind', {
  answered: object(
    {
      id: text(),
      at,
      /** Name of the item; `generated/4711` for one from a seed. */
      item: text(),
      version: whole(1, 10000),
      /** Of the variation: 0 is the item as it is written. */
      seed: whole(0, 2 ** 32),
      idea: text(),
      group: oneOf('A', 'B', 'C', 'D', 'E', 'F', 'G'),
      traps: list(whole(1, 44)),
      outcome: oneOf('right', 'wrong', 'unchecked'),
      sure: truth,
      mode: oneOf('practice', 'review', 'exam', 'generated'),
    },
    { sitting: text(), topics: list(text()) },
  ),
  lab: object({ id: text(), at, item: text(), version: whole(1, 10000), solved: truth, shown: truth }),
  exam: object({
    id: text(),
    at,
    sitting: text(),
    profile: text(),
    right: whole(0, 1000),
    of: whole(0, 1000),
    minutes: whole(0, 10000),
    sureButWrong: whole(0, 1000),
  }),
});
export type StudyEvent = Parsed<typeof event>;
export type Answered = Extract<StudyEvent, { kind: 'answered' }>;

const settings = object(
  {},
  { examDate: day, exam: oneOf('SAA-C03', 'SCS-C03', 'DVA-C03'), bar: whole(50, 95) },
);
export type StudySettings = Parsed<typeof settings>;

const file = object({
  format: oneOf(1),
  what: oneOf('KMS Lab progress'),
  exported: at,
  settings,
  events: list(event),
});
export type ProgressFile = Parsed<typeof file>;

export const progressFile = (
  events: readonly StudyEvent[],
  chosen: StudySettings,
  exported: number,
): ProgressFile => ({ format: 1, what: 'KMS Lab progress', exported, settings: chosen, events });

/** Trusts nothing: the file may come from anywhere. */
export function readProgress(
  value: unknown,
):
  | { readonly ok: true; readonly value: ProgressFile }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const parsed = file.parse(value, new Place('progress', problems));
  return parsed === failed ? { ok: false, problems } : { ok: true, value: parsed };
}

/** Rows of the store that are events of this version; others are left alone. */
export const eventsOf = (rows: readonly unknown[]): readonly StudyEvent[] =>
  rows.flatMap((row) => {
    const parsed = event.parse(row, new Place('row', []));
    return parsed === failed ? [] : [parsed];
  });
export const settingsOf = (value: unknown): StudySettings => {
  const parsed = settings.parse(value ?? {}, new Place('settings', []));
  return parsed === failed ? { examDate: undefined, exam: undefined, bar: undefined } : parsed;
};

/** A union by id, in the order of time: merging is the same in both directions, and twice is once. */
export function merged(a: readonly StudyEvent[], b: readonly StudyEvent[]): readonly StudyEvent[] {
  const all = new Map([...a, ...b].map((each) => [each.id, each]));
  return inTime([...all.values()]);
}
export const inTime = (events: readonly StudyEvent[]): readonly StudyEvent[] =>
  [...events].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
