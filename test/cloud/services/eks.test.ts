import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { makeKey } from '../house.ts';
import {
  admin,
  callsOf,
  grantsOn,
  kmsCallsOf,
  servicesJson,
  shop,
  spoil,
  through,
  tightShop,
  waysOf,
} from './kms.ts';

const { call, ask, refusal } = callsOf('eks');
const name = 'harbour';
const of = { clusterName: name };
const secret = { ...of, secretName: 'db-password' };
const Data = new TextEncoder().encode('three blue crates');
const encryptionConfig = (keyArn: string) => [{ resources: ['secrets'], provider: { keyArn } }];
const itself = { by: 'eks.us-east-1.amazonaws.com', via: undefined, error: undefined };
const caller = { context: undefined, ...through('eks') };
const associated = [
  { op: 'DescribeKey', ...caller },
  { op: 'CreateGrant', ...caller },
  { op: 'Encrypt', ...itself, context: {} },
];

const create = (key?: string) => ({
  name,
  ...(key === undefined ? {} : { encryptionConfig: encryptionConfig(key) }),
});
const issues = async (lab: Lab): Promise<readonly string[]> => {
  const { cluster } = await ask(lab, 'DescribeCluster', { name });
  const { health } = cluster as {
    readonly health: { readonly issues: readonly { readonly code: string }[] };
  };
  return health.issues.map(({ code }) => code);
};
const kms = async (lab: Lab, operation: string, input: object) => {
  const { result } = await lab.handle({ operation, input: { ...input }, principal: admin });
  if (!result.ok) throw new Error(result.refusal.message);
};

describe('EKS asks of KMS exactly what services.json says', () => {
  it('the facts are those of services.json', () => {
    const there = servicesJson()?.['EKS'];
    if (!there) return;
    expect(there.calls.map(({ op }) => op)).toEqual(['DescribeKey, CreateGrant', 'Encrypt, Decrypt']);
    expect(there.calls[1]?.by).toBe('EKS through the grant');
  });

  it('a key of its own, the default: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('CreateCluster', create()))).toEqual([]);
    expect(await kmsCallsOf(lab, call('SecretWrite', { ...secret, Data }))).toEqual([]);
    await lab.advance({ hours: 1 });
    expect(await kmsCallsOf(lab, call('ApiServerRestart', of))).toEqual([]);
    expect(await ask(lab, 'SecretRead', secret)).toEqual({ Data });
  });

  it('a key at creation: the caller grants, EKS has a seed encrypted; secrets take no call', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    expect(await kmsCallsOf(lab, call('CreateCluster', create(key)))).toEqual(associated);
    expect(await grantsOn(lab, key)).toMatchObject([
      { GranteePrincipal: itself.by, RetiringPrincipal: itself.by },
    ]);
    for (const operation of ['SecretWrite', 'SecretRead'])
      expect(
        await kmsCallsOf(lab, call(operation, operation === 'SecretRead' ? secret : { ...secret, Data })),
      ).toEqual([]);
    expect(await kmsCallsOf(lab, call('ApiServerRestart', of))).toEqual([
      { op: 'Decrypt', ...itself, context: {} },
    ]);
    expect(await ask(lab, 'SecretRead', secret)).toEqual({ Data });
    await lab.advance({ seconds: 301 });
    expect(await kmsCallsOf(lab, call('SecretRead', secret))).toEqual([
      { op: 'Encrypt', ...itself, context: {} },
      { op: 'Decrypt', ...itself, context: {} },
    ]);
    await ask(lab, 'DeleteCluster', { name });
    expect(await grantsOn(lab, key)).toEqual([]);
  });

  it('a key later: what is there is encrypted anew, and the key stays for good', async () => {
    const lab = await shop();
    const [key, other] = [await makeKey(lab), await makeKey(lab)];
    await ask(lab, 'CreateCluster', create());
    await ask(lab, 'SecretWrite', { ...secret, Data });
    const config = call('AssociateEncryptionConfig', { ...of, encryptionConfig: encryptionConfig(key) });
    expect(await kmsCallsOf(lab, config)).toEqual(associated);
    expect(await ask(lab, 'SecretRead', secret)).toEqual({ Data });
    expect(
      await refusal(lab, 'AssociateEncryptionConfig', { ...of, encryptionConfig: encryptionConfig(other) }),
    ).toContain('InvalidRequestException');
    await spoil(lab, key, 'disabled', 'eks');
    await ask(lab, 'ApiServerRestart', of);
    expect(await refusal(lab, 'SecretRead', secret)).toContain('KmsKeyDisabled');
  });
});

