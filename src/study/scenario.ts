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
const operation = text(/^[A-Z][A-Za-z0-9]+$/, "AWS's name of an operation");
/** Some services put their own name, or that of KMS, before it: `KMS.DisabledException`. */
const exception = text(/^[A-Z][A-Za-z]*(\.[A-Z][A-Za-z]*)*$/, "AWS's name of an exception");
const account = text(/^\d{12}$/, 'an account of 12 digits');
const region = text(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region code');
const principal = text(
  /^arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)$/,
  'the ARN of a root, user or role',
);
/** Whoever may call: a session that AssumeRole has made, too. */
const caller = text(
  /^arn:aws[a-z-]*:(iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/,
  'the ARN of a root, user, role or session',
);
const specName = text(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/, "AWS's name of a key spec or algorithm");
const address = text(/^\d{1,3}(\.\d{1,3}){3}$/, 'an IPv4 address');
/** A member of an answer: `KeyMetadata.Arn`, `Grants.0.GrantId`; some services begin theirs small: `logGroups`. */
const member = text(/^[A-Za-z]+(\.([A-Za-z]+|\d))*$/, 'a member of the answer');
/** Whose operation a call is. */
const service = oneOf(
  'kms',
  'iam',
  'sts',
  'organizations',
  'cloudtrail',
  's3',
  'ec2',
  'secretsmanager',
  'ssm',
  'sqs',
  'sns',
  'lambda',
  'logs',
  'dynamodb',
  'rds',
  'kinesis',
  'eks',
  'redshift',
  'events',
  'monitoring',
);

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
    /** KMS when absent. */
    service,
    /** AWS's input; `${variables}` and `$`-forms are filled in (values.ts). */
    input: record(json),
    /** Who calls; the stem's principal when absent. */
    as: caller,
    region,
    /** Where the call comes from. */
    from: address,
    save: record(member, /^[a-z][A-Za-z0-9]*$/),
    /** The call must be refused by this name, and what follows goes on: evidence, and "whoever tries is refused". */
    refusedAs: exception,
    /** Kept when the answer has it. A later step that needs it and finds nothing ends the option there. */
    saveIfGiven: record(member, /^[a-z][A-Za-z0-9]*$/),
  },
] as const;

/** What an answer may be compared with. */
const oneOfKinds: Parser<string | number | boolean> = {
  schema: { type: ['string', 'number', 'boolean'] },
  parse: (value, at) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : at.refuse('expected a text, a number or a truth'),
};

/** Which records of the trail: as a metric filter or a rule of EventBridge says it; all that it says must hold. */
const pattern = object(
  {},
  {
    names: list(operation, 1),
    /** Refused by one of these. */
    errors: list(exception, 1),
    /** A part of the error message. */
    errorText: text(),
    by: oneOf('root', 'otherAccount'),
    /** Not by these: parts of a principal's ARN or a service's name. */
    notBy: list(text(), 1),
    /** The request opens a key to everybody. */
    policy: oneOf('public'),
    /** Served. */
    outcome: oneOf('ok'),
  },
);
/** Whose trail, that of the stem's account when absent. */
const watching = [{ where: pattern, save: variable }, { account }] as const;

