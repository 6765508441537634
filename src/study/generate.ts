import type { LabApi } from '../client/index.ts';
import { came } from './judge.ts';
import { runScenario } from './runner.ts';
import { plainCall, type Outcome, type PredictScenario, type Step, type Words } from './scenario.ts';
import { draws, pick, shuffled } from './vary.ts';

/*
 * Questions made from a seed: "does this call succeed, and if not, what says no?" A world is drawn gate by gate, the call
 * is made, and what the engine says is the right option; the others are outcomes that other gates would have had.
 */

/** What each gate is drawn as. The first of each is the open one. */
export const gates = {
  caller: ['user', 'foreign', 'role'],
  /** Where the call is sent: to the key's Region, to one in which the key is not, or in which it has a replica. */
  place: ['here', 'elsewhere', 'replica'],
  keyPolicy: ['default', 'names', 'contextCondition', 'adminsOnly', 'denies', 'accountCondition'],
  identity: ['allows', 'none', 'aliasResource', 'otherAction', 'denies', 'otherRegion'],
  grant: ['none', 'fits', 'otherOperation', 'otherContext'],
  state: ['Enabled', 'Disabled', 'PendingDeletion'],
  context: ['same', 'missing', 'case', 'extra'],
  named: ['arn', 'alias', 'id', 'aliasArn'],
  keySpec: ['SYMMETRIC_DEFAULT', 'HMAC_256', 'ECC_NIST_P256'],
} as const;
type Gates = { readonly [G in keyof typeof gates]: (typeof gates)[G][number] };
const gateNames = Object.keys(gates) as readonly (keyof Gates)[];

const operations = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'ReEncrypt',
  'Sign',
  'GenerateMac',
  'EnableKeyRotation',
  'CreateGrant',
] as const;
type Operation = (typeof operations)[number];

const regions = [
  'us-east-1',
  'us-west-2',
  'eu-central-1',
  'eu-west-1',
  'ap-southeast-2',
  'sa-east-1',
  'ca-central-1',
];
const names = [
  'orders',
  'payroll',
  'reports',
  'archive',
  'tokens',
  'ledger',
  'claims',
  'photos',
  'search',
  'billing',
  'grades',
  'trials',
];
const jobs = ['reader', 'writer', 'batch', 'export', 'import', 'audit', 'sync', 'backup'];
const contextKeys = ['tenant', 'department', 'project', 'case', 'stage', 'ward'];

/** Everything that decides: the same spec, the same question. */
interface Spec {
  readonly gates: Gates;
  readonly operation: Operation;
  readonly region: string;
  /** Another Region, for calls that go there. */
  readonly away: string;
  readonly owner: string;
  readonly other: string;
  readonly caller: string;
  readonly name: string;
  readonly context: readonly [string, string];
}

const digits = (draw: () => number): string =>
  `${1 + Math.floor(draw() * 9)}${Array.from({ length: 11 }, () => Math.floor(draw() * 10)).join('')}`;

/** Open more often than not: a question in which everything is closed teaches nothing. */
function drawGate<T>(values: readonly T[], draw: () => number, open = 0.62): T {
  const [first, ...rest] = values;
  return first !== undefined && (draw() < open || rest.length === 0) ? first : pick(rest, draw);
}

function drawSpec(draw: () => number): Spec {
  const caller = drawGate(gates.caller, draw, 0.72);
  const keySpec = drawGate(gates.keySpec, draw, 0.86);
  const operation =
    keySpec === 'SYMMETRIC_DEFAULT' || draw() < 0.4
      ? pick(operations, draw)
      : pick(['Sign', 'GenerateMac', 'Encrypt', 'DescribeKey'] as const, draw);
  const place = drawGate(gates.place, draw, 0.82);
  const region = pick(regions, draw);
  const context =
    operation === 'Decrypt' || operation === 'ReEncrypt' ? drawGate(gates.context, draw, 0.7) : 'same';
  const name = pick(names, draw);
  const job = pick(jobs, draw);
  return {
    gates: {
      caller,
      keySpec,
      place,
      context,
      keyPolicy: drawGate(gates.keyPolicy, draw, 0.45),
      identity: drawGate(gates.identity, draw, 0.6),
      grant: drawGate(gates.grant, draw, 0.72),
      state: drawGate(gates.state, draw, 0.78),
      named: drawGate(gates.named, draw, 0.6),
    },
    operation,
    region,
    away: pick(
      regions.filter((each) => each !== region),
      draw,
    ),
    owner: digits(draw),
    other: digits(draw),
    caller: `${name}-${job}`,
    name,
    context: [pick(contextKeys, draw), `${pick(names, draw)}-${Math.floor(draw() * 900) + 100}`],
  };
}

