import { beforeAll, describe, expect, test } from 'vitest';
import { lintPolicy, openLab, type LabApi } from '../../../client/index.ts';
import type { KeyArn, PrincipalArn, Region } from '../../../engine/index.ts';
import { templateNames, templateText, type TemplateName } from './templates.ts';

/** Each template does what its words say, in a real world. */
const account = '111122223333';
const other = '444455556666';
const region = 'us-east-1' as Region;
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const alice = `arn:aws:iam::${account}:user/Alice`;
const otherAdmin = `arn:aws:iam::${other}:user/Admin`;
const root = `arn:aws:iam::${account}:root`;
const endpoint = 'vpce-1234567890abcdef0';
let lab: LabApi;
let key: KeyArn;

beforeAll(async () => {
  lab = await openLab({ store: 'memory', genesis: { seed: 'templates', now: '2026-03-01T12:00:00Z' } });
  const { result } = await lab.main.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!result.ok) throw new Error(result.refusal.message);
  key = (result.output['KeyMetadata'] as { readonly Arn: KeyArn }).Arn;
});

const written = (name: TemplateName): string =>
  templateText(name, { account, admin, user: alice, otherAccount: other, region, endpoint });

test.each(templateNames)('%s is taken by KMS, and the linter finds no error in it', async (name) => {
  const text = written(name);
  const world = await lab.main.fork();
  const { result } = await world.call({
    operation: 'PutKeyPolicy',
    input: { KeyId: key, Policy: text },
    principal: admin,
    region,
  });
  expect(result).toMatchObject({ ok: true });
  const knownPrincipals = (await world.principals()).map(({ rec }) => rec.arn);
  const findings = lintPolicy(text, { kind: 'key', account, knownPrincipals });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

interface Claim {
  readonly who: string;
  readonly action: string;
  readonly allowed: boolean;
  readonly context?: Readonly<Record<string, string>>;
  readonly viaService?: string;
  readonly vpcEndpoint?: string;
}
const may = (who: string, action: string, more: Partial<Claim> = {}): Claim => ({
  who,
  action: `kms:${action}`,
  allowed: true,
  ...more,
});
const mayNot = (who: string, action: string, more: Partial<Claim> = {}): Claim => ({
  ...may(who, action, more),
  allowed: false,
});
const s3 = { viaService: `s3.${region}.amazonaws.com` };

// user/Admin of each account may do everything by IAM, user/Alice has no policy.
const claims: Readonly<Record<TemplateName, readonly Claim[]>> = {
  default: [
    may(root, 'Decrypt'),
    may(admin, 'Decrypt'),
    mayNot(alice, 'Decrypt'),
    mayNot(otherAdmin, 'Decrypt'),
  ],
  console: [
    may(alice, 'Decrypt'),
    mayNot(alice, 'PutKeyPolicy'),
    may(admin, 'PutKeyPolicy'),
    mayNot(otherAdmin, 'Decrypt'),
  ],
  leastUser: [
    may(alice, 'Decrypt'),
    may(admin, 'PutKeyPolicy'),
    mayNot(admin, 'Decrypt'),
    mayNot(root, 'Decrypt'),
    mayNot(otherAdmin, 'Decrypt'),
  ],
  crossAccount: [
    may(otherAdmin, 'Decrypt'),
    mayNot(`arn:aws:iam::${other}:user/Alice`, 'Decrypt'),
    may(admin, 'Decrypt'),
  ],
  service: [may(alice, 'Decrypt', s3), mayNot(alice, 'Decrypt'), mayNot(otherAdmin, 'Decrypt', s3)],
  denyGuard: [
    may(admin, 'ScheduleKeyDeletion'),
    mayNot(root, 'ScheduleKeyDeletion'),
    mayNot(root, 'DisableKey'),
    may(root, 'Decrypt'),
  ],
  denyOutside: [may(admin, 'Decrypt'), may(root, 'Decrypt'), mayNot(otherAdmin, 'Decrypt')],
  denyNoContext: [
    mayNot(admin, 'Decrypt'),
    may(admin, 'Decrypt', { context: { 'kms:EncryptionContext:app': 'pay' } }),
    may(admin, 'DescribeKey'),
  ],
  denyOtherEndpoint: [
    may(admin, 'Decrypt', { vpcEndpoint: endpoint }),
    mayNot(admin, 'Decrypt'),
    mayNot(root, 'GenerateDataKey', { vpcEndpoint: 'vpce-0000000000000000a' }),
    mayNot(admin, 'Decrypt', s3),
    mayNot(admin, 'Sign'),
    may(admin, 'Sign', { vpcEndpoint: endpoint }),
    may(admin, 'PutKeyPolicy'),
    mayNot(alice, 'Decrypt', { vpcEndpoint: endpoint }),
  ],
};

describe.each(templateNames)('%s', (name) => {
  test.each(claims[name])('$who $action: $allowed', async ({ who, action, allowed, ...way }) => {
    const told = await lab.main.simulate({
      key,
      principal: who,
      action,
      keyPolicy: written(name),
      ...way,
    });
    expect(told).toMatchObject({ ok: true, decision: { allowed } });
  });
});
