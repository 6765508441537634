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

const other = 'us-west-2' as const;
describe('snapshots', () => {
  const snapshot = { SnapshotIdentifier: 'before' };
  const restored = { ...snapshot, ClusterIdentifier: 'restored' };
  const readRestored = (lab: Lab) => ask(lab, 'BlockRead', { ClusterIdentifier: 'restored', Block: 1 });

  it('one is made without KMS; to restore it takes a grant for the old cluster key and new keys of its own', async () => {
    const lab = await shop();
    const [key, another] = [await makeKey(lab), await makeKey(lab)];
    await ask(lab, 'CreateCluster', under(key));
    await write(lab);
    expect(await kmsCallsOf(lab, call('CreateClusterSnapshot', { ...one, ...snapshot }))).toEqual([]);
    await ask(lab, 'DeleteCluster', { ...one, SkipFinalClusterSnapshot: true });
    const calls = await kmsCallsOf(
      lab,
      call('RestoreFromClusterSnapshot', { ...restored, KmsKeyId: another }),
    );
    expect(calls.map(({ op, by }) => [op, by])).toEqual([
      ['CreateGrant', caller.by],
      ['Decrypt', itself.by],
      ['RetireGrant', itself.by],
      ['CreateGrant', caller.by],
      ['GenerateDataKey', caller.by],
    ]);
    expect(calls[1]?.context).toEqual(context);
    expect(await grantsOn(lab, key)).toEqual([]);
    expect(await readRestored(lab)).toEqual({ Data });
    // The new cluster does not need the old key.
    await spoil(lab, key, 'disabled', 'redshift');
    await ask(lab, 'PauseCluster', { ClusterIdentifier: 'restored' });
    await ask(lab, 'ResumeCluster', { ClusterIdentifier: 'restored' });
    expect(await readRestored(lab)).toEqual({ Data });
  });

  it('an unencrypted one can be restored encrypted; an encrypted one not in the clear; a last one is made at the end', async () => {
    const lab = await shop();
    await ask(lab, 'CreateCluster', cluster({}));
    await write(lab);
    await ask(lab, 'DeleteCluster', { ...one, FinalClusterSnapshotIdentifier: 'before' });
    expect(
      (await kmsCallsOf(lab, call('RestoreFromClusterSnapshot', { ...restored, Encrypted: true }))).map(
        ({ op }) => op,
      ),
    ).toEqual(['CreateGrant', 'GenerateDataKey']);
    expect(await readRestored(lab)).toEqual({ Data });
    const of = { ClusterIdentifier: 'restored', SnapshotIdentifier: 'sealed' };
    await ask(lab, 'CreateClusterSnapshot', of);
    const clear = { ...of, ClusterIdentifier: 'clear', Encrypted: false };
    expect(await refusal(lab, 'RestoreFromClusterSnapshot', clear)).toContain('InvalidParameterCombination');
    expect(await refusal(lab, 'CreateClusterSnapshot', of)).toContain('ClusterSnapshotAlreadyExists');
    await ask(lab, 'DeleteClusterSnapshot', { SnapshotIdentifier: 'sealed' });
    expect(await refusal(lab, 'DescribeClusterSnapshots', { SnapshotIdentifier: 'sealed' })).toContain(
      'ClusterSnapshotNotFound',
    );
  });

  it.each(waysOf)('$way: none is restored', async ({ way, name }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateCluster', under(key));
    await write(lab);
    await ask(lab, 'CreateClusterSnapshot', { ...one, ...snapshot });
    await spoil(lab, key, way, 'redshift');
    expect(await refusal(lab, 'RestoreFromClusterSnapshot', restored)).toContain(
      `DependentServiceAccessDenied: The KMS key cannot be used: ${name}`,
    );
    expect(await refusal(lab, 'DescribeClusters', { ClusterIdentifier: 'restored' })).toContain(
      'ClusterNotFound',
    );
  });
});

