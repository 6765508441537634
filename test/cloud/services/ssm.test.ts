import { describe, expect, it } from 'vitest';
import { a, makeKey } from '../house.ts';
import { alice, callsOf, kmsCallsOf, shop, spoil, through, tightShop, waysOf } from './kms.ts';

const { call, ask, refusal } = callsOf('ssm');
const Name = '/app/password';
const secure = (more: object = {}) => ({ Name, Value: 'correct horse', Type: 'SecureString', ...more });
const context = { PARAMETER_ARN: `arn:aws:ssm:us-east-1:${a}:parameter${Name}` };
const caller = through('ssm');

describe('the Parameter Store asks of KMS exactly what services.json says', () => {
  it('standard: Encrypt to put, Decrypt to get with decryption, nothing without', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('PutParameter', secure()))).toEqual([
      { op: 'Encrypt', context, ...caller },
    ]);
    expect(await kmsCallsOf(lab, call('GetParameter', { Name }))).toEqual([]);
    for (let i = 0; i < 2; i += 1)
      expect(await kmsCallsOf(lab, call('GetParameter', { Name, WithDecryption: true }))).toEqual([
        { op: 'Decrypt', context, ...caller },
      ]);
    expect(await ask(lab, 'GetParameter', { Name, WithDecryption: true })).toMatchObject({
      Parameter: { Value: 'correct horse', Type: 'SecureString' },
    });
    const { Parameter } = await ask(lab, 'GetParameter', { Name });
    expect(JSON.stringify(Parameter)).not.toContain('correct horse');
  });

  it('advanced: GenerateDataKey, and Decrypt of the data key; larger, and never standard again', async () => {
    const lab = await shop();
    const Value = 'x'.repeat(6000);
    expect(await refusal(lab, 'PutParameter', secure({ Value }))).toContain(
      'maximum parameter value of 4096',
    );
    expect(await kmsCallsOf(lab, call('PutParameter', secure({ Value, Tier: 'Advanced' })))).toEqual([
      { op: 'GenerateDataKey', context, ...caller },
    ]);
    expect(await kmsCallsOf(lab, call('GetParameter', { Name, WithDecryption: true }))).toEqual([
      { op: 'Decrypt', context, ...caller },
    ]);
    expect(await refusal(lab, 'PutParameter', secure({ Tier: 'Standard', Overwrite: true }))).toContain(
      'ValidationException',
    );
  });

  it('a plain parameter: nothing', async () => {
    const lab = await shop();
    expect(await kmsCallsOf(lab, call('PutParameter', { Name, Value: 'blue', Type: 'String' }))).toEqual([]);
    expect(await kmsCallsOf(lab, call('GetParameter', { Name, WithDecryption: true }))).toEqual([]);
  });
});

describe('the Parameter Store when KMS says no', () => {
  it.each(waysOf)('$way: nothing is put, nothing is got', async ({ way, name }) => {
    const lab = await shop();
    const KeyId = await makeKey(lab);
    await ask(lab, 'PutParameter', secure({ KeyId }));
    await spoil(lab, KeyId, way, 'ssm');
    const expected =
      name === 'AccessDeniedException' ? 'AccessDeniedException: User: ' : `InvalidKeyId: ${KeyId} is `;
    expect(await refusal(lab, 'GetParameter', { Name, WithDecryption: true })).toContain(expected);
    expect(await refusal(lab, 'PutParameter', secure({ KeyId, Overwrite: true }))).toContain(expected);
    const { Parameters } = await ask(lab, 'DescribeParameters', {});
    expect(Parameters).toMatchObject([{ Version: 1 }]);
  });

  it('throttled', async () => {
    const { call: ask, drain } = await tightShop();
    await drain();
    const { result } = await ask(call('PutParameter', secure()));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('ThrottlingException');
  });

  it('aws/ssm lets everybody of the account read who may use the Parameter Store; a key of one’s own does not', async () => {
    const lab = await shop();
    await ask(lab, 'PutParameter', secure());
    expect(await refusal(lab, 'GetParameter', { Name, WithDecryption: true }, alice)).toBe('nothing');
    await ask(lab, 'PutParameter', secure({ KeyId: await makeKey(lab), Overwrite: true }));
    expect(await refusal(lab, 'GetParameter', { Name, WithDecryption: true }, alice)).toContain(
      'kms:Decrypt',
    );
    expect(await refusal(lab, 'GetParameter', { Name }, alice)).toBe('nothing');
  });
});
