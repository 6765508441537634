import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, allow, makeKey, makeRole, policy, trust } from '../house.ts';
import {
  admin,
  alice,
  callsOf,
  grantsOn,
  kmsCallsOf,
  shop,
  spoil,
  through,
  tightShop,
  waysOf,
} from './kms.ts';

const { call, ask, refusal } = callsOf('lambda');
const FunctionName = 'resize';
const arn = `arn:aws:lambda:us-east-1:${a}:function:${FunctionName}`;
const context = { 'aws:lambda:FunctionArn': arn };
const Environment = { Variables: { TOKEN: 'correct horse' } };
const caller = through('lambda');
const roleIn = (lab: Lab) =>
  makeRole(lab, 'Runs', policy(trust({ Service: 'lambda.amazonaws.com' })), policy(allow('logs:*')));
const read = (payload: unknown): unknown => JSON.parse(new TextDecoder().decode(payload as Uint8Array));

describe('Lambda asks of KMS exactly what services.json says', () => {
  it('a customer managed key: CreateGrant and Encrypt by who configures, Decrypt by the role, once', async () => {
    const lab = await shop();
    const [Role, KMSKeyArn] = [await roleIn(lab), await makeKey(lab)];
    expect(
      await kmsCallsOf(lab, call('CreateFunction', { FunctionName, Role, KMSKeyArn, Environment })),
    ).toEqual([
      { op: 'CreateGrant', context: undefined, ...caller },
      { op: 'Encrypt', context, ...caller },
    ]);
    expect(await grantsOn(lab, KMSKeyArn)).toMatchObject([
      { GranteePrincipal: Role, Constraints: { EncryptionContextSubset: context } },
    ]);
    // The role has no permission for KMS: the grant is enough.
    const [decrypt, ...none] = await kmsCallsOf(lab, call('Invoke', { FunctionName }, alice));
    expect(decrypt).toMatchObject({ op: 'Decrypt', context, via: 'lambda.amazonaws.com', error: undefined });
    expect([decrypt?.by.endsWith(`:${FunctionName}`), none]).toEqual([true, []]);
    expect(await kmsCallsOf(lab, call('Invoke', { FunctionName }))).toEqual([]);
    expect(read((await ask(lab, 'Invoke', { FunctionName }))['Payload'])).toEqual(Environment.Variables);
    // An execution environment that nobody uses is gone after a while.
    await lab.advance({ hours: 1 });
    expect((await kmsCallsOf(lab, call('Invoke', { FunctionName }))).map(({ op }) => op)).toEqual([
      'Decrypt',
    ]);
  });

  it('the default key: no grant, and nothing is asked of who configures', async () => {
    const lab = await shop();
    const Role = await roleIn(lab);
    const create = call('CreateFunction', { FunctionName, Role, Environment }, alice);
    expect((await kmsCallsOf(lab, create)).map(({ op }) => op)).toEqual(['Encrypt']);
    expect(read((await ask(lab, 'Invoke', { FunctionName }))['Payload'])).toEqual(Environment.Variables);
  });

  it('without variables: nothing', async () => {
    const lab = await shop();
    const Role = await roleIn(lab);
    expect(await kmsCallsOf(lab, call('CreateFunction', { FunctionName, Role }))).toEqual([]);
    expect(await kmsCallsOf(lab, call('Invoke', { FunctionName }))).toEqual([]);
  });

  it('to look at the variables is a Decrypt of one’s own', async () => {
    const lab = await shop();
    const [Role, KMSKeyArn] = [await roleIn(lab), await makeKey(lab)];
    await ask(lab, 'CreateFunction', { FunctionName, Role, KMSKeyArn, Environment });
    expect(await kmsCallsOf(lab, call('GetFunctionConfiguration', { FunctionName }))).toEqual([
      { op: 'Decrypt', context, ...caller },
    ]);
    expect(await ask(lab, 'GetFunctionConfiguration', { FunctionName }, alice)).toMatchObject({
      Environment: { Error: { ErrorCode: 'AccessDeniedException' } },
    });
  });

  it('other variables: a new grant, the old one retired, and a new execution environment', async () => {
    const lab = await shop();
    const [Role, KMSKeyArn] = [await roleIn(lab), await makeKey(lab)];
    await ask(lab, 'CreateFunction', { FunctionName, Role, KMSKeyArn, Environment });
    await ask(lab, 'Invoke', { FunctionName });
    const update = call('UpdateFunctionConfiguration', {
      FunctionName,
      Environment: { Variables: { A: 'b' } },
    });
    expect((await kmsCallsOf(lab, update)).map(({ op }) => op)).toEqual([
      'CreateGrant',
      'Encrypt',
      'RetireGrant',
    ]);
    expect(await grantsOn(lab, KMSKeyArn)).toHaveLength(1);
    expect(read((await ask(lab, 'Invoke', { FunctionName }))['Payload'])).toEqual({ A: 'b' });
    await ask(lab, 'DeleteFunction', { FunctionName });
    expect(await grantsOn(lab, KMSKeyArn)).toEqual([]);
  });
});

describe('Lambda when KMS says no', () => {
  const names: Readonly<Record<string, string>> = {
    DisabledException: 'KMSDisabledException',
    KMSInvalidStateException: 'KMSInvalidStateException',
  };
  it.each(waysOf)(
    '$way: a warm function goes on, a cold one does not start, none is configured',
    async ({ way, name }) => {
      const lab = await shop();
      const [Role, KMSKeyArn] = [await roleIn(lab), await makeKey(lab)];
      await ask(lab, 'CreateFunction', { FunctionName, Role, KMSKeyArn, Environment });
      await ask(lab, 'Invoke', { FunctionName });
      await spoil(lab, KMSKeyArn, way, 'lambda');
      expect(await refusal(lab, 'Invoke', { FunctionName })).toBe('nothing');
      await lab.advance({ hours: 1 });
      // Only an explicit Deny beats the grant that the role has.
      const cold =
        way === 'denied'
          ? 'KMSAccessDeniedException'
          : way === 'wrong account'
            ? 'nothing'
            : (names[name] ?? '?');
      expect(await refusal(lab, 'Invoke', { FunctionName })).toContain(cold);
      expect(
        await refusal(lab, 'CreateFunction', { FunctionName: 'other', Role, KMSKeyArn, Environment }),
      ).toContain('InvalidParameterValueException: Lambda was unable to configure access');
      expect(await ask(lab, 'ListFunctions', {})).toMatchObject({ Functions: [{ FunctionName }] });
    },
  );

  it('throttled', async () => {
    const { call: ask, drain } = await tightShop();
    await ask({
      service: 'iam',
      operation: 'CreateRole',
      input: {
        RoleName: 'Runs',
        AssumeRolePolicyDocument: policy(trust({ Service: 'lambda.amazonaws.com' })),
      },
      principal: admin,
    });
    await ask(call('CreateFunction', { FunctionName, Role: `arn:aws:iam::${a}:role/Runs`, Environment }));
    await drain();
    const { result } = await ask(call('Invoke', { FunctionName }));
    expect(result.ok ? 'ok' : result.refusal.message).toContain('KMS Exception: ThrottlingException');
  });
});
