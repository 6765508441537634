import {
  failed,
  isObject,
  json,
  list,
  object,
  oneOf,
  Place,
  record,
  tagged,
  text,
  truth,
  whole,
} from './parse.ts';
import type { Parsed, Parser, Problem } from './parse.ts';

/*
 * The facts of a scenario: data that a machine runs. The words that a person reads stand apart (words.ts), so that a
 * second language touches no fact. `scenarios/README.md` explains every member.
 */
const id = text(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a name of small letters, digits and hyphens');
const variable = text(/^[a-z][A-Za-z0-9]*$/, 'the name of a variable (camelCase)');
const reference = text(/^\$\{[a-z][A-Za-z0-9]*\}$/, 'a variable such as ${dataKey}');
const operation = text(/^[A-Z][A-Za-z]+$/, "AWS's name of an operation");
const exception = text(/^[A-Z][A-Za-z]+$/, "AWS's name of an exception");
const account = text(/^\d{12}$/, 'an account of 12 digits');
const region = text(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region code');
const principal = text(
  /^arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)$/,
  'the ARN of a root, user or role',
);
/** A member of an answer: `KeyMetadata.Arn`. */
const member = text(/^[A-Z][A-Za-z]*(\.[A-Z][A-Za-z]*)*$/, 'a member of the answer');

const stage = oneOf(
  'parse',
  'authenticate',
  'validate',
  'quota',
  'findKey',
  'authorize',
  'keyState',
  'usage',
  'operation',
);

const callMembers = [
  { operation },
  {
    /** AWS's input; `${variables}` and `$`-forms are filled in (values.ts). */
    input: record(json),
    /** Who calls; the stem's principal when absent. */
    as: principal,
    region,
    save: record(member, /^[a-z][A-Za-z0-9]*$/),
    /** Kept when the answer has it. A later step that needs it and finds nothing ends the option there. */
    saveIfGiven: record(member, /^[a-z][A-Za-z0-9]*$/),
  },
] as const;

const step = tagged('do', {
  call: object(...callMembers),
  /** One call for each piece of a file. `run` of them are executed, spread from first to last; all are counted. */
  callPerPiece: object(
    { ...callMembers[0], file: variable, byteLength: whole(1, 1 << 30), run: whole(1, 64) },
    callMembers[1],
  ),
  /** An identity policy for a user or role, before the first call of the option. */
  attachPolicy: object({ principal, name: id, document: record(json) }),
  advance: object({}, { days: whole(0, 36500), hours: whole(0, 876000), seconds: whole(0, 2 ** 31) }),
  /** Local encryption of a whole file with a data key, in the worker. */
  seal: object({
    file: variable,
    dataKey: reference,
    wrappedKey: reference,
    keyArn: reference,
    save: variable,
  }),
  /** Overwrites a data key and forgets it: what follows has to do without. */
  wipe: object({ value: reference }),
  open: object({ sealed: reference, dataKey: reference, save: variable }),
});

const goal = tagged('is', {
  /** Every step of the option was answered. */
  stepsSucceed: object({}),
  /** These steps succeed afterwards, and these values are equal byte by byte. */
  probe: object({ steps: list(step, 1) }, { same: list(object({ value: reference, as: json })) }),
  /** The last step of the option is refused, by this name. */
  lastRefused: object({ exception }),
});

const constraint = tagged('is', {
  /** A number that the runner measured. `fewest`: no working option may need fewer. */
  measure: object({ id, of: oneOf('kmsCalls', 'bytesToKms') }, { atMost: whole(0, 2 ** 40), fewest: truth }),
  /** Calls that must still be refused after the option: least privilege as behaviour. */
  stillRefused: object({ id, calls: list(object({ ...callMembers[0], exception }, callMembers[1]), 1) }),
});

const expectation = tagged('is', {
  works: object({}),
  fails: object({ exception, stage }, { message: text() }),
  /** A local step had nothing to work with, or the bytes differ. */
  failsLocally: object({ because: oneOf('nothingToUse', 'notSame') }),
  violates: object({ constraints: list(id, 1) }),
});

const genesis = object(
  {
    accounts: list(
      object(
        { id: account, principals: list(object({ arn: principal }, { policies: list(record(json)) })) },
        { name: text() },
      ),
      1,
    ),
  },
  {
    seed: text(),
    now: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/, 'a date such as 2026-11-24T09:00:00Z'),
    switches: object({}, { throttling: truth, propagation: truth }),
  },
);

