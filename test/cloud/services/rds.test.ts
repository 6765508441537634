import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, makeKey } from '../house.ts';
import {
  admin,
  callsOf,
  grantsOn,
  kmsCallsOf,
  openPolicy,
  servicesJson,
  shop,
  spoil,
  through,
  tightShop,
  waysOf,
} from './kms.ts';

const { call, ask, refusal } = callsOf('rds');
const name = 'orders';
const one = { DBInstanceIdentifier: name };
const instance = (more: object = { StorageEncrypted: true }) => ({
  ...one,
  DBInstanceClass: 'db.t4g.micro',
  Engine: 'postgres',
  ...more,
});
const under = (KmsKeyId: string) => instance({ StorageEncrypted: true, KmsKeyId });
const Data = new TextEncoder().encode('order 17: three crates');
const itself = { by: 'rds.us-east-1.amazonaws.com', via: undefined, error: undefined };
const caller = { context: undefined, ...through('rds') };

type Shown = Readonly<Record<string, string>>;
const shown = async (lab: Lab, operation: string, input: object, key: string): Promise<Shown> =>
  (await ask(lab, operation, { ...input }))[key] as Shown;
const described = async (lab: Lab): Promise<Shown> => {
  const { DBInstances } = await ask(lab, 'DescribeDBInstances', one);
  return (DBInstances as readonly [Shown])[0];
};
const state = async (lab: Lab) => (await described(lab))['DBInstanceStatus'];
const kms = async (lab: Lab, operation: string, input: object, principal = admin) => {
  const { result } = await lab.handle({ operation, input: { ...input }, principal });
  if (!result.ok) throw new Error(result.refusal.message);
};
const read = async (lab: Lab, input: object = one) => (await ask(lab, 'DatabaseRead', { ...input }))['Data'];

describe('RDS asks of KMS exactly what services.json says', () => {
  it('the facts are those of services.json', () => {
    const there = servicesJson()?.['RDS'];
    if (!there) return;
    expect(there.calls.map(({ op }) => op)).toEqual([
      'DescribeKey, CreateGrant',
      'GenerateDataKey*/Decrypt by RDS and EBS through the grant',
    ]);
    expect(Object.keys(there.context)).toEqual(['aws:rds:db-id', 'aws:ebs:id']);
  });

  it('an unencrypted instance: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('CreateDBInstance', instance({})))).toEqual([]);
    await ask(lab, 'DatabaseWrite', { ...one, Data });
    await lab.advance({ hours: 1 });
    expect(await kmsCallsOf(lab, call('DatabaseRead', one))).toEqual([]);
    expect(await read(lab)).toEqual(Data);
  });

  it.each(['aws/rds', 'customer managed'])('%s: the caller grants, and RDS does the rest', async (kind) => {
    const lab = await shop();
    const create = kind === 'aws/rds' ? instance() : under(await makeKey(lab));
    const calls = await kmsCallsOf(lab, call('CreateDBInstance', create));
    const { DbiResourceId, KmsKeyId = '' } = await described(lab);
    const context = {
      'aws:rds:db-id': DbiResourceId,
      'aws:ebs:id': expect.stringMatching(/^vol-/) as string,
    };
    expect(calls).toEqual([
      { op: 'DescribeKey', ...caller },
      { op: 'CreateGrant', ...caller },
      { op: 'GenerateDataKeyWithoutPlaintext', ...itself, context },
      { op: 'Decrypt', ...itself, context },
    ]);
    expect(await grantsOn(lab, KmsKeyId)).toMatchObject([
      {
        GranteePrincipal: itself.by,
        RetiringPrincipal: itself.by,
        Constraints: { EncryptionContextSubset: { 'aws:rds:db-id': DbiResourceId } },
      },
    ]);
    expect(await kmsCallsOf(lab, call('DatabaseWrite', { ...one, Data }))).toEqual([]);
    expect(await kmsCallsOf(lab, call('StopDBInstance', one))).toEqual([]);
    expect(await kmsCallsOf(lab, call('StartDBInstance', one))).toEqual([
      { op: 'Decrypt', ...itself, context },
    ]);
    expect(await read(lab)).toEqual(Data);
    const gone = call('DeleteDBInstance', { ...one, SkipFinalSnapshot: true });
    expect((await kmsCallsOf(lab, gone)).map(({ op, by }) => [op, by])).toEqual([['RetireGrant', itself.by]]);
    expect(await grantsOn(lab, KmsKeyId)).toEqual([]);
  });
});

