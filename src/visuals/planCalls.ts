import type { StepRun } from '../study/index.ts';
import type {
  CallsBeat,
  CallsPlan,
  CallsScene,
  Held,
  HeldName,
  LocalStep,
  Part,
  PlayedCall,
  PlayedRun,
} from './callsPlan.ts';
import { callSaid, deepestRefused, localOf, localSaid, outcomeSaid, partSaid } from './callsSaid.ts';
import { legsOf, legStages, stopOf, type Leg } from './legs.ts';
import { readingTime } from './storyPlan.ts';
import { gateSaid } from './textTwin.ts';
import { accountOf, plural, serviceSaid, shortKeyId, shortPrincipal } from './words.ts';

/** What a person calls the run, and how a requirement reads. */
export interface CallsNames {
  readonly title: string;
  readonly required?: (id: string) => string;
  /** Who acts, where no call says it. */
  readonly actor?: { readonly principal: string; readonly region: string };
}

const stepMs = 420;
const mostMs = 7000;

const heldSaid: Readonly<Record<HeldName, string>> = {
  dataKey: 'data key',
  wrappedKey: 'wrapped key',
  plaintext: 'plaintext',
  ciphertext: 'ciphertext',
};

/** What an answer of KMS gives into the caller's hand. */
function givenBy({ operation, service, refusal }: Leg): readonly HeldName[] {
  if (service !== 'kms' || refusal) return [];
  if (operation === 'GenerateDataKey' || operation === 'GenerateDataKeyPair')
    return ['dataKey', 'wrappedKey'];
  if (operation.startsWith('GenerateDataKey')) return ['wrappedKey'];
  if (operation === 'Encrypt' || operation === 'ReEncrypt') return ['ciphertext'];
  return operation === 'Decrypt' ? ['plaintext'] : [];
}
const madeBy: Partial<Record<LocalStep['kind'], readonly HeldName[]>> = {
  seal: ['ciphertext'],
  open: ['plaintext'],
  wrapMaterial: ['wrappedKey'],
};

function heldAfter(
  before: readonly Held[],
  step: StepRun,
  legs: readonly Leg[],
  holder: string,
): readonly Held[] {
  const [outer] = legs;
  const given = step.kind === 'call' ? (outer ? givenBy(outer) : []) : (madeBy[step.kind] ?? []);
  const kept = before.filter((one) => one.holder !== holder || !given.includes(one.name));
  const all = [...kept, ...given.map((name) => ({ holder, name, said: heldSaid[name], isGone: false }))];
  return step.kind === 'wipe'
    ? all.map((one) => (one.name === 'dataKey' ? { ...one, isGone: true } : one))
    : all;
}

const isGood = (step: StepRun): boolean => ('ok' in step ? step.ok : step.kind !== 'stopped');
function statusOf(step: StepRun): CallsBeat['status'] {
  if (step.kind === 'stopped') return 'stopped';
  if (step.kind !== 'call') return isGood(step) ? 'done' : 'faulted';
  if (step.refusal) return step.mustRefuse ? 'done' : 'stopped';
  return step.mustRefuse ? 'faulted' : 'done';
}

function legFacts(leg: Leg): readonly string[] {
  const head = `${leg.within === undefined ? '' : 'within: '}${leg.operation} of ${serviceSaid(leg.service)} as ${shortPrincipal(leg.caller)}, ${leg.refusal ? leg.refusal.name : 'served'}`;
  return [
    head,
    ...(leg.key
      ? [
          `KMS key ${shortKeyId(leg.key.arn)} in account ${leg.key.account}${leg.key.state ? `, ${leg.key.state}` : ''}`,
        ]
      : []),
    ...leg.gates.map(gateSaid),
    ...leg.work,
  ];
}

function spotsOf(legs: readonly Leg[]): readonly string[] {
  if (legs.length === 0) return ['local'];
  const told = deepestRefused(legs);
  return told && stopOf(told) ? ['gates'] : ['gates', 'target'];
}

const motionOf = (legs: readonly Leg[]): number =>
  Math.min(mostMs, stepMs * legs.reduce((sum, leg) => sum + leg.gates.length + 2, legs.length === 0 ? 2 : 0));

