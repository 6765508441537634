import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, done, makeKey, policy, rootOf, type Input } from '../house.ts';
import { admin, alice, kmsCallsOf, openPolicy, shop, spoil, tightShop, waysOf } from './kms.ts';

const secrets = (operation: string, input: Input, principal = admin) =>
  ({ service: 'secretsmanager', operation, input, principal }) as const;
const ask = async (lab: Lab, operation: string, input: Input, principal = admin) => {
  const { result } = await lab.handle(secrets(operation, input, principal));
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output;
};
const refusal = async (lab: Lab, operation: string, input: Input, principal = admin) => {
  const { result } = await lab.handle(secrets(operation, input, principal));
  return result.ok ? 'nothing' : `${result.refusal.refused}: ${result.refusal.message}`;
};

const Name = 'database';
const SecretId = Name;
const SecretString = '{"password":"correct horse"}';
const caller = { by: admin, via: 'secretsmanager.amazonaws.com', error: undefined };

describe('Secrets Manager asks of KMS exactly what services.json says', () => {
  it('a new secret: GenerateDataKey with the ARN and the version; each reading a Decrypt', async () => {
    const lab = await shop();
    const calls = await kmsCallsOf(lab, secrets('CreateSecret', { Name, SecretString }));
    const { ARN, VersionId } = await ask(lab, 'GetSecretValue', { SecretId });
    const context = { SecretARN: ARN, SecretVersionId: VersionId };
    expect(calls).toEqual([{ op: 'GenerateDataKey', context, ...caller }]);
    for (let i = 0; i < 2; i += 1)
      expect(await kmsCallsOf(lab, secrets('GetSecretValue', { SecretId }))).toEqual([
        { op: 'Decrypt', context, ...caller },
      ]);
    const event = (await lab.trail()).find(({ eventName }) => eventName === 'GenerateDataKey');
    expect(event?.requestParameters).toMatchObject({ keyId: 'alias/aws/secretsmanager', keySpec: 'AES_256' });
  });

  it('without a value nothing is encrypted, and to describe or list takes no key', async () => {
    const lab = await shop();
    for (const [operation, input] of [
      ['CreateSecret', { Name }],
      ['DescribeSecret', { SecretId }],
      ['ListSecrets', {}],
    ] as const)
      expect(await kmsCallsOf(lab, secrets(operation, input))).toEqual([]);
  });

  it('to choose a key is to prove that one may use it: GenerateDataKey and Decrypt with a version that is none', async () => {
    const lab = await shop();
    const KmsKeyId = await makeKey(lab);
    const calls = await kmsCallsOf(lab, secrets('CreateSecret', { Name, KmsKeyId, SecretString }));
    const { ARN, VersionId } = await ask(lab, 'GetSecretValue', { SecretId });
    const test = { SecretARN: ARN, SecretVersionId: 'RequestToValidateKeyAccess' };
    expect(calls).toEqual([
      { op: 'GenerateDataKey', context: test, ...caller },
      { op: 'Decrypt', context: test, ...caller },
      { op: 'GenerateDataKey', context: { SecretARN: ARN, SecretVersionId: VersionId }, ...caller },
    ]);
  });

  it('another key: the data keys of labelled versions are decrypted and encrypted anew; others keep theirs', async () => {
    const lab = await shop();
    await ask(lab, 'CreateSecret', { Name, SecretString: 'one' });
    const { VersionId: first } = await ask(lab, 'GetSecretValue', { SecretId });
    for (const value of ['two', 'three']) await ask(lab, 'PutSecretValue', { SecretId, SecretString: value });
    const KmsKeyId = await makeKey(lab);
    const calls = await kmsCallsOf(lab, secrets('UpdateSecret', { SecretId, KmsKeyId }));
    expect(calls.map(({ op }) => op)).toEqual([
      'GenerateDataKey',
      'Decrypt',
      ...['Decrypt', 'Encrypt'],
      ...['Decrypt', 'Encrypt'],
    ]);
    await spoil(lab, KmsKeyId, 'disabled', 'secretsmanager');
    expect(await refusal(lab, 'GetSecretValue', { SecretId })).toContain('DecryptionFailure');
    expect((await ask(lab, 'GetSecretValue', { SecretId, VersionId: first }))['SecretString']).toBe('one');
  });
});

