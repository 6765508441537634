import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, makeKey } from '../house.ts';
import { alice, callsOf, grantsOn, kmsCallsOf, shop, spoil, through, tightShop, waysOf } from './kms.ts';

const { call, ask, refusal } = callsOf('dynamodb');
const TableName = 'orders';
const context = { 'aws:dynamodb:tableName': TableName, 'aws:dynamodb:subscriberId': a };
const caller = through('dynamodb');
const table = (SSESpecification?: object) => ({
  TableName,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  ...(SSESpecification ? { SSESpecification } : {}),
});
const own = (KMSMasterKeyId: string) => ({ Enabled: true, SSEType: 'KMS', KMSMasterKeyId });
const Item = { id: { S: 'order-17' }, goods: { S: 'three crates' }, paid: { BOOL: true } };
const Key = { id: Item.id };
const put = call('PutItem', { TableName, Item });
const get = call('GetItem', { TableName, Key });
const tableIn = (lab: Lab, sse?: object) => ask(lab, 'CreateTable', table(sse));

describe('DynamoDB asks of KMS exactly what services.json says', () => {
  it('an AWS owned key, the default: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('CreateTable', table()))).toEqual([]);
    expect([await kmsCallsOf(lab, put), await kmsCallsOf(lab, get)]).toEqual([[], []]);
    expect(await ask(lab, 'GetItem', { TableName, Key })).toEqual({ Item });
  });

  it.each(['AWS managed', 'customer managed'])(
    '%s: DescribeKey, CreateGrant, GenerateDataKey to create',
    async (kind) => {
      const lab = await shop();
      const sse = kind === 'AWS managed' ? { Enabled: true, SSEType: 'KMS' } : own(await makeKey(lab));
      expect(await kmsCallsOf(lab, call('CreateTable', table(sse)))).toEqual([
        { op: 'DescribeKey', context: undefined, ...caller },
        { op: 'CreateGrant', context: undefined, ...caller },
        { op: 'GenerateDataKey', context, ...caller },
      ]);
      const described = await ask(lab, 'DescribeTable', { TableName });
      const { KMSMasterKeyArn } = (described['Table'] as { SSEDescription: { KMSMasterKeyArn: string } })
        .SSEDescription;
      expect(await grantsOn(lab, KMSMasterKeyArn)).toMatchObject([
        {
          GranteePrincipal: 'dynamodb.us-east-1.amazonaws.com',
          RetiringPrincipal: 'dynamodb.us-east-1.amazonaws.com',
          Constraints: { EncryptionContextSubset: context },
        },
      ]);
    },
  );

  it('access: one Decrypt per caller, and a new one after five minutes without use', async () => {
    const lab = await shop();
    await tableIn(lab, { Enabled: true });
    expect(await kmsCallsOf(lab, put)).toEqual([{ op: 'Decrypt', context, ...caller }]);
    for (let i = 0; i < 3; i += 1) {
      await lab.advance({ seconds: 200 });
      expect(await kmsCallsOf(lab, get)).toEqual([]);
    }
    expect((await kmsCallsOf(lab, { ...get, principal: alice })).map(({ op, by }) => [op, by])).toEqual([
      ['Decrypt', alice],
    ]);
    await lab.advance({ seconds: 301 });
    expect((await kmsCallsOf(lab, get)).map(({ op }) => op)).toEqual(['Decrypt']);
  });

  it('another key: a new table key, the old grant retired, all items readable', async () => {
    const lab = await shop();
    const [one, two] = [await makeKey(lab), await makeKey(lab)];
    await tableIn(lab, own(one));
    await ask(lab, 'PutItem', { TableName, Item });
    const change = call('UpdateTable', { TableName, SSESpecification: own(two) });
    expect((await kmsCallsOf(lab, change)).map(({ op }) => op)).toEqual([
      'DescribeKey',
      'CreateGrant',
      'GenerateDataKey',
      'RetireGrant',
    ]);
    expect([await grantsOn(lab, one), (await grantsOn(lab, two)).length]).toEqual([[], 1]);
    await spoil(lab, one, 'disabled', 'dynamodb');
    expect(await ask(lab, 'GetItem', { TableName, Key })).toEqual({ Item });
  });
});

describe('DynamoDB when KMS says no', () => {
  it.each(waysOf)('$way: noticed after five minutes', async ({ way, name }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await tableIn(lab, own(key));
    await ask(lab, 'PutItem', { TableName, Item });
    await spoil(lab, key, way, 'dynamodb');
    expect(await ask(lab, 'GetItem', { TableName, Key })).toEqual({ Item });
    await lab.advance({ seconds: 301 });
    const denied = name === 'AccessDeniedException';
    const expected = denied
      ? 'AccessDeniedException: KMS key access denied error'
      : `ValidationException: KMS key cannot be used: ${name}`;
    expect(await refusal(lab, 'GetItem', { TableName, Key })).toContain(expected);
    expect(await refusal(lab, 'PutItem', { TableName, Item })).toContain(expected);
    // A caller without permission is no trouble of the table.
    const { Table } = await ask(lab, 'DescribeTable', { TableName });
    expect(Table).toMatchObject({ TableStatus: denied ? 'ACTIVE' : 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' });
  });

  it('a key that stays away for seven days: the table is archived', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await tableIn(lab, own(key));
    await ask(lab, 'PutItem', { TableName, Item });
    await lab.advance({ seconds: 301 });
    await spoil(lab, key, 'disabled', 'dynamodb');
    await refusal(lab, 'GetItem', { TableName, Key });
    await lab.advance({ days: 3 });
    await lab.handle({
      operation: 'EnableKey',
      input: { KeyId: key },
      principal: `arn:aws:iam::${a}:user/Admin`,
    });
    expect(await ask(lab, 'GetItem', { TableName, Key })).toEqual({ Item });
    expect(await ask(lab, 'DescribeTable', { TableName })).toMatchObject({
      Table: { TableStatus: 'ACTIVE' },
    });
    await spoil(lab, key, 'disabled', 'dynamodb');
    await lab.advance({ seconds: 301 });
    await refusal(lab, 'GetItem', { TableName, Key });
    await lab.advance({ days: 8 });
    expect(await ask(lab, 'DescribeTable', { TableName })).toMatchObject({
      Table: { TableStatus: 'ARCHIVED' },
    });
    expect(await refusal(lab, 'GetItem', { TableName, Key })).toContain('ResourceNotFoundException');
  });

  it('throttled', async () => {
    const { call: ask, drain } = await tightShop();
    await ask(call('CreateTable', table({ Enabled: true })));
    await drain();
    const { result } = await ask(put);
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('ThrottlingException');
  });
});

describe('real bytes', () => {
  it('neither items nor their names can be read where they lie', async () => {
    const lab = await shop();
    await tableIn(lab);
    await ask(lab, 'PutItem', { TableName, Item });
    const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
    for (const said of ['order-17', 'three crates'])
      for (const form of ['utf8', 'hex'] as const)
        expect(all).not.toContain(Buffer.from(said).toString(form));
  });
});