/** The steps of a run in the order in which they were run, each with why. */
export function stepsOf(
  run: PlayedRun,
  required: (id: string) => string = (id) => id,
): readonly { readonly part: Part; readonly step: StepRun }[] {
  return [
    ...run.steps.map((step) => ({ part: { is: 'steps' } as const, step })),
    ...run.goal.map((step) => ({ part: { is: 'goal' } as const, step })),
    // A call that has to stay refused says so itself here, as its constraint does.
    ...run.constraints.flatMap(({ id, steps }) =>
      steps.map((step) => ({
        part: { is: 'constraint', id, said: required(id) } as const,
        step: step.kind === 'call' ? { ...step, mustRefuse: true } : step,
      })),
    ),
  ];
}

const titleOf = (step: StepRun): string => (step.kind === 'call' ? step.operation : shortTitles[step.kind]);
const shortTitles: Readonly<Record<LocalStep['kind'], string>> = {
  seal: 'Encrypt here',
  open: 'Decrypt here',
  wipe: 'Wipe the key',
  wrapMaterial: 'Wrap material',
  verifyOutside: 'Verify outside',
  expect: 'Look',
  same: 'Compare',
  advance: 'Time passes',
  attachPolicy: 'Attach a policy',
  bill: 'The bill',
  countEvents: 'The trail',
  alarm: 'The alarm',
  multiply: 'And so on',
  drill: 'Before',
  stopped: 'Ends here',
};

/** The plan of a run: one beat for each of its steps. Pure: the same run gives the same plan. */
export function planCalls(
  run: PlayedRun,
  { title, required = (id) => id, actor: known }: CallsNames,
): CallsPlan {
  const all = stepsOf(run, required);
  const firstCall = all.find(
    (one): one is { part: Part; step: PlayedCall } => one.step.kind === 'call',
  )?.step;
  const first = firstCall ?? known;
  let actor = {
    caller: shortPrincipal(first?.principal ?? ''),
    account: accountOf(first?.principal ?? ''),
    region: first?.region ?? '',
  };
  const opening: CallsScene = { ...actor, legs: [], local: undefined, held: [], isWanted: true };
  let held: readonly Held[] = [];
  let start = 0;
  const beats = all.map(({ part, step }, i): CallsBeat => {
    const legs = step.kind === 'call' ? legsOf(step.trace, step.service ?? 'kms') : [];
    const local = step.kind === 'call' ? undefined : localOf(step);
    if (step.kind === 'call')
      actor = {
        caller: shortPrincipal(step.principal),
        account: accountOf(step.principal),
        region: step.region,
      };
    held = heldAfter(held, step, legs, actor.caller);
    const mine = held.filter(({ holder }) => holder === actor.caller);
    const isFirst = !samePart(all[i - 1]?.part, part);
    const own = step.kind === 'call' ? callSaid(step, legs) : local ? localSaid(local) : '';
    const sentence = `${isFirst ? partSaid(part) : ''}${own}`;
    const motion = motionOf(legs);
    const beat: CallsBeat = {
      id: `${i + 1}`,
      title: titleOf(step),
      status: statusOf(step),
      start,
      duration: Math.max(motion + 400, readingTime(sentence)),
      motion,
      sentence,
      part,
      step,
      scene: { ...actor, legs, local, held: mine, isWanted: statusOf(step) === 'done' },
      stages: legStages(legs),
      facts: [...legs.flatMap(legFacts), ...(local?.lines ?? []), ...heldFact(mine)],
      spots: spotsOf(legs),
    };
    start += beat.duration;
    return beat;
  });
  return {
    title,
    opening: {
      sentence: `${plural(all.length, 'step')}, run in a world of ${all.length === 1 ? 'its' : 'their'} own. What is shown is what happened.`,
      scene: opening,
    },
    beats,
    outcome: outcomeOf(run, required),
  };
}
function outcomeOf(run: PlayedRun, required: (id: string) => string): CallsPlan['outcome'] {
  const { verdict } = run;
  if (!verdict) return undefined;
  const is = verdict.is === 'works' ? 'good' : verdict.is === 'couldNotCheck' ? 'unknown' : 'bad';
  return { is, sentence: outcomeSaid(run, verdict, required) };
}
const samePart = (a: Part | undefined, b: Part): boolean =>
  a?.is === b.is && (a.is !== 'constraint' || b.is !== 'constraint' || a.id === b.id);
const heldFact = (held: readonly Held[]): readonly string[] =>
  held.length === 0
    ? []
    : [`at hand: ${held.map(({ said, isGone }) => (isGone ? `${said}, wiped` : said)).join(', ')}`];
