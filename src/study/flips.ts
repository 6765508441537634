import type { Region, KeyArn } from '../engine/index.ts';
import type { CallAnswer } from '../client/index.ts';
import { isObject } from './parse.ts';
import type { StartedWorld } from './runs.ts';
import type { ExecutedScenario } from './scenario.ts';

/*
 * What a stem may leave unsaid, and what happens to the key when it is otherwise. A flip that changes the verdict is
 * fair only when the question speaks of it. Accounts, Regions, names and listed key types are exchanged beside these
 * (vary.ts), and must never change it.
 */
export interface Flip {
  readonly id: string;
  /** The question speaks of it. */
  readonly said: RegExp;
  /** The stem's own line says it. */
  readonly inStem?: boolean;
  readonly scenario?: (scenario: ExecutedScenario) => ExecutedScenario;
  readonly world?: (started: StartedWorld, scenario: ExecutedScenario) => Promise<void>;
}

const withSwitches = (
  scenario: ExecutedScenario,
  change: { throttling?: boolean; propagation?: boolean },
): ExecutedScenario => ({
  ...scenario,
  world: {
    ...scenario.world,
    switches: { throttling: false, propagation: false, ...scenario.world.switches, ...change },
  },
});

/** Every CreateKey of the setup with other members. */
const withKeys = (
  scenario: ExecutedScenario,
  members: Readonly<Record<string, unknown>>,
): ExecutedScenario => ({
  ...scenario,
  setup: scenario.setup.map((step) =>
    step.do === 'call' && step.operation === 'CreateKey'
      ? { ...step, input: { ...step.input, ...members } }
      : step,
  ),
});

/** Another user or role calls in the place of the stem's principal, by the same name and with the same policies. */
function otherKind(scenario: ExecutedScenario): ExecutedScenario {
  const { principal } = scenario.stem;
  const other = principal.includes(':user/')
    ? principal.replace(':user/', ':role/')
    : principal.replace(':role/', ':user/');
  const text = JSON.stringify(scenario);
  // Calls of IAM and sessions name users and roles by members of their own.
  if (other === principal || /"(UserName|RoleName|RoleArn|Role)":|assumed-role/.test(text)) return scenario;
  // OURS: one ARN stands for another of the same form; the shape stays.
  return JSON.parse(text.replaceAll(`"${principal}"`, `"${other}"`)) as ExecutedScenario;
}

/** Objects and default encryptions of the setup get a Bucket Key, or lose theirs. */
function otherBucketKey(scenario: ExecutedScenario): ExecutedScenario {
  const flipped = (step: unknown): unknown => {
    if (Array.isArray(step)) return step.map(flipped);
    if (!isObject(step)) return step;
    const members = Object.fromEntries(Object.entries(step).map(([name, each]) => [name, flipped(each)]));
    const { ServerSideEncryption: how, ApplyServerSideEncryptionByDefault: byDefault } = members;
    const ofKms = how === 'aws:kms' || (isObject(byDefault) && byDefault['SSEAlgorithm'] === 'aws:kms');
    return ofKms ? { ...members, BucketKeyEnabled: members['BucketKeyEnabled'] !== true } : members;
  };
  // OURS: only one member of requests to S3 is turned; the shape stays.
  return { ...scenario, setup: flipped(scenario.setup) as ExecutedScenario['setup'] };
}

export const keyArnsOf = (variables: StartedWorld['variables']): readonly KeyArn[] => [
  ...new Set(
    [...variables.values()].filter((v): v is KeyArn => typeof v === 'string' && /:key\/[\w-]+$/.test(v)),
  ),
];

/** As the root of the key's account; refused where its policy leaves the account out, and then nothing is flipped. */
async function onEachKey(
  { world, variables }: StartedWorld,
  operation: string,
  input: Readonly<Record<string, unknown>> = {},
): Promise<readonly CallAnswer[]> {
  const answers: CallAnswer[] = [];
  for (const arn of keyArnsOf(variables)) {
    const [, , , region, account] = arn.split(':');
    answers.push(
      await world.call({
        operation,
        input: { KeyId: arn, ...input },
        principal: `arn:aws:iam::${account ?? ''}:root` as Parameters<typeof world.call>[0]['principal'],
        // OURS: an ARN of the engine's own making holds a Region of its own.
        region: region as Region,
      }),
    );
  }
  return answers;
}

export const flips: readonly Flip[] = [
  {
    id: 'throttling',
    said: /throttl|quota|request rate|per second/i,
    scenario: (s) => withSwitches(s, { throttling: s.world.switches?.throttling !== true }),
  },
  {
    id: 'propagation',
    said: /grant token|propagat|at once|immediately|eventual|minutes|seconds later/i,
    scenario: (s) => withSwitches(s, { propagation: s.world.switches?.propagation !== true }),
  },
  {
    id: 'another year',
    said: /\b20\d\d\b|today/i,
    scenario: (s) => ({ ...s, world: { ...s.world, now: '2031-03-01T12:34:56Z' } }),
  },
  {
    id: 'other draws',
    said: /^$/,
    scenario: (s) => ({ ...s, world: { ...s.world, seed: `${s.world.seed ?? ''}, once more` } }),
  },
  {
    id: 'multi-Region key',
    said: /multi-Region|single-Region|replica|primary/i,
    scenario: (s) => withKeys(s, { MultiRegion: true }),
  },
  {
    id: 'tags and description',
    said: /\btag|descri/i,
    scenario: (s) => withKeys(s, { Description: 'otherwise described' }),
  },
  {
    id: 'Bucket Key',
    said: /Bucket Key/i,
    scenario: otherBucketKey,
  },
  {
    id: 'role for user',
    said: /^$/,
    scenario: otherKind,
  },
  {
    id: 'root calls',
    said: /^$/,
    inStem: true,
    scenario: (s) => ({ ...s, stem: { ...s.stem, principal: `arn:aws:iam::${s.stem.account}:root` } }),
  },
  {
    id: 'another key type',
    said: /^$/,
    inStem: true,
    scenario: (s) => withKeys(s, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  },
  {
    id: 'rotation on',
    said: /rotat/i,
    world: async (started) => {
      await onEachKey(started, 'EnableKeyRotation', { RotationPeriodInDays: 365 });
    },
  },
  {
    id: 'one alias more',
    said: /alias/i,
    world: async ({ world, variables }) => {
      for (const [i, arn] of keyArnsOf(variables).entries()) {
        const [, , , region, account] = arn.split(':');
        await world.call({
          operation: 'CreateAlias',
          input: { AliasName: `alias/one-more-${i}`, TargetKeyId: arn },
          principal: `arn:aws:iam::${account ?? ''}:root` as Parameters<typeof world.call>[0]['principal'],
          region: region as Region,
        });
      }
    },
  },
  {
    id: 'keys disabled',
    said: /disabl|enabl|state|pending|delet/i,
    inStem: true,
    world: async (started) => {
      await onEachKey(started, 'DisableKey');
    },
  },
];
