import {
  createLab,
  type Lab,
  type LabCall,
  type LabOptions,
  type ServiceName,
} from '../../src/client/lab.ts';

/*
 * Two accounts for the tests of identities: an administrator of everything in each, and what the tests make beside.
 */

export const a = '111122223333';
export const b = '444455556666';
export const c = '777788889999';
export const adminOf = (account: string): string => `arn:aws:iam::${account}:user/Admin`;
export const rootOf = (account: string): string => `arn:aws:iam::${account}:root`;

export const allow = (action: string | readonly string[], resource: string = '*', condition?: object) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition ? { Condition: condition } : {}),
});
export const deny = (action: string, condition?: object) => ({
  Effect: 'Deny',
  Action: action,
  Resource: '*',
  ...(condition ? { Condition: condition } : {}),
});
export const trust = (principal: object | string, condition?: object) => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'sts:AssumeRole',
  ...(condition ? { Condition: condition } : {}),
});
export const policy = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

export const house = (options: LabOptions = {}): Promise<Lab> =>
  createLab({
    seed: 'house',
    now: new Date('2026-03-01T12:00:00Z'),
    accounts: [a, b, c].map((id) => ({
      id,
      principals: [{ arn: adminOf(id), policies: [policy(allow('*'))] }],
    })),
    ...options,
  });

export type Input = Readonly<Record<string, unknown>>;

/** The output of a call that must succeed. */
export async function done(lab: Lab, call: LabCall): Promise<Record<string, unknown>> {
  const { result } = await lab.handle(call);
  if (!result.ok) throw new Error(`${call.operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}

/** `Name: message` of a call that must be refused. */
export async function refused(lab: Lab, call: LabCall): Promise<string> {
  const { result } = await lab.handle(call);
  if (result.ok) throw new Error(`${call.operation} was expected to be refused, and was not`);
  return `${result.refusal.refused}: ${result.refusal.message}`;
}

/** `Allow`, or the sentence of the denial. */
export async function outcome(lab: Lab, call: LabCall): Promise<string> {
  const { result } = await lab.handle(call);
  return result.ok ? 'Allow' : result.refusal.message || result.refusal.refused;
}

/** Calls of a service by one principal. */
export const by =
  (lab: Lab, principal: string) =>
  (service: ServiceName, operation: string, input: Input = {}) =>
    done(lab, { service, operation, input, principal });

export const makeUser = async (lab: Lab, name: string, document?: string, account = a): Promise<string> => {
  const admin = by(lab, adminOf(account));
  await admin('iam', 'CreateUser', { UserName: name });
  if (document !== undefined)
    await admin('iam', 'PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: document });
  return `arn:aws:iam::${account}:user/${name}`;
};

export const makeRole = async (
  lab: Lab,
  name: string,
  trusts: string,
  document?: string,
  account = a,
): Promise<string> => {
  const admin = by(lab, adminOf(account));
  await admin('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: trusts });
  if (document !== undefined)
    await admin('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: document });
  return `arn:aws:iam::${account}:role/${name}`;
};

export const makeKey = async (lab: Lab, account = a, keyPolicy?: string): Promise<string> => {
  const { KeyMetadata } = await by(lab, adminOf(account))(
    'kms',
    'CreateKey',
    keyPolicy === undefined ? {} : { Policy: keyPolicy },
  );
  return (KeyMetadata as { readonly Arn: string }).Arn;
};

/** The ARN of the session that was made. */
export const assume = async (
  lab: Lab,
  principal: string,
  RoleArn: string,
  more: Input = {},
): Promise<string> => {
  const { AssumedRoleUser } = await by(lab, principal)('sts', 'AssumeRole', {
    RoleArn,
    RoleSessionName: 'work',
    ...more,
  });
  return (AssumedRoleUser as { readonly Arn: string }).Arn;
};

export const encrypt = (KeyId: string, principal: string, more: Partial<LabCall> = {}): LabCall => ({
  operation: 'Encrypt',
  input: { KeyId, Plaintext: new Uint8Array([1, 2, 3]) },
  principal,
  ...more,
});
