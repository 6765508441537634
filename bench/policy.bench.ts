import { compilePolicies, type PlainQuestion } from '../src/engine/policy/index.ts';
import type { Suite } from './suite.ts';

/*
 * How many decisions a second: a key policy of ten statements with conditions, read once, each decision with the whole
 * tree of reasons. Beside it the least that could decide the same: the same statements as closures that answer yes or no.
 */

const account = '111122223333';
const key = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const user = (n: number): string => `arn:aws:iam::${account}:user/U${n}`;

interface Line {
  readonly effect: 'Allow' | 'Deny';
  readonly who: string;
  readonly does: string;
  readonly when: readonly [operator: 'StringEquals' | 'StringNotEquals', key: string, value: string];
}
const app = 'kms:EncryptionContext:app';
const via = 'kms:ViaService';
const lines: readonly Line[] = [
  { effect: 'Allow', who: user(1), does: 'kms:Encrypt', when: ['StringEquals', app, 'one'] },
  { effect: 'Allow', who: user(2), does: 'kms:Encrypt', when: ['StringEquals', app, 'two'] },
  { effect: 'Allow', who: user(3), does: 'kms:Encrypt', when: ['StringEquals', app, 'three'] },
  { effect: 'Allow', who: user(4), does: 'kms:Decrypt', when: ['StringEquals', app, 'four'] },
  { effect: 'Allow', who: user(5), does: 'kms:Decrypt', when: ['StringEquals', app, 'five'] },
  {
    effect: 'Allow',
    who: user(6),
    does: 'kms:Decrypt',
    when: ['StringEquals', via, 's3.us-east-1.amazonaws.com'],
  },
  { effect: 'Allow', who: user(7), does: 'kms:GenerateDataKey', when: ['StringEquals', app, 'seven'] },
  { effect: 'Allow', who: user(8), does: 'kms:GenerateDataKey', when: ['StringEquals', app, 'eight'] },
  { effect: 'Deny', who: '*', does: 'kms:ScheduleKeyDeletion', when: ['StringNotEquals', app, 'nine'] },
  { effect: 'Deny', who: '*', does: 'kms:Decrypt', when: ['StringNotEquals', 'kms:CallerAccount', account] },
];
const keyPolicy = {
  Version: '2012-10-17',
  Statement: lines.map(({ effect, who, does, when: [operator, name, value] }) => ({
    Effect: effect,
    Principal: { AWS: who },
    Action: does,
    Resource: '*',
    Condition: { [operator]: { [name]: value } },
  })),
};

type Asked = Pick<PlainQuestion, 'principal' | 'action' | 'resource'> & {
  readonly context: Record<string, string>;
};
const asks: readonly Asked[] = [
  { principal: user(1), action: 'kms:Encrypt', resource: key, context: { [app]: 'one' } },
  { principal: user(2), action: 'kms:Encrypt', resource: key, context: { [app]: 'other' } },
  { principal: user(5), action: 'kms:Decrypt', resource: key, context: { [app]: 'five' } },
  {
    principal: user(6),
    action: 'kms:Decrypt',
    resource: key,
    context: { [via]: 's3.us-east-1.amazonaws.com' },
  },
  { principal: user(7), action: 'kms:GenerateDataKey', resource: key, context: { [app]: 'seven' } },
];

/** Yes or no and nothing else. */
const bareStatements = lines.map(({ effect, who, does, when: [operator, name, value] }) => ({
  deny: effect === 'Deny',
  applies: ({ principal, action, context }: Asked): boolean =>
    (who === '*' || who === principal) &&
    does === action &&
    ((name === 'kms:CallerAccount' ? account : context[name]) === value) === (operator === 'StringEquals'),
}));
function bareDecide(asked: Asked): boolean {
  let allowed = false;
  for (const { deny, applies } of bareStatements) {
    if (!applies(asked)) continue;
    if (deny) return false;
    allowed = true;
  }
  return allowed;
}

const rounds = 2_000;

/** Decisions a second, the median of the runs. */
function rate(run: (asked: Asked) => unknown): number {
  const rates: number[] = [];
  for (let sample = -5; sample < 25; sample++) {
    const started = performance.now();
    for (let round = 0; round < rounds; round++) for (const asked of asks) run(asked);
    if (sample >= 0) rates.push((rounds * asks.length * 1000) / (performance.now() - started));
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1] ?? Number.NaN;
}

const suite: Suite = (bench) => {
  const compiled = compilePolicies({ keyPolicy });
  for (const asked of asks) {
    if (compiled.decide(asked).allowed !== bareDecide(asked))
      throw new Error(`they differ about ${asked.principal}`);
  }
  let allowed = 0;
  const ours = rate((asked) => (allowed += compiled.decide(asked).allowed ? 1 : 0));
  const bare = rate((asked) => (allowed += bareDecide(asked) ? 1 : 0));
  if (allowed === 0) throw new Error('nothing was allowed');
  bench.figure('decisions with reasons, 10 statements', ours, '1/s');
  bench.figure('bare yes or no, the same statements', bare, '1/s');
  bench.figure('bare / with reasons', bare / ours, '×');
};
export default suite;
