import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, makeKey } from '../house.ts';
import {
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

const { call, ask, refusal } = callsOf('redshift');
const one = { ClusterIdentifier: 'warehouse' };
const cluster = (more: object = { Encrypted: true }) => ({ ...one, NodeType: 'ra3.large', ...more });
const under = (KmsKeyId: string) => cluster({ Encrypted: true, KmsKeyId });
const context = {
  'aws:redshift:arn': `arn:aws:redshift:us-east-1:${a}:cluster:warehouse`,
  'aws:redshift:createtime': '20260301T1200Z',
};
const itself = { by: 'redshift.us-east-1.amazonaws.com', via: undefined, error: undefined };
const caller = through('redshift');
const Data = new TextEncoder().encode('three crates of every year');
const launch = [
  { op: 'CreateGrant', context: undefined, ...caller },
  { op: 'GenerateDataKey', context, ...caller },
];

const write = (lab: Lab) => ask(lab, 'BlockWrite', { ...one, Data });
const read = (lab: Lab, Block = 1) => ask(lab, 'BlockRead', { ...one, Block });
/** Every form of it that a block has ever had: files hold the journal. */
const stored = async (lab: Lab, member: 'blockKey' | 'body'): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  JSON.stringify(await lab.snapshot(), (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'blockKey' in value && 'body' in value)
      found.add(JSON.stringify(value[member]));
    return value;
  });
  return found;
};

describe('Redshift asks of KMS exactly what services.json says', () => {
  it('the facts are those of services.json', () => {
    const there = servicesJson()?.['Redshift'];
    if (!there) return;
    expect(there.calls.slice(0, 2).map(({ op }) => op)).toEqual([
      'CreateGrant, GenerateDataKey (cluster key)',
      'Decrypt',
    ]);
    expect(Object.keys(there.context)).toEqual(Object.keys(context));
  });

  it('no encryption: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('CreateCluster', cluster({})))).toEqual([]);
    expect(await kmsCallsOf(lab, call('BlockWrite', { ...one, Data }))).toEqual([]);
    expect(await read(lab)).toEqual({ Data });
  });

  it.each(['aws/redshift', 'customer managed'])(
    '%s: CreateGrant and GenerateDataKey at the launch, Decrypt at each start, and nothing between',
    async (kind) => {
      const lab = await shop();
      const create = kind === 'aws/redshift' ? cluster() : under(await makeKey(lab));
      expect(await kmsCallsOf(lab, call('CreateCluster', create))).toEqual(launch);
      const { Clusters } = await ask(lab, 'DescribeClusters', one);
      const [{ KmsKeyId }] = Clusters as readonly [{ readonly KmsKeyId: string }];
      expect(await grantsOn(lab, KmsKeyId)).toMatchObject([
        {
          GranteePrincipal: itself.by,
          RetiringPrincipal: itself.by,
          Constraints: { EncryptionContextSubset: context },
        },
      ]);
      await lab.advance({ days: 3 });
      expect(await kmsCallsOf(lab, call('BlockWrite', { ...one, Data }))).toEqual([]);
      expect(await kmsCallsOf(lab, call('BlockRead', { ...one, Block: 1 }))).toEqual([]);
      expect(await kmsCallsOf(lab, call('PauseCluster', one))).toEqual([]);
      expect(await refusal(lab, 'BlockRead', { ...one, Block: 1 })).toContain('InvalidClusterState');
      expect(await kmsCallsOf(lab, call('ResumeCluster', one))).toEqual([
        { op: 'Decrypt', context, ...itself },
      ]);
      expect(await read(lab)).toEqual({ Data });
      await ask(lab, 'DeleteCluster', { ...one, SkipFinalClusterSnapshot: true });
      expect(await grantsOn(lab, KmsKeyId)).toEqual([]);
    },
  );
});

