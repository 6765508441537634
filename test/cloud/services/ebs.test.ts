import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, makeKey, type Input } from '../house.ts';
import { admin, childrenOf, kmsCallsOf, openPolicy, shop, spoil, tightShop, waysOf } from './kms.ts';

const Data = new TextEncoder().encode('The ledger of the firm');
const read = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

const ec2 = (operation: string, input: Input, principal = admin, region = 'us-east-1') =>
  ({ service: 'ec2', operation, input, principal, region }) as const;
const ask = async (lab: Lab, operation: string, input: Input, principal = admin, region = 'us-east-1') => {
  const { result } = await lab.handle(ec2(operation, input, principal, region));
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output as Readonly<Record<string, never>>;
};
const AvailabilityZone = 'us-east-1a';
const instanceIn = async (lab: Lab, principal = admin): Promise<string> => {
  const { Instances } = await ask(lab, 'RunInstances', {}, principal);
  return String((Instances as unknown as readonly { InstanceId: string }[])[0]?.InstanceId);
};
const volumeIn = async (lab: Lab, more: Input = {}, principal = admin): Promise<string> =>
  String((await ask(lab, 'CreateVolume', { AvailabilityZone, Size: 8, ...more }, principal))['VolumeId']);
const attach = (VolumeId: string, InstanceId: string) => ({ VolumeId, InstanceId, Device: '/dev/sdf' });
const volume = async (lab: Lab, id: string, principal = admin) => {
  const { Volumes } = await ask(lab, 'DescribeVolumes', { VolumeIds: [id] }, principal);
  return (Volumes as unknown as readonly Readonly<Record<string, unknown>>[])[0] ?? {};
};
const snapshot = async (lab: Lab, id: string, principal = admin, region = 'us-east-1') => {
  const { Snapshots } = await ask(lab, 'DescribeSnapshots', { SnapshotIds: [id] }, principal, region);
  return (Snapshots as unknown as readonly Readonly<Record<string, unknown>>[])[0] ?? {};
};

const caller = { by: admin, via: 'ec2.amazonaws.com', error: undefined };
const context = (id: unknown) => ({ 'aws:ebs:id': String(id) });

describe('EBS asks of KMS exactly what services.json says', () => {
  it('a new volume: GenerateDataKeyWithoutPlaintext of 64 bytes, by the caller through EC2', async () => {
    const lab = await shop();
    const calls = await kmsCallsOf(lab, ec2('CreateVolume', { AvailabilityZone, Size: 8, Encrypted: true }));
    const { Volumes } = await ask(lab, 'DescribeVolumes', {});
    const [{ VolumeId, KmsKeyId }] = Volumes as unknown as [{ VolumeId: string; KmsKeyId: string }];
    expect(calls).toEqual([{ op: 'GenerateDataKeyWithoutPlaintext', context: context(VolumeId), ...caller }]);
    const event = (await lab.trail()).find(
      ({ eventName }) => eventName === 'GenerateDataKeyWithoutPlaintext',
    );
    expect(event?.requestParameters).toMatchObject({ keyId: 'alias/aws/ebs', numberOfBytes: 64 });
    expect(event?.resources[0]?.ARN).toBe(KmsKeyId);
  });

  it('an unencrypted volume: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, ec2('CreateVolume', { AvailabilityZone, Size: 8 }))).toEqual([]);
  });

  it('attach: CreateGrant by the caller, Decrypt by the infrastructure of the instance; one grant, for that context', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    const [id, instance] = [await volumeIn(lab, { KmsKeyId: key }), await instanceIn(lab)];
    const infrastructure = `${a}:aws:ec2-infrastructure:${instance}`;
    expect(await kmsCallsOf(lab, ec2('AttachVolume', attach(id, instance)))).toEqual([
      { op: 'CreateGrant', context: undefined, ...caller },
      { op: 'Decrypt', context: context(id), by: infrastructure, via: undefined, error: undefined },
    ]);
    const grants = async () => {
      const { result } = await lab.handle({
        operation: 'ListGrants',
        input: { KeyId: key },
        principal: admin,
      });
      return result.ok ? (result.output['Grants'] as readonly object[]) : [];
    };
    expect(await grants()).toMatchObject([
      {
        GranteePrincipal: infrastructure,
        Operations: ['Decrypt'],
        Constraints: { EncryptionContextSubset: context(id) },
      },
    ]);
    const asked = (await lab.trail()).find(({ eventName }) => eventName === 'CreateGrant');
    expect(asked?.requestParameters).toMatchObject({ granteePrincipal: infrastructure });
    // Retired on detach, by EC2.
    expect(
      (await kmsCallsOf(lab, ec2('DetachVolume', { VolumeId: id }))).map(({ op, by }) => [op, by]),
    ).toEqual([['RetireGrant', 'ec2.us-east-1.amazonaws.com']]);
    expect(await grants()).toEqual([]);
  });

  it('a policy that gives CreateGrant to AWS resources only is enough', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    const id = await volumeIn(lab, { KmsKeyId: key });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: adminOf(a) },
          Action: ['kms:PutKeyPolicy', 'kms:DescribeKey'],
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Principal: { AWS: adminOf(a) },
          Action: 'kms:CreateGrant',
          Resource: '*',
          Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        },
      ],
    });
    await lab.handle({ operation: 'PutKeyPolicy', input: { KeyId: key, Policy }, principal: admin });
    await ask(lab, 'AttachVolume', attach(id, await instanceIn(lab)));
    expect((await volume(lab, id))['State']).toBe('in-use');
  });

  it('from an unencrypted snapshot: CreateGrant, GenerateDataKeyWithoutPlaintext, Decrypt, all by the caller', async () => {
    const lab = await shop();
    const { SnapshotId } = await ask(lab, 'CreateSnapshot', { VolumeId: await volumeIn(lab) });
    const calls = await kmsCallsOf(
      lab,
      ec2('CreateVolume', { AvailabilityZone, SnapshotId, Encrypted: true }),
    );
    expect(calls.map(({ op, by, via }) => ({ op, by, via }))).toEqual(
      ['CreateGrant', 'GenerateDataKeyWithoutPlaintext', 'Decrypt'].map((op) => ({
        op,
        by: admin,
        via: 'ec2.amazonaws.com',
      })),
    );
  });

  it('copies: the context is that of the new snapshot; without another key a volume goes on under the old one', async () => {
    const lab = await shop();
    const [one, two] = [await makeKey(lab), await makeKey(lab)];
    const id = await volumeIn(lab, { KmsKeyId: one });
    expect(await kmsCallsOf(lab, ec2('CreateSnapshot', { VolumeId: id }))).toEqual([]);
    const { SnapshotId } = await ask(lab, 'CreateSnapshot', { VolumeId: id });
    expect(await kmsCallsOf(lab, ec2('CreateVolume', { AvailabilityZone, SnapshotId }))).toEqual([]);
    const copy = { SourceRegion: 'us-east-1', SourceSnapshotId: SnapshotId, KmsKeyId: two };
    const calls = await kmsCallsOf(lab, ec2('CopySnapshot', copy));
    expect(calls.map(({ op }) => op)).toEqual(['ReEncrypt']);
    expect(calls[0]?.context?.['aws:ebs:id']).toMatch(/^snap-/);
  });
});

