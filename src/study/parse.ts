/**
 * A parser of `unknown` that collects every problem with its place, and writes the JSON Schema of what it accepts: one
 * source for both, so that an editor never promises what the checker refuses.
 */
export interface Problem {
  readonly file: string;
  /** A path inside the file: `options[2].steps[0].as`; empty for the file as a whole. */
  readonly place: string;
  readonly code: ProblemCode;
  readonly message: string;
}

export const problemCodes = [
  'unreadable',
  'stemLacks',
  'doubleId',
  'answerUnknown',
  'requiresUnknown',
  'requiresCycle',
  'variableUnknown',
  'fileUnknown',
  'constraintUnknown',
  'wordsMissing',
  'wordsUnused',
  'nameUnstated',
  'keyFails',
  'distractorWorks',
  'verdictDiffers',
  'couldNotCheck',
  'stemUntrue',
  'unstated',
  'otherClass',
  'variationDiffers',
  'orderWorks',
  'outcomeAmbiguous',
  'notBroken',
  'solvedAtStart',
  'solutionFails',
  'stepNotNeeded',
  'wrongWayPasses',
  'tooFewExecuted',
  'mythNotShown',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export const failed: unique symbol = Symbol('failed');
export type Failed = typeof failed;

/** Where the parser stands, and where problems go. */
export class Place {
  constructor(
    private readonly file: string,
    private readonly problems: Problem[],
    private readonly path = '',
  ) {}
  member(name: string): Place {
    return new Place(this.file, this.problems, this.path === '' ? name : `${this.path}.${name}`);
  }
  item(index: number): Place {
    return new Place(this.file, this.problems, `${this.path}[${index}]`);
  }
  refuse(message: string, code: ProblemCode = 'unreadable'): Failed {
    this.problems.push({ file: this.file, place: this.path, code, message });
    return failed;
  }
}

export interface Parser<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly parse: (value: unknown, at: Place) => T | Failed;
}
export type Parsed<P> = P extends Parser<infer T> ? T : never;

/** Never trusts the value: what stands in a file may be anything. */
const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (pattern?: RegExp, what = 'a text'): Parser<string> => ({
  schema: pattern ? { type: 'string', pattern: pattern.source } : { type: 'string', minLength: 1 },
  parse: (value, at) =>
    typeof value === 'string' && (pattern ? pattern.test(value) : value.trim() !== '')
      ? value
      : at.refuse(`expected ${what}, got ${shown(value)}`),
});