const step = tagged('do', {
  call: object(callMembers[0], {
    ...callMembers[1],
    /** Made so often, so many seconds apart. */
    times: whole(2, 100),
    everySeconds: whole(1, 86_400),
  }),
  /** One call for each piece of a file. `run` of them are executed, spread from first to last; all are counted. */
  callPerPiece: object(
    { ...callMembers[0], file: variable, byteLength: whole(1, 1 << 30), run: whole(1, 64) },
    callMembers[1],
  ),
  /** An identity policy for a user or role: PutUserPolicy or PutRolePolicy of IAM, by the root user of its account. */
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
  /** Wraps key material with the public key of GetParametersForImport, as the owner does at home (RSAES_OAEP_SHA_256). */
  wrapMaterial: object({ material: json, publicKey: reference, save: variable }),
  /** Checks an RSASSA_PKCS1_V1_5_SHA_256 signature with the public key alone, without KMS. */
  verifyOutside: object({ publicKey: reference, message: json, signature: reference }),
  /**
   * What so many equal calls would ask of KMS: two are executed, one that finds nothing held and one that finds what it
   * left; the bill counts the others with them. `heldSeconds`: how long the service keeps a key.
   */
  multiply: object(
    {
      ...callMembers[0],
      ...{ times: whole(2, 1e12), days: whole(1, 366), heldSeconds: whole(1, 86_400) },
    },
    callMembers[1],
  ),
  /** What KMS has cost the stem’s account in the last `days`, or since the world began, in US dollars to the cent: `2.00`. */
  bill: object({ save: variable }, { days: whole(1, 366) }),
  /** How many records of the trail are there by now. */
  countEvents: object(...watching),
  /** How often an alarm on these records was raised: in periods that had at least so many of them. */
  alarm: object({ ...watching[0], threshold: whole(1, 1e6), periodSeconds: whole(60, 86_400) }, watching[1]),
  /** A rule that reacts: one call for each record that is there. `{key}` in its input is the key of the record. */
  react: object({ where: pattern, ...callMembers[0], input: record(text()), as: principal }),
  /** One of the incidents of the Lab, played to its end: in the setup of a lab whose world has its people. */
  drill: object({ drill: oneOf('spike', 'grant', 'public'), save: record(id, /^[a-z][A-Za-z0-9]*$/) }),
  /** A value must be the expected one: `${state}` is `Disabled`. */
  expect: object({ value: reference, equals: oneOfKinds }),
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
  /** A number that the runner measured; `plaintextFromKms` are bytes that KMS handed out in the clear, `cents` what KMS costs from the option's begin to its end. `fewest`: no working option may need fewer. */
  measure: object(
    { id, of: oneOf('kmsCalls', 'bytesToKms', 'plaintextFromKms', 'cents') },
    { atMost: whole(0, 2 ** 40), fewest: truth },
  ),
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

/** What may come of a call: one of these is chosen for it. */
const outcome = tagged('is', {
  served: object({ id }),
  refused: object({ id, exception }, { stage, messageHas: text() }),
  /** A saved value is this one. */
  value: object({ id, of: reference, equals: oneOfKinds }),
  /** A local step had nothing to work with, or the bytes differ. */
  failsLocally: object({ id }),
});

/** What is laid before the reader of a fault: read from the world after its setup, never typed. */
const evidence = tagged('show', {
  keyPolicy: object({ key: reference }),
  identityPolicy: object({ principal }),
  key: object({ key: reference }),
  /** The newest events of CloudTrail. */
  trail: object({ newest: whole(1, 100) }),
});

/** A named predicate of a lab: behaviour, tried on a throw-away copy of the learner's world. */
const labGoal = object(
  {
    id,
    /** These are answered, or refused where they say so, and `expect` holds. */
    steps: list(step, 1),
  },
  { same: list(object({ value: reference, as: json })) },
);

export const keyTypes = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'several',
  'none',
] as const;
const keyStates = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'PendingReplicaDeletion',
  'Unavailable',
  'several',
  'none',
] as const;

/** Every kind has these. */
const head = {
  format: oneOf(1),
  id,
  version: whole(1, 10000),
  /** Exam topics. `exam.md` has the list. */
  topics: list(
    text(/^(SAA-C03|SCS-C03|DVA-C02|DVA-C03)\/\d(\.\d){0,2}$/, 'an exam topic such as SCS-C03/4.2'),
    1,
  ),
  /** Who may use, accounts, envelope, states and time, Regions, services, custody and cost. */
  group: oneOf('A', 'B', 'C', 'D', 'E', 'F', 'G'),
  /** Numbers of the beliefs in `exam_experience.md` §3 that the item is about. */
  traps: list(whole(1, 44), 1),
  /** The one new idea. */
  idea: id,
  /** Ideas that other scenarios bring in. */
  requires: list(id),
  /** Where the facts are written: `policy.md §8`, `exam_experience.md trap 1`. */
  facts: list(text(), 1),
};
const executed = {
  ...head,
  /** What the question must state because its answer depends on it; shown beside the stem, and checked in the world. */
  stem: object({
    account,
    region,
    principal,
    keyType: oneOf(...keyTypes),
    keyState: oneOf(...keyStates),
  }),
  world: genesis,
  /** Sizes of the files that steps use; their bytes are generated. */
  setup: list(step),
};
const headOptional = {
  $schema: text(),
  files: record(object({ byteLength: whole(1, 1 << 30) }), /^[a-z][A-Za-z0-9]*$/),
  /** What may stand in place of a key spec, algorithm or size of data key that the item names: variations take it. */
  keyTypes: record(list(specName, 1), /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/),
};
const choice = {
  ...executed,
  goal,
  options: list(option, 2),
};
const choiceOptional = { ...headOptional, constraints: list(constraint) };