describe('encryption is decided at creation', () => {
  it('an instance is not encrypted afterwards; a key without encryption is refused', async () => {
    const lab = await shop();
    await ask(lab, 'CreateDBInstance', instance({}));
    expect(await refusal(lab, 'ModifyDBInstance', { ...one, StorageEncrypted: true })).toMatch(
      /ValidationError/,
    );
    expect(
      await refusal(lab, 'CreateDBInstance', {
        ...instance({ KmsKeyId: 'alias/aws/rds' }),
        ...{ DBInstanceIdentifier: 'two' },
      }),
    ).toMatch(/InvalidParameterCombination/);
    expect((await described(lab))['StorageEncrypted']).toBe(false);
  });

  it('the way: snapshot, copy with a key, restore; the copy takes DescribeKey and CreateGrant', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateDBInstance', instance({}));
    await ask(lab, 'DatabaseWrite', { ...one, Data });
    await ask(lab, 'CreateDBSnapshot', { ...one, DBSnapshotIdentifier: 'plain' });
    const copy = call('CopyDBSnapshot', {
      SourceDBSnapshotIdentifier: 'plain',
      TargetDBSnapshotIdentifier: 'sealed',
      KmsKeyId: key,
    });
    expect((await kmsCallsOf(lab, copy)).map(({ op, by }) => [op, by])).toEqual([
      ['DescribeKey', admin],
      ['CreateGrant', admin],
      ['GenerateDataKeyWithoutPlaintext', itself.by],
      ['Decrypt', itself.by],
      ['RetireGrant', itself.by],
    ]);
    const to = { DBInstanceIdentifier: 'orders-2' };
    const restore = call('RestoreDBInstanceFromDBSnapshot', { ...to, DBSnapshotIdentifier: 'sealed' });
    expect((await kmsCallsOf(lab, restore)).map(({ op }) => op)).toEqual([
      'DescribeKey',
      'CreateGrant',
      'Decrypt',
    ]);
    expect(await read(lab, to)).toEqual(Data);
    const { DBInstances } = await ask(lab, 'DescribeDBInstances', to);
    expect(DBInstances).toMatchObject([{ StorageEncrypted: true, KmsKeyId: key }]);
  });

  it('another key: a grant on the old one too, and both are retired', async () => {
    const lab = await shop();
    const [from, to] = [await makeKey(lab), await makeKey(lab)];
    await ask(lab, 'CreateDBInstance', under(from));
    await ask(lab, 'DatabaseWrite', { ...one, Data });
    await ask(lab, 'CreateDBSnapshot', { ...one, DBSnapshotIdentifier: 'old' });
    const copy = { SourceDBSnapshotIdentifier: 'old', TargetDBSnapshotIdentifier: 'new', KmsKeyId: to };
    expect((await kmsCallsOf(lab, call('CopyDBSnapshot', copy))).map(({ op }) => op)).toEqual([
      ...['DescribeKey', 'CreateGrant', 'Decrypt', 'RetireGrant'],
      ...['DescribeKey', 'CreateGrant', 'GenerateDataKeyWithoutPlaintext', 'Decrypt', 'RetireGrant'],
    ]);
    expect([(await grantsOn(lab, from)).length, await grantsOn(lab, to)]).toEqual([1, []]);
    await spoil(lab, from, 'disabled', 'rds');
    const restored = { DBInstanceIdentifier: 'free' };
    await ask(lab, 'RestoreDBInstanceFromDBSnapshot', { ...restored, DBSnapshotIdentifier: 'new' });
    expect(await read(lab, restored)).toEqual(Data);
    expect(await refusal(lab, 'CopyDBSnapshot', { ...copy, TargetDBSnapshotIdentifier: 'late' })).toContain(
      `KMSKeyNotAccessibleFault: The source snapshot KMS key [${from}]`,
    );
  });

  it('another account: not under aws/rds; under an own key only with a key of its own, and with its policy', async () => {
    const lab = await shop();
    await ask(lab, 'CreateDBInstance', instance());
    await ask(lab, 'CreateDBSnapshot', { ...one, DBSnapshotIdentifier: 'default' });
    const share = (DBSnapshotIdentifier: string) => ({
      DBSnapshotIdentifier,
      AttributeName: 'restore',
      ValuesToAdd: [b],
    });
    expect(await refusal(lab, 'ModifyDBSnapshotAttribute', share('default'))).toContain(
      'InvalidDBSnapshotState',
    );
    for (const [open, shared] of [
      [false, 'closed'],
      [true, 'open'],
    ] as const) {
      const key = open ? await makeKey(lab, a, openPolicy) : await makeKey(lab);
      await ask(lab, 'CreateDBInstance', { ...under(key), DBInstanceIdentifier: shared });
      await ask(lab, 'DatabaseWrite', { DBInstanceIdentifier: shared, Data });
      const { DBSnapshotArn: SourceDBSnapshotIdentifier } = await shown(
        lab,
        'CreateDBSnapshot',
        { DBInstanceIdentifier: shared, DBSnapshotIdentifier: shared },
        'DBSnapshot',
      );
      await ask(lab, 'ModifyDBSnapshotAttribute', share(shared));
      const copy = { SourceDBSnapshotIdentifier, TargetDBSnapshotIdentifier: 'mine' };
      expect(await refusal(lab, 'CopyDBSnapshot', copy, adminOf(b))).toContain('InvalidParameterCombination');
      expect(
        await refusal(lab, 'CopyDBSnapshot', { ...copy, KmsKeyId: 'alias/aws/rds' }, adminOf(b)),
      ).toContain(open ? 'nothing' : 'KMSKeyNotAccessibleFault');
    }
    const mine = { DBInstanceIdentifier: 'mine', DBSnapshotIdentifier: 'mine' };
    await ask(lab, 'RestoreDBInstanceFromDBSnapshot', mine, adminOf(b));
    expect(await ask(lab, 'DatabaseRead', { DBInstanceIdentifier: 'mine' }, adminOf(b))).toEqual({ Data });
  });
});