export const whole = (min: number, max: number): Parser<number> => ({
  schema: { type: 'integer', minimum: min, maximum: max },
  parse: (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : at.refuse(`expected a whole number from ${min} to ${max}, got ${shown(value)}`),
});

export const truth: Parser<boolean> = {
  schema: { type: 'boolean' },
  parse: (value, at) =>
    typeof value === 'boolean' ? value : at.refuse(`expected true or false, got ${shown(value)}`),
};

export const oneOf = <const T extends readonly (string | number)[]>(...words: T): Parser<T[number]> => ({
  schema: { enum: words },
  parse: (value, at) =>
    words.find((word) => word === value) ??
    at.refuse(`expected ${words.map(shown).join(' or ')}, got ${shown(value)}`),
});

/** Any JSON value. Values arrive from JSON.parse, so only depth needs a bound. */
export const json: Parser<unknown> = { schema: {}, parse: (value) => value };

export const list = <T>(item: Parser<T>, min = 0): Parser<readonly T[]> => ({
  schema: { type: 'array', items: item.schema, ...(min > 0 ? { minItems: min } : {}) },
  parse: (value, at) => {
    if (!Array.isArray(value)) return at.refuse(`expected a list, got ${shown(value)}`);
    if (value.length < min) return at.refuse(`expected at least ${min}, got ${value.length}`);
    // Array.from: a hole is a missing item, not one to skip.
    const items = Array.from(value, (each: unknown, index) => item.parse(each, at.item(index)));
    const good = items.filter((each): each is Exclude<typeof each, Failed> => each !== failed);
    return good.length === items.length ? good : failed;
  },
});

/** Names that JSON may hold and an object must not take over. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

export const record = <T>(
  item: Parser<T>,
  name: RegExp = /^[\s\S]+$/,
): Parser<Readonly<Record<string, T>>> => ({
  schema: { type: 'object', propertyNames: { pattern: name.source }, additionalProperties: item.schema },
  parse: (value, at) => {
    if (!isObject(value)) return at.refuse(`expected an object, got ${shown(value)}`);
    const entries: [string, T][] = [];
    let ok = true;
    for (const [key, each] of Object.entries(value)) {
      const here = at.member(key);
      if (forbidden.has(key) || !name.test(key))
        ok = here.refuse('not a name that may stand here') !== failed;
      const parsed = item.parse(each, here);
      if (parsed === failed) ok = false;
      else entries.push([key, parsed]);
    }
    return ok ? Object.fromEntries(entries) : failed;
  },
});

type Shape = Readonly<Record<string, Parser<unknown>>>;
type ObjectOf<R extends Shape, O extends Shape> = { readonly [K in keyof R]: Parsed<R[K]> } & {
  readonly [K in keyof O]: Parsed<O[K]> | undefined;
};

/** Exactly these members: an unknown one is a problem, because a misspelt check would check nothing. */
export const object = <R extends Shape, O extends Shape = Record<never, never>>(
  required: R,
  optional?: O,
): Parser<ObjectOf<R, O>> => ({
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries({ ...required, ...optional }).map(([name, { schema }]) => [name, schema]),
    ),
    required: Object.keys(required),
    additionalProperties: false,
  },
  parse: (value, at) => {
    if (!isObject(value)) return at.refuse(`expected an object, got ${shown(value)}`);
    const result: Record<string, unknown> = {};
    let ok = true;
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(required, name) || (optional && Object.hasOwn(optional, name))) continue;
      at.member(name).refuse('no such member');
      ok = false;
    }
    for (const [name, parser] of Object.entries(required)) {
      if (!Object.hasOwn(value, name)) {
        at.member(name).refuse('missing');
        ok = false;
        continue;
      }
      const parsed = parser.parse(value[name], at.member(name));
      if (parsed === failed) ok = false;
      result[name] = parsed;
    }
    for (const [name, parser] of Object.entries(optional ?? {})) {
      const parsed = Object.hasOwn(value, name) ? parser.parse(value[name], at.member(name)) : undefined;
      if (parsed === failed) ok = false;
      result[name] = parsed;
    }
    // OURS: the loop above filled every member from its own parser; the compiler cannot follow a mapped type.
    return ok ? (result as ObjectOf<R, O>) : failed;
  },
});

/** A discriminated union: the tag picks the parser, so that problems speak of the alternative that was meant. */
export const tagged = <Tag extends string, A extends Readonly<Record<string, Parser<object>>>>(
  tag: Tag,
  alternatives: A,
): Parser<{ [K in keyof A]: Parsed<A[K]> & { readonly [T in Tag]: K } }[keyof A]> => {
  type Result = { [K in keyof A]: Parsed<A[K]> & { readonly [T in Tag]: K } }[keyof A];
  const names = Object.keys(alternatives);
  return {
    schema: {
      oneOf: Object.entries(alternatives).map(([name, { schema }]) => {
        const properties = isObject(schema['properties']) ? schema['properties'] : {};
        const required = Array.isArray(schema['required']) ? schema['required'] : [];
        return {
          ...schema,
          properties: { [tag]: { const: name }, ...properties },
          required: [tag, ...required],
        };
      }),
    },
    parse: (value, at) => {
      if (!isObject(value)) return at.refuse(`expected an object, got ${shown(value)}`);
      const { [tag]: name, ...rest } = value;
      const chosen =
        typeof name === 'string' && Object.hasOwn(alternatives, name) ? alternatives[name] : undefined;
      if (!chosen)
        return at.member(tag).refuse(`expected ${names.map(shown).join(' or ')}, got ${shown(name)}`);
      const parsed = chosen.parse(rest, at);
      // OURS: `chosen` is the alternative that `name` names; the compiler does not tie the two.
      return parsed === failed ? failed : ({ ...parsed, [tag]: name } as unknown as Result);
    },
  };
};