describe('the hierarchy', () => {
  it('a rotation encrypts the keys of blocks anew, and no block', async () => {
    const lab = await shop();
    await ask(lab, 'CreateCluster', cluster());
    await write(lab);
    await write(lab);
    const bodies = await stored(lab, 'body');
    expect([bodies.size, (await stored(lab, 'blockKey')).size]).toEqual([2, 2]);
    expect(await kmsCallsOf(lab, call('RotateEncryptionKey', one))).toEqual([
      { op: 'GenerateDataKey', context, ...itself },
    ]);
    expect(await stored(lab, 'body')).toEqual(bodies);
    expect((await stored(lab, 'blockKey')).size).toBe(4);
    await ask(lab, 'PauseCluster', one);
    await ask(lab, 'ResumeCluster', one);
    expect(await read(lab, 2)).toEqual({ Data });
  });

  it('a cluster is encrypted, given another key, and decrypted while it lives', async () => {
    const lab = await shop();
    const [first, second] = [await makeKey(lab), await makeKey(lab)];
    await ask(lab, 'CreateCluster', cluster({}));
    await write(lab);
    expect(await refusal(lab, 'RotateEncryptionKey', one)).toContain('UnsupportedOperation');
    expect(
      await kmsCallsOf(lab, call('ModifyCluster', { ...one, Encrypted: true, KmsKeyId: first })),
    ).toEqual(launch);
    expect(await read(lab)).toEqual({ Data });
    const change = call('ModifyCluster', { ...one, KmsKeyId: second });
    expect((await kmsCallsOf(lab, change)).map(({ op }) => op)).toEqual([
      'CreateGrant',
      'GenerateDataKey',
      'RetireGrant',
    ]);
    expect([await grantsOn(lab, first), (await grantsOn(lab, second)).length]).toEqual([[], 1]);
    await spoil(lab, first, 'disabled', 'redshift');
    await ask(lab, 'PauseCluster', one);
    await ask(lab, 'ResumeCluster', one);
    expect(await read(lab)).toEqual({ Data });
    await ask(lab, 'ModifyCluster', { ...one, Encrypted: false });
    expect([await grantsOn(lab, second), await read(lab)]).toEqual([[], { Data }]);
  });
});

describe('Redshift when KMS says no', () => {
  it.each(waysOf)('$way: no cluster is made', async ({ way, name }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await spoil(lab, key, way, 'redshift');
    expect(await refusal(lab, 'CreateCluster', under(key))).toContain(
      `DependentServiceAccessDenied: The KMS key cannot be used: ${name}`,
    );
    expect(await ask(lab, 'DescribeClusters', {})).toEqual({ Clusters: [] });
  });

  it.each(['disabled', 'pending deletion'] as const)(
    '%s under a running cluster: nobody notices until it is to start again',
    async (way) => {
      const lab = await shop();
      const key = await makeKey(lab);
      await ask(lab, 'CreateCluster', under(key));
      await write(lab);
      await spoil(lab, key, way, 'redshift');
      await lab.advance({ days: 2 });
      expect(await read(lab)).toEqual({ Data });
      await ask(lab, 'PauseCluster', one);
      expect(await refusal(lab, 'ResumeCluster', one)).toContain('DependentServiceAccessDenied');
      expect(await ask(lab, 'DescribeClusters', one)).toMatchObject({
        Clusters: [{ ClusterStatus: 'paused' }],
      });
    },
  );

  it('throttled', async () => {
    const { call: send, drain } = await tightShop();
    await send(call('CreateCluster', cluster()));
    await send(call('PauseCluster', one));
    await drain();
    const { result } = await send(call('ResumeCluster', one));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('DependentServiceRequestThrottlingFault');
  });
});

it('blocks cannot be read where they lie', async () => {
  const lab = await shop();
  await ask(lab, 'CreateCluster', cluster());
  await write(lab);
  const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
  for (const form of ['utf8', 'hex', 'base64'] as const)
    expect(all).not.toContain(Buffer.from('three crates').toString(form));
});