describe('EKS when KMS says no', () => {
  it.each(waysOf)('$way: no cluster is made with such a key', async ({ way, name: refused }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await spoil(lab, key, way, 'eks');
    expect(await refusal(lab, 'CreateCluster', create(key))).toContain(
      `InvalidParameterException: The KMS key of encryptionConfig cannot be used: ${refused}`,
    );
    expect(await ask(lab, 'ListClusters', {})).toEqual({ clusters: [] });
  });

  it('throttled', async () => {
    const { call: send, drain } = await tightShop();
    const made = await send({ operation: 'CreateKey', input: {}, principal: admin });
    const key = made.result.ok ? (made.result.output['KeyMetadata'] as { readonly Arn: string }).Arn : '';
    await send(call('CreateCluster', create(key)));
    await drain();
    const { result } = await send(call('ApiServerRestart', of));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('ServerException');
  });

  it.each([
    ['disabled', 'KmsKeyDisabled'],
    ['pending deletion', 'KmsKeyMarkedForDeletion'],
  ] as const)(
    '%s under a cluster: read goes on by the seed until the API server starts anew',
    async (way, code) => {
      const lab = await shop();
      const key = await makeKey(lab);
      await ask(lab, 'CreateCluster', create(key));
      await ask(lab, 'SecretWrite', { ...secret, Data });
      await spoil(lab, key, way, 'eks');
      expect(await issues(lab)).toEqual([]);
      await lab.advance({ seconds: 301 });
      expect(await issues(lab)).toEqual([code]);
      expect(await ask(lab, 'SecretRead', secret)).toEqual({ Data });
      expect(await refusal(lab, 'SecretWrite', { ...secret, Data })).toContain(code);
      await ask(lab, 'ApiServerRestart', of);
      expect(await refusal(lab, 'SecretRead', secret)).toContain(code);
      if (way === 'pending deletion') await kms(lab, 'CancelKeyDeletion', { KeyId: key });
      await kms(lab, 'EnableKey', { KeyId: key });
      await ask(lab, 'ApiServerRestart', of);
      expect([await issues(lab), await ask(lab, 'SecretRead', secret)]).toEqual([[], { Data }]);
    },
  );

  it('a key that stays away for 30 days does not help any more', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateCluster', create(key));
    await spoil(lab, key, 'disabled', 'eks');
    await lab.advance({ seconds: 301 });
    await issues(lab);
    await lab.advance({ days: 30 });
    await kms(lab, 'EnableKey', { KeyId: key });
    expect(await ask(lab, 'DescribeCluster', { name })).toMatchObject({ cluster: { status: 'FAILED' } });
    expect(await refusal(lab, 'ApiServerRestart', of)).toContain('KmsKeyDisabled');
  });

  it('a grant that is revoked is an issue of its own', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateCluster', create(key));
    await ask(lab, 'SecretWrite', { ...secret, Data });
    const [grant] = await grantsOn(lab, key);
    await kms(lab, 'RevokeGrant', { KeyId: key, GrantId: grant?.['GrantId'] });
    await lab.advance({ seconds: 301 });
    expect(await issues(lab)).toEqual(['KmsGrantRevoked']);
  });
});

it('a secret cannot be read where it lies, nor its seed', async () => {
  const lab = await shop();
  await ask(lab, 'CreateCluster', create(await makeKey(lab)));
  await ask(lab, 'SecretWrite', { ...secret, Data });
  const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
  for (const form of ['utf8', 'hex', 'base64'] as const)
    expect(all).not.toContain(Buffer.from('blue crates').toString(form));
});