const scenario = tagged('kind', {
  /** One option is right. */
  single: object({ ...choice, answer: id }, choiceOptional),
  /** Several are. How many is computed from `answers`, never written in words. */
  multiple: object({ ...choice, answers: list(id, 2) }, choiceOptional),
  /** Something is broken: the goal fails at the start, the evidence is shown, one option mends it. */
  findFault: object({ ...choice, answer: id, evidence: list(evidence, 1) }, choiceOptional),
  /** The order of calls. Whatever order works is right; the checker tries all and wants `alsoRight` to name them. */
  ordering: object(
    {
      ...executed,
      goal,
      pieces: list(object({ id, steps: list(step, 1) }), 3),
      answer: list(id, 3),
    },
    { ...headOptional, alsoRight: list(list(id, 3)) },
  ),
  /** Calls, and what comes of each. */
  matching: object(
    {
      ...executed,
      calls: list(object({ id, steps: list(step, 1) }), 3),
      outcomes: list(outcome, 3),
      answer: record(id),
    },
    headOptional,
  ),
  /** What happens? Say it first, then see it run. */
  predict: object(
    { ...executed, steps: list(step, 1), outcomes: list(outcome, 2), answer: id },
    headOptional,
  ),
  /** Goals to reach by calls of one's own. */
  lab: object(
    {
      ...executed,
      goals: list(labGoal, 1),
      /** One way to the goals. The checker runs it, and without each of its steps. */
      solution: list(step, 1),
      /** Ways that a learner may take and that must not pass. */
      wrongWays: list(object({ id, steps: list(step, 1) })),
      hints: list(id, 1),
    },
    {
      ...headOptional,
      /** Read from the learner's world, as it is. */
      evidence: list(evidence, 1),
    },
  ),
  /** Nothing to run: a price, a promise, a duty. Source and date stand for the engine. One item in ten at most. */
  stated: object(
    {
      ...head,
      options: list(object({ id }), 2),
      answer: id,
      source: text(),
      asOf: text(/^\d{4}-\d\d$/, 'a month'),
    },
    { $schema: text() },
  ),
});

export type Scenario = Parsed<typeof scenario>;
type Kind<K extends Scenario['kind']> = Extract<Scenario, { kind: K }>;
/** Options that are calls. */
export type ChoiceScenario = Kind<'single' | 'multiple' | 'findFault'>;
export type OrderingScenario = Kind<'ordering'>;
export type MatchingScenario = Kind<'matching'>;
export type PredictScenario = Kind<'predict'>;
export type LabScenario = Kind<'lab'>;
export type StatedScenario = Kind<'stated'>;
/** Everything that has a world. */
export type ExecutedScenario = Exclude<Scenario, StatedScenario>;
/** Everything that is answered, once. */
export type QuestionScenario = Exclude<Scenario, LabScenario>;
export type Option = Parsed<typeof option>;
export type Step = Parsed<typeof step>;
export type CallStep = Extract<Step, { do: 'call' }>;
/** A call of KMS as the stem's principal and in its Region, of which nothing is asked but to be served. */
export const plainCall = {
  do: 'call',
  service: undefined,
  as: undefined,
  region: undefined,
  from: undefined,
  times: undefined,
  everySeconds: undefined,
  save: undefined,
  saveIfGiven: undefined,
  refusedAs: undefined,
} as const satisfies Omit<CallStep, 'operation' | 'input'>;
export type Goal = Parsed<typeof goal>;
export type LabGoal = Parsed<typeof labGoal>;
export type Outcome = Parsed<typeof outcome>;
export type Evidence = Parsed<typeof evidence>;
export type Constraint = Parsed<typeof constraint>;
export type Expectation = Parsed<typeof expectation>;
export type Pattern = Parsed<typeof pattern>;
export type MeasureName = Extract<Constraint, { is: 'measure' }>['of'];

export const isChoice = (s: Scenario): s is ChoiceScenario =>
  s.kind === 'single' || s.kind === 'multiple' || s.kind === 'findFault';
/** What must hold beyond working; most kinds have none. */
export const constraintsOf = (s: Scenario): readonly Constraint[] =>
  isChoice(s) ? (s.constraints ?? []) : [];

const words = object(
  {
    language: text(/^[a-z]{2}$/, 'a language code of two letters'),
    title: text(),
    stem: text(),
    /** What else the reader must know, in the order of its display. */
    given: list(object({ label: text(), text: text() })),
    /** Options, pieces, calls or goals, by id. */
    options: record(object({ text: text(), why: text() })),
    constraints: record(text()),
    rule: text(),
    trap: text(),
  },
  {
    $schema: text(),
    /** What may come of a call, by id. */
    outcomes: record(text()),
    hints: record(text()),
  },
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
