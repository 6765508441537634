import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, makeKey, policy, allow, makeUser } from '../house.ts';
import { callsOf, kmsCallsOf, shop, spoil, through } from './kms.ts';

const { call, ask, refusal } = callsOf('secretsmanager');
const SecretId = 'database';
const SecretString = 'correct horse';
const region = 'eu-west-1';
const caller = through('secretsmanager');
const add = (more: object = {}) => ({ SecretId, AddReplicaRegions: [{ Region: region, ...more }] });
const create = (lab: Lab, Name = SecretId, more: object = {}) =>
  ask(lab, 'CreateSecret', { Name, SecretString, ...more });

/** The value in another Region. */
async function there(lab: Lab): Promise<unknown> {
  const { result } = await lab.handle({ ...call('GetSecretValue', { SecretId }), region });
  return result.ok ? result.output['SecretString'] : result.refusal.refused;
}

describe('several secrets by one call', () => {
  it('a GetSecretValue and a Decrypt for each; what cannot be read is an error beside the others', async () => {
    const lab = await shop();
    const { ARN, VersionId } = await create(lab);
    const key = await makeKey(lab);
    await create(lab, 'closed', { KmsKeyId: key });
    await spoil(lab, key, 'disabled', 'secretsmanager');
    const batch = call('BatchGetSecretValue', { SecretIdList: [SecretId, 'closed', 'nowhere'] });
    const asked = await kmsCallsOf(lab, batch);
    expect(asked.map(({ op, error }) => [op, error])).toEqual([
      ['Decrypt', undefined],
      ['Decrypt', 'DisabledException'],
    ]);
    expect(asked[0]).toEqual({
      op: 'Decrypt',
      context: { SecretARN: ARN, SecretVersionId: VersionId },
      ...caller,
    });
    const { result } = await lab.handle(batch);
    expect(result.ok && result.output).toMatchObject({
      SecretValues: [{ Name: SecretId, SecretString }],
      Errors: [
        { SecretId: 'closed', ErrorCode: 'DecryptionFailure' },
        { SecretId: 'nowhere', ErrorCode: 'ResourceNotFoundException' },
      ],
    });
    const names = (await lab.trail()).map(({ eventName }) => eventName);
    expect(names.filter((name) => name === 'GetSecretValue')).toHaveLength(6);
  });

  it('takes the permission for each secret besides its own', async () => {
    const lab = await shop();
    await create(lab);
    const batch = policy(allow('secretsmanager:BatchGetSecretValue'));
    const carol = await makeUser(lab, 'Carol', batch);
    expect(await ask(lab, 'BatchGetSecretValue', { SecretIdList: [SecretId] }, carol)).toMatchObject({
      SecretValues: [],
      Errors: [{ ErrorCode: 'AccessDeniedException' }],
    });
  });
});

describe('a secret in several Regions', () => {
  it('Decrypt here, GenerateDataKey there, each with the ARN of its Region', async () => {
    const lab = await shop();
    const { ARN, VersionId: SecretVersionId } = await create(lab);
    expect(await kmsCallsOf(lab, call('ReplicateSecretToRegions', add()))).toEqual([
      { op: 'Decrypt', context: { SecretARN: ARN, SecretVersionId }, ...caller },
      {
        op: 'GenerateDataKey',
        context: { SecretARN: String(ARN).replace('us-east-1', region), SecretVersionId },
        ...caller,
      },
    ]);
    const event = (await lab.trail()).find(
      ({ eventName, awsRegion }) => eventName === 'GenerateDataKey' && awsRegion === region,
    );
    expect(event?.resources).toMatchObject([
      { ARN: expect.stringContaining(`:${region}:${a}:key/`) as string },
    ]);
    expect(await there(lab)).toBe(SecretString);
    // New values follow.
    await ask(lab, 'PutSecretValue', { SecretId, SecretString: 'battery' });
    expect(await there(lab)).toBe('battery');
    const onReplica = await lab.handle({
      ...call('PutSecretValue', { SecretId, SecretString: 'x' }),
      region,
    });
    expect(onReplica.result.ok ? 'ok' : onReplica.result.refusal.refused).toBe('InvalidRequestException');
    expect(await refusal(lab, 'DeleteSecret', { SecretId })).toContain('InvalidRequestException');
  });

  it('a replica stands without its primary: the key of the primary may go', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await create(lab, SecretId, { KmsKeyId: key });
    await ask(lab, 'ReplicateSecretToRegions', add());
    await spoil(lab, key, 'disabled', 'secretsmanager');
    expect(await refusal(lab, 'GetSecretValue', { SecretId })).toContain('DecryptionFailure');
    expect(await there(lab)).toBe(SecretString);
    const stop = { ...call('StopReplicationToReplica', { SecretId }), region };
    expect((await lab.handle(stop)).result.ok).toBe(true);
    expect(await ask(lab, 'DescribeSecret', { SecretId })).not.toHaveProperty('ReplicationStatus');
    const own = await lab.handle({ ...call('PutSecretValue', { SecretId, SecretString: 'own' }), region });
    expect([own.result.ok, await there(lab)]).toEqual([true, 'own']);
  });

  it.each(['disabled', 'denied'] as const)(
    '%s: the answer says Failed, and nothing is there',
    async (way) => {
      const lab = await shop();
      const key = await makeKey(lab);
      await create(lab, SecretId, { KmsKeyId: key });
      await spoil(lab, key, way, 'secretsmanager');
      expect(await ask(lab, 'ReplicateSecretToRegions', add())).toMatchObject({
        ReplicationStatus: [{ Region: region, Status: 'Failed' }],
      });
      expect(await there(lab)).toBe('ResourceNotFoundException');
    },
  );

  it('removed from a Region, it is gone there', async () => {
    const lab = await shop();
    await create(lab);
    await ask(lab, 'ReplicateSecretToRegions', add());
    await ask(lab, 'RemoveRegionsFromReplication', { SecretId, RemoveReplicaRegions: [region] });
    expect(await there(lab)).toBe('ResourceNotFoundException');
    expect(await refusal(lab, 'DeleteSecret', { SecretId })).toBe('nothing');
  });
});