const option = object({ id, steps: list(step, 1), expect: expectation }, { goal });

/** Every kind has these. */
const head = {
  format: oneOf(1),
  id,
  version: whole(1, 10000),
  topics: list(
    text(/^(SAA-C03|SCS-C03|DVA-C02|DVA-C03)\/\d(\.\d){0,2}$/, 'an exam topic such as SCS-C03/4.2'),
    1,
  ),
  /** The one new idea. */
  idea: id,
  /** Ideas that other scenarios bring in. */
  requires: list(id),
  /** Where the facts are written: `policy.md §8`, `exam_experience.md trap 1`. */
  facts: list(text(), 1),
  /** What the question must state because its answer depends on it; shown beside the stem. */
  stem: object({ account, region, principal, keyType: oneOf('SYMMETRIC_DEFAULT') }),
  world: genesis,
  /** Sizes of the files that steps use; their bytes are generated. */
  setup: list(step),
};
const headOptional = {
  $schema: text(),
  files: record(object({ byteLength: whole(1, 1 << 30) }), /^[a-z][A-Za-z0-9]*$/),
};

/** OURS: a closed union that grows by a member for each kind of item: multiple, ordering, matching, predict, … */
const scenario = tagged('kind', {
  single: object(
    { ...head, goal, options: list(option, 2), answer: id },
    { ...headOptional, constraints: list(constraint) },
  ),
});

export type Scenario = Parsed<typeof scenario>;
export type Option = Parsed<typeof option>;
export type Step = Parsed<typeof step>;
export type CallStep = Extract<Step, { do: 'call' }>;
export type Goal = Parsed<typeof goal>;
export type Constraint = Parsed<typeof constraint>;
export type Expectation = Parsed<typeof expectation>;
export type MeasureName = Extract<Constraint, { is: 'measure' }>['of'];

const words = object(
  {
    language: text(/^[a-z]{2}$/, 'a language code of two letters'),
    title: text(),
    stem: text(),
    /** What else the reader must know, in the order of its display. */
    given: list(object({ label: text(), text: text() })),
    options: record(object({ text: text(), why: text() })),
    constraints: record(text()),
    rule: text(),
    trap: text(),
  },
  { $schema: text() },
);
/** `**bold**` and `` `code` `` are all the mark-up there is. */
export type Words = Parsed<typeof words>;

export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Deeper than this is no scenario but an attack on the stack. */
const deepest = 40;
const tooDeep = (value: unknown, left = deepest): boolean =>
  left === 0 ||
  (Array.isArray(value)
    ? value.some((each) => tooDeep(each, left - 1))
    : isObject(value) && Object.values(value).some((each) => tooDeep(each, left - 1)));

const read =
  <T>(parser: Parser<T>) =>
  (value: unknown, file: string): Reading<T> => {
    const problems: Problem[] = [];
    const at = new Place(file, problems);
    const parsed = tooDeep(value) ? at.refuse(`nested deeper than ${deepest}`) : parser.parse(value, at);
    return parsed === failed ? { ok: false, problems } : { ok: true, value: parsed };
  };

export const readScenario: (value: unknown, file: string) => Reading<Scenario> = read(scenario);
export const readWords: (value: unknown, file: string) => Reading<Words> = read(words);

/** What `scenarios/scenario.schema.json` and `words.schema.json` hold; a test keeps them equal. */
const asSchema = (title: string, { schema }: Parser<unknown>) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title,
  ...schema,
});
export const scenarioSchema: unknown = asSchema('The facts of a KMS Lab scenario', scenario);
export const wordsSchema: unknown = asSchema('The words of a KMS Lab scenario', words);