describe('Secrets Manager when KMS says no', () => {
  it.each(waysOf)('$way: nothing is stored, nothing is read', async ({ name, way }) => {
    const lab = await shop();
    const KmsKeyId = await makeKey(lab);
    await ask(lab, 'CreateSecret', { Name, KmsKeyId, SecretString });
    await spoil(lab, KmsKeyId, way, 'secretsmanager');
    const denied = name === 'AccessDeniedException' && 'AccessDeniedException: Access to KMS is not allowed';
    expect(await refusal(lab, 'GetSecretValue', { SecretId })).toContain(denied || 'DecryptionFailure');
    expect(await refusal(lab, 'PutSecretValue', { SecretId, SecretString: 'new' })).toContain(
      denied || 'EncryptionFailure',
    );
    expect(await refusal(lab, 'CreateSecret', { Name: 'other', KmsKeyId, SecretString })).toContain(
      denied || 'EncryptionFailure',
    );
    expect(await refusal(lab, 'DescribeSecret', { SecretId: 'other' })).toContain(
      'ResourceNotFoundException',
    );
    const { VersionIdsToStages } = await ask(lab, 'DescribeSecret', { SecretId });
    expect(Object.values(VersionIdsToStages as object)).toEqual([['AWSCURRENT']]);
  });

  it('throttled', async () => {
    const { call, drain } = await tightShop();
    await drain();
    const { result } = await call(secrets('CreateSecret', { Name, SecretString }));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('EncryptionFailure');
  });

  it('a secret may be read by whom the key lets: IAM for Secrets Manager alone is not enough', async () => {
    const lab = await shop();
    await ask(lab, 'CreateSecret', { Name, KmsKeyId: await makeKey(lab), SecretString });
    expect(await refusal(lab, 'GetSecretValue', { SecretId }, alice)).toBe(
      'AccessDeniedException: Access to KMS is not allowed',
    );
    await ask(lab, 'CreateSecret', { Name: 'open', SecretString });
    expect(await ask(lab, 'GetSecretValue', { SecretId: 'open' }, alice)).toMatchObject({ SecretString });
  });
});

describe('a secret and its versions', () => {
  it('labels move: the last value becomes AWSPREVIOUS', async () => {
    const lab = await shop();
    await ask(lab, 'CreateSecret', { Name, SecretString: 'one' });
    await ask(lab, 'PutSecretValue', { SecretId, SecretString: 'two' });
    expect(await ask(lab, 'GetSecretValue', { SecretId })).toMatchObject({ SecretString: 'two' });
    expect(await ask(lab, 'GetSecretValue', { SecretId, VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'one',
    });
  });

  it('another account needs the policy of the secret and a customer managed key', async () => {
    const lab = await shop();
    const ResourcePolicy = policy({
      Effect: 'Allow',
      Principal: { AWS: rootOf(b) },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    });
    const arns = new Map<string, unknown>();
    for (const [name, KmsKeyId] of [
      ['shared', await makeKey(lab, a, openPolicy)],
      ['default', undefined],
    ] as const) {
      const more = KmsKeyId === undefined ? {} : { KmsKeyId };
      arns.set(name, (await ask(lab, 'CreateSecret', { Name: name, SecretString, ...more }))['ARN']);
      await ask(lab, 'PutResourcePolicy', { SecretId: name, ResourcePolicy });
    }
    expect(await ask(lab, 'GetSecretValue', { SecretId: arns.get('shared') }, adminOf(b))).toMatchObject({
      SecretString,
    });
    expect(await refusal(lab, 'GetSecretValue', { SecretId: arns.get('default') }, adminOf(b))).toContain(
      'Access to KMS',
    );
  });

  it('another account that may write does so under the key of the account of the secret', async () => {
    const lab = await shop();
    const ResourcePolicy = policy({
      Effect: 'Allow',
      Principal: { AWS: rootOf(b) },
      Action: 'secretsmanager:PutSecretValue',
      Resource: '*',
    });
    const { ARN } = await ask(lab, 'CreateSecret', { Name, SecretString });
    await ask(lab, 'PutResourcePolicy', { SecretId, ResourcePolicy });
    const write = (value: string) =>
      refusal(lab, 'PutSecretValue', { SecretId: ARN, SecretString: value }, adminOf(b));
    expect(await write('two')).toContain('Access to KMS');
    const TargetKeyId = await makeKey(lab, a, openPolicy);
    const AliasName = 'alias/shared';
    await done(lab, { operation: 'CreateAlias', input: { AliasName, TargetKeyId }, principal: admin });
    await ask(lab, 'UpdateSecret', { SecretId, KmsKeyId: AliasName });
    expect(await write('three')).toBe('nothing');
    expect(await ask(lab, 'GetSecretValue', { SecretId })).toMatchObject({ SecretString: 'three' });
  });

  it('is gone when its window has passed, and can be brought back before', async () => {
    const lab = await shop();
    await ask(lab, 'CreateSecret', { Name, SecretString });
    await ask(lab, 'DeleteSecret', { SecretId, RecoveryWindowInDays: 7 });
    expect(await refusal(lab, 'GetSecretValue', { SecretId })).toContain('InvalidRequestException');
    await ask(lab, 'RestoreSecret', { SecretId });
    await ask(lab, 'DeleteSecret', { SecretId, RecoveryWindowInDays: 7 });
    await lab.advance({ days: 8 });
    expect(await refusal(lab, 'GetSecretValue', { SecretId })).toContain('ResourceNotFoundException');
    await ask(lab, 'CreateSecret', { Name, SecretString: 'again' });
    expect(await ask(lab, 'GetSecretValue', { SecretId })).toMatchObject({ SecretString: 'again' });
  });

  it('no value is in what is stored, nor in the trail', async () => {
    const lab = await shop();
    await ask(lab, 'CreateSecret', { Name, SecretString });
    await ask(lab, 'GetSecretValue', { SecretId });
    const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
    for (const form of ['utf8', 'base64', 'hex'] as const)
      expect(all).not.toContain(Buffer.from('correct horse').toString(form));
    expect(all).not.toContain(Buffer.from(SecretString).toString('base64'));
  });
});