describe('copies in another Region', () => {
  const there = (operation: string, input: object) => ({ ...call(operation, { ...input }), region: other });
  async function ready(lab: Lab): Promise<string> {
    await ask(lab, 'CreateCluster', cluster());
    await write(lab);
    const { result } = await lab.handle({ operation: 'CreateKey', principal: caller.by, region: other });
    const { Arn } = (result.ok ? result.output['KeyMetadata'] : {}) as { readonly Arn: string };
    const made = await kmsCallsOf(
      lab,
      there('CreateSnapshotCopyGrant', { SnapshotCopyGrantName: 'copies', KmsKeyId: Arn }),
    );
    expect(made.map(({ op, by, via }) => [op, by, via])).toEqual([
      ['DescribeKey', caller.by, caller.via],
      ['CreateGrant', caller.by, caller.via],
    ]);
    return Arn;
  }
  const enable = { ...one, DestinationRegion: other, SnapshotCopyGrantName: 'copies' };
  const take = call('CreateClusterSnapshot', { ...one, SnapshotIdentifier: 'far' });

  it('hang on the key of the copy grant there: GenerateDataKey by Redshift, in that Region', async () => {
    const lab = await shop();
    const key = await ready(lab);
    expect(await refusal(lab, 'EnableSnapshotCopy', { ...enable, SnapshotCopyGrantName: 'no' })).toContain(
      'SnapshotCopyGrantNotFoundFault',
    );
    await ask(lab, 'EnableSnapshotCopy', enable);
    expect(await refusal(lab, 'EnableSnapshotCopy', enable)).toContain('SnapshotCopyAlreadyEnabledFault');
    expect(await kmsCallsOf(lab, take)).toEqual([
      { ...itself, op: 'GenerateDataKey', context, by: `redshift.${other}.amazonaws.com` },
    ]);
    const { result } = await lab.handle(there('DescribeClusterSnapshots', { SnapshotIdentifier: 'far' }));
    expect(result.ok && result.output).toMatchObject({ Snapshots: [{ Encrypted: true, KmsKeyId: key }] });
    const back = await lab.handle(
      there('RestoreFromClusterSnapshot', { ClusterIdentifier: 'far', SnapshotIdentifier: 'far' }),
    );
    expect(back.result.ok).toBe(true);
    const read = await lab.handle(there('BlockRead', { ClusterIdentifier: 'far', Block: 1 }));
    expect(read.result.ok && read.result.output).toEqual({ Data });
  });

  it('are not made when KMS says no there, and the snapshot here is', async () => {
    const lab = await shop();
    const key = await ready(lab);
    await ask(lab, 'EnableSnapshotCopy', enable);
    await lab.handle({
      operation: 'DisableKey',
      input: { KeyId: key },
      principal: caller.by,
      region: other,
    });
    expect((await kmsCallsOf(lab, take)).map(({ op, error }) => [op, error])).toEqual([
      ['GenerateDataKey', 'DisabledException'],
    ]);
    expect(await ask(lab, 'DescribeClusterSnapshots', {})).toMatchObject({
      Snapshots: [{ SnapshotIdentifier: 'far' }],
    });
    const far = await lab.handle(there('DescribeClusterSnapshots', {}));
    expect(far.result.ok && far.result.output).toEqual({ Snapshots: [] });
  });

  it('a copy grant that a cluster uses stays; afterwards its grant goes with it', async () => {
    const lab = await shop();
    const key = await ready(lab);
    await ask(lab, 'EnableSnapshotCopy', enable);
    const remove = there('DeleteSnapshotCopyGrant', { SnapshotCopyGrantName: 'copies' });
    const refused = await lab.handle(remove);
    expect(refused.result.ok ? '' : refused.result.refusal.refused).toBe(
      'InvalidSnapshotCopyGrantStateFault',
    );
    await ask(lab, 'DisableSnapshotCopy', one);
    expect(await refusal(lab, 'DisableSnapshotCopy', one)).toContain('SnapshotCopyAlreadyDisabledFault');
    expect((await lab.handle(remove)).result.ok).toBe(true);
    const grants = await lab.handle({
      operation: 'ListGrants',
      input: { KeyId: key },
      principal: caller.by,
      region: other,
    });
    expect(grants.result.ok && grants.result.output['Grants']).toEqual([]);
  });
});