describe('a plaintext key in the card of the host', () => {
  it('serves until detach or stop: disabling the key stops no I/O, the next start fails', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    const [VolumeId, InstanceId] = [await volumeIn(lab, { KmsKeyId: key }), await instanceIn(lab)];
    await ask(lab, 'AttachVolume', attach(VolumeId, InstanceId));
    await spoil(lab, key, 'disabled', 'ec2');
    expect(await kmsCallsOf(lab, ec2('InstanceWrite', { InstanceId, VolumeId, Data }))).toEqual([]);
    expect(read((await ask(lab, 'InstanceRead', { InstanceId, VolumeId }))['Data'])).toBe(read(Data));
    await ask(lab, 'StopInstances', { InstanceIds: [InstanceId] });
    await ask(lab, 'StartInstances', { InstanceIds: [InstanceId] });
    const { Reservations } = await ask(lab, 'DescribeInstances', {});
    expect(Reservations).toMatchObject([
      {
        Instances: [
          {
            State: { Name: 'stopped' },
            StateTransitionReason: `Client.InternalError: Client error on launch: ${key} is disabled.`,
          },
        ],
      },
    ]);
    await lab.handle({ operation: 'EnableKey', input: { KeyId: key }, principal: admin });
    await ask(lab, 'StartInstances', { InstanceIds: [InstanceId] });
    expect(read((await ask(lab, 'InstanceRead', { InstanceId, VolumeId }))['Data'])).toBe(read(Data));
  });

  it('a stolen volume is shut: what is stored of it holds no plaintext', async () => {
    const lab = await shop();
    const [VolumeId, InstanceId] = [await volumeIn(lab, { Encrypted: true }), await instanceIn(lab)];
    await ask(lab, 'AttachVolume', attach(VolumeId, InstanceId));
    await ask(lab, 'InstanceWrite', { InstanceId, VolumeId, Data });
    await ask(lab, 'CreateSnapshot', { VolumeId });
    expect(JSON.stringify(await lab.snapshot())).not.toContain(Buffer.from(Data).toString('base64'));
    const open = await volumeIn(lab);
    await ask(lab, 'AttachVolume', attach(open, InstanceId));
    await ask(lab, 'InstanceWrite', { InstanceId, VolumeId: open, Data });
    expect(JSON.stringify(await lab.snapshot())).toContain(Buffer.from(Data).toString('base64'));
  });
});