describe('RDS when KMS says no', () => {
  it.each(waysOf)('$way: no instance is made', async ({ way }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await spoil(lab, key, way, 'rds');
    expect(await refusal(lab, 'CreateDBInstance', under(key))).toBe(
      `KMSKeyNotAccessibleFault: The specified KMS key [${key}] does not exist, is not enabled or you do not have permissions to access it.`,
    );
    expect(await ask(lab, 'DescribeDBInstances', {})).toEqual({ DBInstances: [] });
  });

  it('throttled', async () => {
    const { call: send, drain } = await tightShop();
    await send(call('CreateDBInstance', instance()));
    await send(call('StopDBInstance', one));
    await drain();
    const { result } = await send(call('StartDBInstance', one));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('Throttling');
  });

  it.each(['disabled', 'pending deletion'] as const)(
    '%s under a running instance: noticed by RDS, recoverable for seven days by key and start',
    async (way) => {
      const lab = await shop();
      const key = await makeKey(lab);
      await ask(lab, 'CreateDBInstance', under(key));
      await ask(lab, 'DatabaseWrite', { ...one, Data });
      await spoil(lab, key, way, 'rds');
      // The host has the data key: nobody notices at once.
      expect(await read(lab)).toEqual(Data);
      await lab.advance({ seconds: 360 });
      // What RDS has found stays, although the call that met it is refused.
      expect(await refusal(lab, 'DatabaseRead', one)).toContain(
        'inaccessible-encryption-credentials-recoverable',
      );
      expect(await state(lab)).toBe('inaccessible-encryption-credentials-recoverable');
      expect(await refusal(lab, 'StartDBInstance', one)).toContain('KMSKeyNotAccessibleFault');
      await lab.advance({ days: 3 });
      if (way === 'pending deletion') await kms(lab, 'CancelKeyDeletion', { KeyId: key });
      await kms(lab, 'EnableKey', { KeyId: key });
      // The key alone does not bring it back.
      expect(await state(lab)).toBe('inaccessible-encryption-credentials-recoverable');
      await ask(lab, 'StartDBInstance', one);
      expect([await state(lab), await read(lab)]).toEqual(['available', Data]);
    },
  );

  it('after seven days only a backup helps, and that needs the key', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateDBInstance', under(key));
    await ask(lab, 'DatabaseWrite', { ...one, Data });
    await ask(lab, 'CreateDBSnapshot', { ...one, DBSnapshotIdentifier: 'backup' });
    await spoil(lab, key, 'disabled', 'rds');
    await lab.advance({ seconds: 360 });
    await state(lab);
    await lab.advance({ days: 7 });
    expect(await state(lab)).toBe('inaccessible-encryption-credentials');
    const back = { DBInstanceIdentifier: 'back', DBSnapshotIdentifier: 'backup' };
    expect(await refusal(lab, 'RestoreDBInstanceFromDBSnapshot', back)).toContain('KMSKeyNotAccessibleFault');
    await kms(lab, 'EnableKey', { KeyId: key });
    expect(await refusal(lab, 'StartDBInstance', one)).toContain('InvalidDBInstanceState');
    await ask(lab, 'RestoreDBInstanceFromDBSnapshot', back);
    expect(await read(lab, { DBInstanceIdentifier: 'back' })).toEqual(Data);
  });

  it('a policy that lets nobody in takes nothing from the grant; a revoked grant does', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateDBInstance', under(key));
    await spoil(lab, key, 'denied', 'rds');
    await lab.advance({ seconds: 360 });
    expect(await state(lab)).toBe('available');
    const [grant] = await grantsOn(lab, key);
    await kms(lab, 'RevokeGrant', { KeyId: key, GrantId: grant?.['GrantId'] });
    await lab.advance({ seconds: 360 });
    expect(await state(lab)).toBe('inaccessible-encryption-credentials-recoverable');
  });
});

it('what a database stores cannot be read where it lies', async () => {
  const lab = await shop();
  await ask(lab, 'CreateDBInstance', instance());
  await ask(lab, 'DatabaseWrite', { ...one, Data });
  await ask(lab, 'CreateDBSnapshot', { ...one, DBSnapshotIdentifier: 'copy' });
  const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
  for (const form of ['utf8', 'hex', 'base64'] as const)
    expect(all).not.toContain(Buffer.from('three crates').toString(form));
});
