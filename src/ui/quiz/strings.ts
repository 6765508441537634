import type { Measures, OptionRun } from '../../study/index.ts';
import { words as say } from '../../visuals/index.ts';

/** Words of the quiz that belong to no scenario. Markup holds no sentence. */
const number = new Intl.NumberFormat('en-US');
const count = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`;

export const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;
export const megabytes = (n: number): string => `${number.format(Math.round(n / 100_000) / 10)} MB`;

export const quiz = {
  title: 'Questions',
  lead: 'Every option is run by the engine when you answer. What it says decides, and each run can be watched.',
  reading: 'Reading the questions…',
  unreadable: 'The questions could not be read.',
  unreadableOne: 'This question could not be read.',
  noSuch: 'There is no question at this address.',
  all: 'All questions',
  allAnswers: 'All answers',
  place: (at: number, of: number | undefined) => (of === undefined ? `no. ${at}` : `${at} of ${of}`),
  result: { right: 'right', wrong: 'wrong', unchecked: 'could not check', open: 'not answered' },
  done: (right: number, answered: number, of: number) =>
    answered === 0
      ? `${count(of, 'question', 'questions')}, none answered in this visit`
      : `${right} right of ${answered} answered, ${of} in all`,
  /** By folder of scenarios/. */
  areas: {
    access: 'Who may use a key',
    accounts: 'Across accounts',
    envelope: 'Envelope encryption',
    states: 'States and time',
    regions: 'Regions',
    services: 'Services that encrypt',
    custody: 'Custody, cost, detection',
    labs: 'Labs',
  } as Readonly<Record<string, string>>,
  topics: (list: readonly string[]) => list.map((topic) => topic.replace('/', ' ')).join(', '),

  account: 'Account',
  region: 'Region',
  principal: 'Principal',
  keyType: 'Key type',
  keyState: 'Key state',
  manyOrNone: (value: string) =>
    value === 'none' ? 'no key yet' : value === 'several' ? 'several, see below' : value,
  required: 'Required',
  evidence: 'What is known',
  shown: {
    keyPolicy: 'Key policy',
    identityPolicy: 'Identity policy',
    key: 'Key',
    trail: 'CloudTrail, newest first',
  },
  trailHeads: ['Time', 'Event', 'By', 'From', 'Result', 'Key', 'Request'],
  keyHead: 'Key',
  noPolicy: 'none',

  choose: 'Choose one option',
  sureness: 'How sure are you?',
  sure: 'Sure',
  unsure: 'Unsure',
  answer: 'Answer',
  needOption: 'Choose an option first.',
  needOptions: (n: number) => `Select ${n} options.`,
  needPairs: 'Say of every call what comes of it.',
  select: (n: number) => (n === 1 ? 'Select one' : `Select ${n}`),
  putInOrder: 'Put the steps in order',
  moveUp: (n: number) => `Move step ${n} up`,
  moveDown: (n: number) => `Move step ${n} down`,
  matchEach: 'Say what comes of each call',
  whatComes: 'What comes of it?',
  youSaid: 'You said:',
  whatCame: 'What came:',
  yourOrder: 'Your order, run step by step.',
  stated: (source: string, asOf: string) => `This one cannot be run. Source: ${source}, as of ${asOf}.`,
  needSureness: 'Say first whether you are sure: it shows later what you only thought you knew.',

  running: (letter: string, at: number, of: number) =>
    `Running option ${letter}, ${at} of ${of}, in a world of its own…`,
  runningBytes: (done: number, total: number) => `${megabytes(done)} of ${megabytes(total)}`,
  stop: 'Stop',
  stopped: 'Stopped. Nothing was counted.',
  broke: 'The options could not be run.',
  brokeSafe: 'Your own world is untouched. Nothing was counted.',

  outcome: {
    right: (letter: string, sure: boolean) =>
      sure ? `Right: ${letter}.` : `Right: ${letter}, though you were unsure.`,
    wrong: (letter: string, key: string, sure: boolean) =>
      sure ? `Wrong, and you were sure: not ${letter} but ${key}.` : `Wrong: not ${letter} but ${key}.`,
    rightAll: (sure: boolean) => (sure ? 'Right.' : 'Right, though you were unsure.'),
    wrongAll: (sure: boolean) => (sure ? 'Wrong, and you were sure.' : 'Wrong.'),
    unchecked: 'An option could not be checked. That is our fault, and this answer does not count.',
  },
  tags: {
    right: 'right',
    choice: (sure: boolean) => `your choice, ${sure ? 'sure' : 'unsure'}`,
    breaks: 'breaks what is required',
  },
  rule: 'The rule',
  trap: 'The trap',
  next: 'Next question',
  again: 'Answer again',
  watch: 'Watch it',
  watchOption: (letter: string) => `Watch it, option ${letter}`,
  trace: 'Trace',
  traceOption: (letter: string) => `Trace, option ${letter}`,
  stageOpening: 'The stage opens…',
  stageMissing: 'The stage could not be loaded.',
  backHere: 'Back to the question',
  optionTitle: (letter: string) => `Option ${letter}`,
  whyTitle: 'Why',
  ofTheOption: 'The option',
  comeOf: 'What came of it',

  run: (letter: string) => `Option ${letter}, the run`,
  closeRun: 'Close the run',
  runSteps: 'What the option does',
  runGoal: 'Then it is tried',
  runStill: (sentence: string) => `Must stay refused, because what is required is: ${sentence}`,
  noSteps: 'Nothing was run.',
  by: 'as',
  piece: (index: number, of: number) => `piece ${number.format(index + 1)} of ${number.format(of)}`,
  pieces: (run: number, of: number) =>
    `${number.format(run)} of ${number.format(of)} calls were run: the first, the last and one between. The others send the remaining pieces in the same way; they are counted, not run.`,
  served: 'served',
  leaked: 'served, should be refused',
  /** Of a call that is none of KMS. */
  service: say.serviceSaid,
  inside: 'and in it',
  smallest: 'Smallest changes that would let it pass',
  askSmallest: 'What would let it pass?',
  refusedAsWanted: 'refused, as wanted',
  refused: 'refused',
  local: {
    attachPolicy: 'Attach an identity policy',
    attachPolicyHow: 'By a call of IAM, as the root user of its account.',
    advance: (hours: number) => `The clock moves ${number.format(hours)} hours`,
    seal: 'Encrypt the file locally',
    open: 'Decrypt the file locally',
    sealed: (n: number, sealed: number) =>
      `${number.format(n)} bytes became ${number.format(sealed)} bytes of ciphertext in the worker. No call to KMS.`,
    opened: (n: number) => `${number.format(n)} bytes came back. No call to KMS.`,
    wipe: 'Wipe the plaintext data key',
    wiped: (n: number) => `${number.format(n)} bytes were overwritten. Only the wrapped key is left.`,
    wrap: 'Wrap the key material on your own machine',
    wrapped: (n: number) =>
      `${number.format(n)} bytes, with the public key of GetParametersForImport. No call to KMS.`,
    verify: 'Verify outside KMS, with the public key alone',
    verified: (ok: boolean) =>
      ok ? 'The signature is genuine. No call to KMS.' : 'The signature does not fit.',
    expect: (name: string) => `Look at ${name}`,
    bill: 'What KMS has cost so far',
    billed: (usd: string) => `${usd} US dollars, at list prices.`,
    countEvents: 'Count the records in the trail',
    counted: (n: string) => (n === '1' ? '1 record.' : `${n} records.`),
    alarm: 'How often the alarm was raised',
    raised: (n: string) => (n === '0' ? 'Never.' : n === '1' ? 'Once.' : `${n} times.`),
    multiply: (operation: string, times: number) => `${operation}, ${number.format(times)} times`,
    multiplied: (requests: number) =>
      `${count(requests, 'request', 'requests')} to KMS. One call that finds nothing held and one that finds what it left were made; the others are like these, and counted.`,
    found: (found: string, wanted: string) =>
      found === wanted ? `It is ${found}.` : `It is ${found}; ${wanted} was wanted.`,
    same: 'Compare with the original',
    sameYes: (n: number) => `All ${number.format(n)} bytes are equal.`,
    sameNo: (n: number) => `They differ from the ${number.format(n)} bytes of the original.`,
    stopped: { seal: 'Encrypt the file locally', open: 'Decrypt the file locally', call: 'The next call' },
    missing: (name: string) => `There is no “${name}” to go on with: what came before did not give one.`,
    nothing: 'There is no plaintext data key to work with: the answer did not hold one.',
  },
} as const;

/** Why an option ended on its own side: read from the step at which it did. */
function localReason({ steps, goal }: OptionRun): string {
  const last = goal.at(-1) ?? steps.at(-1);
  switch (last?.kind) {
    case 'stopped':
      return last.doing === 'call' ? 'nothing to go on with' : 'no key to encrypt with';
    case 'call':
      return 'served, and had to be refused';
    case 'expect':
      return 'not as required';
    case 'verifyOutside':
      return 'the signature does not fit';
    default:
      return 'the bytes differ';
  }
}

/** What the engine said, short: the exception's own name, or the plain result. */
export function verdictWords(run: OptionRun): { readonly text: string; readonly exact: boolean } {
  const { verdict } = run;
  switch (verdict.is) {
    case 'works':
    case 'violates':
      return { text: 'works', exact: false };
    case 'fails':
      return { text: verdict.exception, exact: true };
    case 'failsLocally':
      return { text: localReason(run), exact: false };
    case 'goalMissed':
      return { text: 'does not reach the goal', exact: false };
    case 'couldNotCheck':
      return { text: 'could not check', exact: false };
    default:
      return verdict satisfies never;
  }
}

/** `12,208 calls, 50,000,000 bytes sent to KMS`. */
export const measured = ({ kmsCalls, bytesToKms, cents }: Measures): string =>
  cents !== undefined
    ? `${(cents / 100).toFixed(2)} US dollars`
    : bytesToKms === 0
      ? count(kmsCalls, 'call', 'calls')
      : `${count(kmsCalls, 'call', 'calls')}, ${count(bytesToKms, 'byte', 'bytes')} sent to KMS`;