const statement = (Action: unknown, Resource: string, Effect = 'Allow') => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action, Resource }],
});
const permissionsOf = (operation: Operation): readonly string[] =>
  operation === 'ReEncrypt' ? ['kms:ReEncryptFrom', 'kms:ReEncryptTo'] : [`kms:${operation}`];
const otherAction = (operation: Operation): string =>
  operation === 'Encrypt' ? 'kms:Decrypt' : 'kms:Encrypt';

function identityOf(spec: Spec): object | undefined {
  const { gates: g, operation, owner, name } = spec;
  const region = calledIn(spec);
  const actions = permissionsOf(operation);
  switch (g.identity) {
    case 'allows':
      return statement(actions, `arn:aws:kms:${region}:${owner}:key/*`);
    case 'none':
      return undefined;
    case 'aliasResource':
      return statement(actions, `arn:aws:kms:${region}:${owner}:alias/${name}`);
    case 'otherAction':
      return statement(otherAction(operation), '*');
    case 'denies':
      return statement(actions, '*', 'Deny');
    case 'otherRegion':
      return statement(
        actions,
        `arn:aws:kms:${region === 'us-east-1' ? 'us-west-2' : 'us-east-1'}:${owner}:key/*`,
      );
    default:
      return g.identity satisfies never;
  }
}

const callerArn = ({ gates: g, owner, other, caller }: Spec): string =>
  `arn:aws:iam::${g.caller === 'foreign' ? other : owner}:${g.caller === 'user' ? 'user' : 'role'}/${caller}`;
/** The Region that the call is sent to. */
const calledIn = ({ gates: g, region, away }: Spec): string => (g.place === 'here' ? region : away);