describe('EBS when KMS says no: the answer comes at once, the failure after it', () => {
  it.each(waysOf)(
    '$way: a new volume is in error, an attachment does not come about, a copy is in error',
    async ({ way, name }) => {
      const lab = await shop();
      const key = await makeKey(lab);
      const [id, instance] = [await volumeIn(lab, { KmsKeyId: key }), await instanceIn(lab)];
      const { SnapshotId } = await ask(lab, 'CreateSnapshot', { VolumeId: id });
      await spoil(lab, key, way, 'ec2');
      const { trace, result } = await lab.handle(
        ec2('CreateVolume', { AvailabilityZone, Size: 8, KmsKeyId: key }),
      );
      expect(result.ok && result.output['State']).toBe('creating');
      expect(childrenOf(trace)).toEqual([`GenerateDataKeyWithoutPlaintext: ${name}`]);
      const failed = await volume(lab, String(result.ok && result.output['VolumeId']));
      expect(failed['State']).toBe('error');
      expect(failed['StateReason']).toContain(
        name === 'AccessDeniedException'
          ? 'not authorized'
          : way === 'disabled'
            ? 'is disabled.'
            : 'is pending deletion.',
      );
      await ask(lab, 'AttachVolume', attach(id, instance));
      expect(await volume(lab, id)).toMatchObject({ State: 'available', Attachments: [] });
      const { SnapshotId: copy } = await ask(lab, 'CopySnapshot', {
        SourceRegion: 'us-east-1',
        SourceSnapshotId: SnapshotId,
      });
      expect(await snapshot(lab, String(copy))).toMatchObject({
        State: 'error',
        StateMessage: 'Given key ID is not accessible',
      });
    },
  );

  it('throttled', async () => {
    const { call, drain } = await tightShop();
    await drain();
    const { trace } = await call(ec2('CreateVolume', { AvailabilityZone, Size: 8, Encrypted: true }));
    expect(childrenOf(trace)).toEqual(['GenerateDataKeyWithoutPlaintext: ThrottlingException']);
  });
});

describe('other accounts and other Regions', () => {
  it('a snapshot under aws/ebs is shared with nobody; one under a shared key is copied under a key of the other account', async () => {
    const lab = await shop();
    const [key, theirs] = [await makeKey(lab, a, openPolicy), await makeKey(lab, b)];
    const share = (SnapshotId: unknown) => ({ SnapshotId, OperationType: 'add', UserIds: [b] });
    const closed = await ask(lab, 'CreateSnapshot', { VolumeId: await volumeIn(lab, { Encrypted: true }) });
    await expect(ask(lab, 'ModifySnapshotAttribute', share(closed['SnapshotId']))).rejects.toThrow(
      'OperationNotPermitted',
    );
    const [VolumeId, InstanceId] = [await volumeIn(lab, { KmsKeyId: key }), await instanceIn(lab)];
    await ask(lab, 'AttachVolume', attach(VolumeId, InstanceId));
    await ask(lab, 'InstanceWrite', { InstanceId, VolumeId, Data });
    const { SnapshotId } = await ask(lab, 'CreateSnapshot', { VolumeId });
    await ask(lab, 'ModifySnapshotAttribute', share(SnapshotId));
    const { SnapshotId: copy } = await ask(
      lab,
      'CopySnapshot',
      { SourceRegion: 'us-east-1', SourceSnapshotId: SnapshotId, KmsKeyId: theirs },
      adminOf(b),
    );
    expect(await snapshot(lab, String(copy), adminOf(b))).toMatchObject({
      State: 'completed',
      KmsKeyId: theirs,
    });
    // The owner takes the key away: their copy hangs on it no more.
    await spoil(lab, key, 'pending deletion', 'ec2');
    const mine = await volumeIn(lab, { SnapshotId: copy }, adminOf(b));
    const there = await instanceIn(lab, adminOf(b));
    await ask(lab, 'AttachVolume', attach(mine, there), adminOf(b));
    expect(
      read((await ask(lab, 'InstanceRead', { InstanceId: there, VolumeId: mine }, adminOf(b)))['Data']),
    ).toBe(read(Data));
  });

  it('a copy in another Region is under a key of that Region', async () => {
    const lab = await shop();
    const { SnapshotId } = await ask(lab, 'CreateSnapshot', {
      VolumeId: await volumeIn(lab, { Encrypted: true }),
    });
    const copy = ec2(
      'CopySnapshot',
      { SourceRegion: 'us-east-1', SourceSnapshotId: SnapshotId },
      admin,
      'eu-west-1',
    );
    expect((await kmsCallsOf(lab, copy)).map(({ op }) => op)).toEqual([
      'Decrypt',
      'GenerateDataKeyWithoutPlaintext',
      'Decrypt',
    ]);
    const { Snapshots } = await ask(lab, 'DescribeSnapshots', {}, admin, 'eu-west-1');
    expect(Snapshots).toMatchObject([
      { State: 'completed', KmsKeyId: expect.stringContaining(':eu-west-1:') as unknown },
    ]);
  });
});
