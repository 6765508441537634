/** What came in is not what it should be: at which place, and what was expected there. */
export class MomentFault extends Error {
  readonly place: string;
  readonly expected: string;

  constructor(place: string, expected: string, got: unknown) {
    const said = JSON.stringify(got) ?? 'nothing';
    super(`${place}: expected ${expected}, got ${said.length > 60 ? `${said.slice(0, 60)}…` : said}`);
    this.name = 'MomentFault';
    this.place = place;
    this.expected = expected;
  }
}

/** A value that came from outside, with its place; each question answers what was asked for, or throws a {@link MomentFault}. */
export interface Reading {
  readonly value: unknown;
  readonly place: string;
  refuse(expected: string): never;
  at(key: string | number, value: unknown): Reading;
  record(): Readonly<Record<string, unknown>>;
  /** A member of a record; its value is undefined when it is not there. */
  member(name: string): Reading;
  list(most: number): readonly Reading[];
  whole(least: number, most: number): number;
  text(most: number): string;
  flag(): boolean;
  oneOf<T extends string>(names: readonly T[]): T;
  /** The answer to a question, or undefined when nothing is there. */
  maybe<T>(read: (at: Reading) => T): T | undefined;
}

export function reading(value: unknown, place = '$'): Reading {
  const refuse = (expected: string): never => {
    throw new MomentFault(place, expected, value);
  };
  const at = (key: string | number, of: unknown): Reading =>
    reading(of, typeof key === 'number' ? `${place}[${key}]` : `${place}.${key}`);
  const record = (): Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? // An object that JSON made: its members are data of any type.
        (value as Record<string, unknown>)
      : refuse('an object');
  return {
    value,
    place,
    refuse,
    at,
    record,
    member: (name) => at(name, Object.hasOwn(record(), name) ? record()[name] : undefined),
    list: (most) =>
      Array.isArray(value) && value.length <= most
        ? value.map((item: unknown, i) => at(i, item))
        : refuse(`a list of at most ${most}`),
    whole: (least, most) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : refuse(`a whole number from ${least} to ${most}`),
    text: (most) =>
      typeof value === 'string' && value.length <= most
        ? value
        : refuse(`a text of at most ${most} characters`),
    flag: () => (typeof value === 'boolean' ? value : refuse('true or false')),
    oneOf: (names) => names.find((name) => name === value) ?? refuse(names.join(', ')),
    maybe: (read) => (value === undefined ? undefined : read(reading(value, place))),
  };
}

/** Pairs of short texts, as an encryption context has them. */
export function pairs(at: Reading): Readonly<Record<string, string>> {
  const entries = Object.keys(at.record());
  if (entries.length > 8) at.refuse('at most 8 pairs');
  for (const name of entries) if (name.length > 128) at.refuse('names of at most 128 characters');
  return Object.fromEntries(entries.map((name) => [name, at.member(name).text(256)]));
}