function keyPolicyOf(spec: Spec): object {
  const { owner, operation, context } = spec;
  const actions = permissionsOf(operation);
  const principal = { AWS: callerArn(spec) };
  const delegates = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${owner}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  const admin = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${owner}:user/key-admin` },
    Action: 'kms:*',
    Resource: '*',
  };
  const names = { Effect: 'Allow', Principal: principal, Action: actions, Resource: '*' };
  const more = (): readonly object[] => {
    switch (spec.gates.keyPolicy) {
      case 'default':
        return [delegates];
      case 'names':
        return [delegates, names];
      case 'contextCondition':
        return [
          admin,
          { ...names, Condition: { StringEquals: { [`kms:EncryptionContext:${context[0]}`]: context[1] } } },
        ];
      case 'adminsOnly':
        return [admin];
      case 'denies':
        return [admin, names, { ...names, Effect: 'Deny' }];
      case 'accountCondition':
        return [
          admin,
          {
            Effect: 'Allow',
            Principal: '*',
            Action: actions,
            Resource: '*',
            Condition: { StringEquals: { 'kms:CallerAccount': owner } },
          },
        ];
      default:
        return spec.gates.keyPolicy satisfies never;
    }
  };
  return { Version: '2012-10-17', Statement: more() };
}

const usageOf = {
  SYMMETRIC_DEFAULT: 'ENCRYPT_DECRYPT',
  HMAC_256: 'GENERATE_VERIFY_MAC',
  ECC_NIST_P256: 'SIGN_VERIFY',
} as const;
const takesContext = (operation: Operation): boolean =>
  ['Encrypt', 'Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncrypt'].includes(
    operation,
  );
const needsBlob = (operation: Operation): boolean => operation === 'Decrypt' || operation === 'ReEncrypt';

function contextSent({
  gates: g,
  context: [key, value],
}: Spec): Readonly<Record<string, string>> | undefined {
  if (g.context === 'missing') return undefined;
  if (g.context === 'case') return { [key]: value.toUpperCase() };
  return g.context === 'extra' ? { [key]: value, debug: 'true' } : { [key]: value };
}

function callOf(spec: Spec): Extract<Step, { do: 'call' }> {
  const { operation, gates: g, name, owner, region } = spec;
  const KeyId = {
    arn: g.place === 'replica' ? '${replicaArn}' : '${keyArn}',
    alias: `alias/${name}`,
    id: '${keyId}',
    aliasArn: `arn:aws:kms:${region}:${owner}:alias/${name}`,
  }[g.named];
  const sent = takesContext(operation) ? contextSent(spec) : undefined;
  const context = sent ? { EncryptionContext: sent } : {};
  const inputs: Readonly<Record<Operation, Readonly<Record<string, unknown>>>> = {
    Encrypt: { KeyId, Plaintext: { $utf8: 'x' }, ...context },
    Decrypt: { KeyId, CiphertextBlob: '${blob}', ...context },
    GenerateDataKey: { KeyId, KeySpec: 'AES_256', ...context },
    GenerateDataKeyWithoutPlaintext: { KeyId, KeySpec: 'AES_256', ...context },
    DescribeKey: { KeyId },
    ReEncrypt: {
      DestinationKeyId: KeyId,
      CiphertextBlob: '${blob}',
      ...(sent ? { SourceEncryptionContext: sent } : {}),
    },
    Sign: { KeyId, Message: { $utf8: 'x' }, SigningAlgorithm: 'ECDSA_SHA_256' },
    GenerateMac: { KeyId, Message: { $utf8: 'x' }, MacAlgorithm: 'HMAC_SHA_256' },
    EnableKeyRotation: { KeyId },
    CreateGrant: { KeyId, GranteePrincipal: callerArn(spec), Operations: ['DescribeKey'] },
  };
  return { ...plainCall, operation, input: inputs[operation], region: calledIn(spec) };
}

const grantable = new Set([
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'Sign',
  'GenerateMac',
  'CreateGrant',
]);

/** What the grant of this spec holds, or nothing where KMS makes none of the kind. */
function grantOf(
  spec: Spec,
): { readonly Operations: readonly string[]; readonly Constraints?: object } | undefined {
  const { gates: g, operation, context } = spec;
  if (g.grant === 'none' || (operation !== 'ReEncrypt' && !grantable.has(operation))) return undefined;
  const fit = operation === 'ReEncrypt' ? ['ReEncryptFrom', 'ReEncryptTo'] : [operation];
  const keyFits =
    g.keySpec === 'SYMMETRIC_DEFAULT'
      ? !['Sign', 'GenerateMac'].includes(operation)
      : operation === 'DescribeKey';
  if (!keyFits) return undefined;
  if (g.grant === 'otherOperation') {
    const another = operation === 'DescribeKey' ? 'GenerateDataKey' : 'DescribeKey';
    return g.keySpec === 'SYMMETRIC_DEFAULT' ? { Operations: [another] } : undefined;
  }
  if (g.grant === 'otherContext') {
    if (!takesContext(operation)) return undefined;
    return { Operations: fit, Constraints: { EncryptionContextEquals: { [context[0]]: `${context[1]}-b` } } };
  }
  return { Operations: fit };
}

function setupOf(spec: Spec): readonly Step[] {
  const { gates: g, owner, name, context, operation, region } = spec;
  const admin = `arn:aws:iam::${owner}:user/key-admin`;
  const call = (
    op: string,
    input: Readonly<Record<string, unknown>>,
    save?: Readonly<Record<string, string>>,
  ): Step => ({ ...plainCall, operation: op, as: admin, region, input, save });
  const grant = grantOf(spec);
  return [
    call(
      'CreateKey',
      {
        ...(g.keySpec === 'SYMMETRIC_DEFAULT' ? {} : { KeySpec: g.keySpec, KeyUsage: usageOf[g.keySpec] }),
        ...(g.place === 'replica' ? { MultiRegion: true } : {}),
      },
      { keyArn: 'KeyMetadata.Arn', keyId: 'KeyMetadata.KeyId' },
    ),
    call('CreateAlias', { AliasName: `alias/${name}`, TargetKeyId: '${keyArn}' }),
    ...(needsBlob(operation) && g.keySpec === 'SYMMETRIC_DEFAULT'
      ? [
          call(
            'Encrypt',
            {
              KeyId: '${keyArn}',
              Plaintext: { $utf8: 'x' },
              EncryptionContext: { [context[0]]: context[1] },
            },
            { blob: 'CiphertextBlob' },
          ),
        ]
      : []),
    ...(grant
      ? [call('CreateGrant', { KeyId: '${keyArn}', GranteePrincipal: callerArn(spec), ...grant })]
      : []),
    call('PutKeyPolicy', {
      KeyId: '${keyArn}',
      PolicyName: 'default',
      Policy: { $json: keyPolicyOf(spec) },
      BypassPolicyLockoutSafetyCheck: true,
    }),
    // The replica is made of the key as it is then: with the same policy, enabled, without alias and grant.
    ...(g.place === 'replica'
      ? [
          call(
            'ReplicateKey',
            {
              KeyId: '${keyArn}',
              ReplicaRegion: spec.away,
              Policy: { $json: keyPolicyOf(spec) },
              BypassPolicyLockoutSafetyCheck: true,
            },
            { replicaArn: 'ReplicaKeyMetadata.Arn' },
          ),
          { do: 'advance', days: undefined, hours: undefined, seconds: 120 } as const,
        ]
      : []),
    ...(g.state === 'Disabled' ? [call('DisableKey', { KeyId: '${keyArn}' })] : []),
    ...(g.state === 'PendingDeletion' ? [call('ScheduleKeyDeletion', { KeyId: '${keyArn}' })] : []),
  ];
}

type Texted = { readonly outcome: Outcome; readonly text: string; readonly why: string };
const refused = (
  id: string,
  exception: string,
  messageHas: string | undefined,
  text: string,
  why: string,
): Texted => ({
  outcome: { is: 'refused', id, exception, stage: undefined, messageHas },
  text,
  why,
});
/** Every answer there can be; no two of them fit one call. */
export const outcomes: readonly Texted[] = [
  { outcome: { is: 'served', id: 'served' }, text: 'It succeeds.', why: 'Every gate would have to be open.' },
  refused(
    'identity-silent',
    'AccessDeniedException',
    'no identity-based policy allows',
    '`AccessDeniedException`: no identity policy allows it.',
    'Said when the decision is left to the caller’s IAM, and that is silent.',
  ),
  refused(
    'resource-silent',
    'AccessDeniedException',
    'no resource-based policy allows',
    '`AccessDeniedException`: the key policy does not allow it.',
    'Said in the key’s own account when neither key policy nor grant opens, nor lets IAM decide.',
  ),
  refused(
    'identity-denies',
    'AccessDeniedException',
    'explicit deny in an identity-based policy',
    '`AccessDeniedException`: an explicit deny in an identity policy.',
    'A matching deny in the caller’s IAM wins over every allow and every grant.',
  ),
  refused(
    'resource-denies',
    'AccessDeniedException',
    'explicit deny in a resource-based policy',
    '`AccessDeniedException`: an explicit deny in the key policy.',
    'A matching deny in the key policy wins over every allow and every grant.',
  ),
  refused(
    'foreign-closed',
    'AccessDeniedException',
    'the resource does not exist in this Region, no resource-based',
    '`AccessDeniedException`: no such key in this Region, or it is another account’s and closed.',
    'Said across accounts when the owner’s side does not open, and of a ciphertext whose key is not in this Region.',
  ),
  refused(
    'disabled',
    'DisabledException',
    undefined,
    '`DisabledException`',
    'Permissions were enough; the key is disabled.',
  ),
  refused(
    'state',
    'KMSInvalidStateException',
    undefined,
    '`KMSInvalidStateException`',
    'Permissions were enough; the key’s state is not.',
  ),
  refused(
    'not-found',
    'NotFoundException',
    undefined,
    '`NotFoundException`',
    'The name was looked up in the caller’s own account and Region, or cannot be used for this call.',
  ),
  refused(
    'cipher',
    'InvalidCiphertextException',
    undefined,
    '`InvalidCiphertextException`',
    'Everything let the call through, and the ciphertext does not open with this context.',
  ),
  refused(
    'usage',
    'InvalidKeyUsageException',
    undefined,
    '`InvalidKeyUsageException`',
    'The key’s usage is another one.',
  ),
  refused(
    'unsupported',
    'UnsupportedOperationException',
    undefined,
    '`UnsupportedOperationException`',
    'A key of this type cannot do that at all.',
  ),
  refused(
    'arn',
    'InvalidArnException',
    undefined,
    '`InvalidArnException`',
    'The call wants a key ID or key ARN.',
  ),
];

const policyLine = (policy: object | undefined): string =>
  policy ? `\`${JSON.stringify(policy)}\`` : 'none';

function scenarioOf(spec: Spec, seed: number): PredictScenario {
  const { gates: g, owner, other } = spec;
  const foreign = g.caller === 'foreign';
  const principal = callerArn(spec);
  const identity = identityOf(spec);
  const me = { arn: principal, policies: identity ? [identity as Readonly<Record<string, unknown>>] : [] };
  const admin = { arn: `arn:aws:iam::${owner}:user/key-admin`, policies: [statement('kms:*', '*')] };
  return {
    kind: 'predict',
    $schema: undefined,
    files: undefined,
    keyTypes: undefined,
    format: 1,
    id: `generated-${seed}`,
    version: 1,
    topics: ['SCS-C03/4.2'],
    group: foreign ? 'B' : 'A',
    traps: g.place === 'here' ? [foreign ? 9 : 1] : [28, foreign ? 9 : 1],
    idea: 'generated-decisions',
    requires: [],
    facts: ['policy.md §2, §8'],
    stem: {
      account: foreign ? other : owner,
      region: calledIn(spec),
      principal,
      keyType: g.keySpec,
      keyState: g.place === 'replica' && g.state !== 'Enabled' ? 'several' : g.state,
    },
    world: {
      seed: `generated ${seed}`,
      now: '2026-11-24T09:00:00Z',
      switches: { throttling: false, propagation: false },
      accounts: foreign
        ? [
            { id: owner, name: undefined, principals: [admin] },
            { id: other, name: undefined, principals: [me] },
          ]
        : [{ id: owner, name: undefined, principals: [admin, me] }],
    },
    setup: setupOf(spec),
    steps: [callOf(spec)],
    outcomes: outcomes.map(({ outcome }) => outcome),
    answer: '',
  };
}

/** Where the key lies, and where else. */
function placeText({ gates: g, region, away }: Spec): string {
  if (g.place === 'replica')
    return `${region}; multi-Region, with a replica in ${away} that has the same key policy, is Enabled, and has neither alias nor grant`;
  return g.place === 'here' ? region : `${region}, and no other Region`;
}

function wordsOf(spec: Spec, options: Words['options']): Words {
  const { gates: g, operation, owner, context, name } = spec;
  const { input } = callOf(spec);
  const grant = grantOf(spec);
  const how = {
    arn: g.place === 'replica' ? 'the ARN of its replica' : 'the key ARN',
    alias: `\`alias/${name}\``,
    id: 'the key ID',
    aliasArn: 'the ARN of its alias',
  }[g.named];
  const sent = takesContext(operation)
    ? (input?.['EncryptionContext'] ?? input?.['SourceEncryptionContext'])
    : undefined;
  const withContext = !takesContext(operation)
    ? ''
    : sent
      ? `, with the context \`${JSON.stringify(sent)}\``
      : ', without a context';
  return {
    $schema: undefined,
    language: 'en',
    title: `${operation}: does it succeed?`,
    stem: `\`${callerArn(spec)}\` calls **${operation}** on a key of account \`${owner}\`, naming it by ${how}${withContext}${g.place === 'here' ? '' : `, in **${calledIn(spec)}**`}. Does the call succeed, and if not, what says no?`,
    given: [
      { label: 'Key', text: `${g.keySpec}, ${g.state}, \`alias/${name}\` points to it` },
      { label: 'Region of the key', text: placeText(spec) },
      { label: 'Key policy', text: policyLine(keyPolicyOf(spec)) },
      { label: 'Caller’s identity policy', text: policyLine(identityOf(spec)) },
      { label: 'Grant for the caller', text: policyLine(grant) },
      ...(needsBlob(operation)
        ? [
            {
              label: 'The ciphertext',
              text: `made by this key with the context \`${JSON.stringify({ [context[0]]: context[1] })}\``,
            },
          ]
        : []),
    ],
    options,
    constraints: {},
    rule: 'Denies first; then key policy or grant; where the key policy leaves it to IAM, or across accounts, IAM as well; then the key’s state; then its usage; then the ciphertext.',
    trap: 'Gates that are open say nothing about the one that is closed: go through them in their order.',
    outcomes: undefined,
    hints: undefined,
  };
}

export interface Generated {
  readonly seed: number;
  readonly scenario: PredictScenario;
  readonly words: Words;
  /** Same text, same question. */
  readonly fingerprint: string;
  readonly spec: object;
}

/** A spec that says what it cannot have is not asked: a blob of a key that encrypts nothing. */
const sensible = ({ gates: g, operation }: Spec): boolean =>
  !(needsBlob(operation) && g.keySpec !== 'SYMMETRIC_DEFAULT') &&
  // A primary with a replica waits in another state for its deletion: that is a question of its own.
  !(g.place === 'replica' && g.state === 'PendingDeletion') &&
  // A condition on the context that was sent wrongly and a grant beside it: two readings of "who said no".
  !(g.caller === 'foreign' && g.keyPolicy === 'accountCondition' && g.grant === 'otherContext');

async function cameOf(lab: LabApi, scenario: PredictScenario): Promise<string | undefined> {
  const run = (await runScenario(lab, scenario)).options[0];
  if (!run) return undefined;
  const fitting = scenario.outcomes.filter((outcome) => came(outcome, run));
  return fitting.length === 1 ? fitting[0]?.id : undefined;
}

/**
 * The question of a seed: the same on every machine. A draw that cannot be made, or whose answer is none of the outcomes,
 * is passed over for the next of the same seed.
 */
export async function generate(lab: LabApi, seed: number): Promise<Generated> {
  const draw = draws(seed);
  for (let attempt = 0; attempt < 40; attempt++) {
    const spec = drawSpec(draw);
    const tail = draws(Math.floor(draw() * 2 ** 32));
    if (!sensible(spec)) continue;
    const whole = scenarioOf(spec, seed);
    const answer = await cameOf(lab, whole);
    if (answer === undefined) continue;
    const others = shuffled(
      outcomes.filter(({ outcome }) => outcome.id !== answer && plausible(outcome.id, spec)),
      tail,
    ).slice(0, 3);
    const right = outcomes.find(({ outcome }) => outcome.id === answer);
    if (!right || others.length < 3) continue;
    const chosen = shuffled([right, ...others], tail);
    const scenario = { ...whole, answer, outcomes: chosen.map(({ outcome }) => outcome) };
    const words = wordsOf(
      spec,
      Object.fromEntries(chosen.map(({ outcome, text, why }) => [outcome.id, { text, why }])),
    );
    const fingerprint = JSON.stringify([words.stem, words.given]);
    return { seed, scenario, words, fingerprint, spec };
  }
  throw new RangeError(`seed ${seed} makes no question`);
}

/** A distractor must be thinkable: no foreign answer at home, no ciphertext where there is none. */
function plausible(id: string, { gates: g, operation }: Spec): boolean {
  if (id === 'foreign-closed')
    return g.caller === 'foreign' || (g.place === 'elsewhere' && needsBlob(operation));
  if (id === 'resource-silent') return g.caller !== 'foreign';
  if (id === 'cipher') return needsBlob(operation);
  if (id === 'disabled' || id === 'state') return g.state !== 'Enabled';
  if (id === 'usage')
    return g.keySpec !== 'SYMMETRIC_DEFAULT' || operation === 'Sign' || operation === 'GenerateMac';
  if (id === 'arn') return operation === 'CreateGrant';
  if (id === 'unsupported') return operation === 'EnableKeyRotation';
  return true;
}

/** How many gates matter: of how many the other setting would change the answer. One run for each gate. */
export async function difficultyOf(lab: LabApi, { scenario, seed, spec }: Generated): Promise<number> {
  // OURS: `spec` is of our own making; it is opaque only to those outside.
  const drawn = spec as Spec;
  let matter = 0;
  for (const gate of gateNames) {
    if (gate === 'caller' || gate === 'keySpec') continue;
    const values: readonly string[] = gates[gate];
    const flipped = drawn.gates[gate] === values[0] ? closedOf[gate] : values[0];
    const whole = scenarioOf({ ...drawn, gates: { ...drawn.gates, [gate]: flipped } as Gates }, seed);
    if ((await cameOf(lab, whole)) !== scenario.answer) matter += 1;
  }
  return matter;
}
const closedOf: { readonly [G in keyof Gates]: Gates[G] } = {
  caller: 'foreign',
  place: 'elsewhere',
  keyPolicy: 'adminsOnly',
  identity: 'none',
  grant: 'fits',
  state: 'Disabled',
  context: 'missing',
  named: 'alias',
  keySpec: 'HMAC_256',
};
