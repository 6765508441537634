import { describe, expect, it } from 'vitest';
import type { Lab } from '../../src/client/lab.ts';
import {
  a,
  adminOf,
  allow,
  assume,
  b,
  by,
  deny,
  done,
  encrypt,
  house,
  makeKey,
  makeRole,
  makeUser,
  outcome,
  policy,
  refused,
  rootOf,
  trust,
} from './house.ts';

/*
 * [policy.md §3] "Deleted principals turn into AIDA/AROA ids that match nobody": a policy means whom it named, not the name.
 */

const toRoot = { ...allow('kms:*'), Principal: { AWS: rootOf(a) } };
const admin = (lab: Lab) => by(lab, adminOf(a));

const remove = async (lab: Lab, UserName: string): Promise<void> => {
  await admin(lab)('iam', 'DeleteUser', { UserName });
};
const policyOf = async (lab: Lab, KeyId: string): Promise<string> =>
  (await admin(lab)('kms', 'GetKeyPolicy', { KeyId, PolicyName: 'default' }))['Policy'] as string;

const userIdOf = async (lab: Lab, UserName: string): Promise<string> => {
  const { User } = await admin(lab)('iam', 'GetUser', { UserName });
  return (User as { readonly UserId: string }).UserId;
};

describe('a user that a key policy names, deleted', () => {
  const scene = async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann');
    const key = await makeKey(lab, a, policy(toRoot, { ...allow('kms:Encrypt'), Principal: { AWS: [ann] } }));
    const id = await userIdOf(lab, 'Ann');
    expect(await outcome(lab, encrypt(key, ann))).toBe('Allow');
    return { lab, ann, key, id };
  };

  it('stands in the policy by her unique id', async () => {
    const { lab, ann, key, id } = await scene();
    await remove(lab, 'Ann');
    const text = await policyOf(lab, key);
    expect(text).toContain(`"AWS" : [ "${id}" ]`);
    expect(text).not.toContain(ann);
    expect(id).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  it('is not who is made with her name afterwards', async () => {
    const { lab, ann, key } = await scene();
    await remove(lab, 'Ann');
    expect(await makeUser(lab, 'Ann')).toBe(ann);
    expect(await outcome(lab, encrypt(key, ann))).toBe(
      `User: ${ann} is not authorized to perform: kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action`,
    );
    expect((await lab.explain(encrypt(key, ann))).allowed).toBe(false);
  });

  it('cannot be written back by her id, and another policy with the name means the new one', async () => {
    const { lab, ann, key } = await scene();
    await remove(lab, 'Ann');
    const put = (Policy: string) => ({
      operation: 'PutKeyPolicy',
      input: { KeyId: key, Policy },
      principal: adminOf(a),
    });
    const invalid =
      'MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.';
    expect(await refused(lab, put(await policyOf(lab, key)))).toBe(invalid);
    const again = policy(toRoot, { ...allow('kms:Encrypt'), Principal: { AWS: ann } });
    expect(await refused(lab, put(again))).toBe(invalid);
    await makeUser(lab, 'Ann');
    await done(lab, put(again));
    expect(await outcome(lab, encrypt(key, ann))).toBe('Allow');
    expect(await policyOf(lab, key)).toContain(ann);
  });

  it('is not denied any more by a Deny that named her', async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann', policy(allow('kms:*')));
    const key = await makeKey(lab, a, policy(toRoot, { ...deny('kms:Encrypt'), Principal: { AWS: ann } }));
    expect(await outcome(lab, encrypt(key, ann))).toContain(
      'with an explicit deny in a resource-based policy',
    );
    await admin(lab)('iam', 'DeleteUserPolicy', { UserName: 'Ann', PolicyName: 'own' });
    await remove(lab, 'Ann');
    await makeUser(lab, 'Ann', policy(allow('kms:*')));
    expect(await outcome(lab, encrypt(key, ann))).toBe('Allow');
  });

  it('leaves a condition on aws:PrincipalArn as it is: that compares names', async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann');
    const named = { ArnEquals: { 'aws:PrincipalArn': ann } };
    const key = await makeKey(
      lab,
      a,
      policy(toRoot, { ...allow('kms:Encrypt', '*', named), Principal: '*' }),
    );
    await remove(lab, 'Ann');
    await makeUser(lab, 'Ann');
    expect(await outcome(lab, encrypt(key, ann))).toBe('Allow');
  });
});

describe('a role', () => {
  it('that is made again with its name is another one to the key policy, and so are its sessions', async () => {
    const lab = await house();
    const trusts = policy(trust({ AWS: rootOf(a) }));
    const role = await makeRole(lab, 'App', trusts);
    const key = await makeKey(
      lab,
      a,
      policy(
        toRoot,
        { ...allow('kms:Encrypt'), Principal: { AWS: role } },
        { ...allow('kms:DescribeKey'), Principal: { AWS: `arn:aws:sts::${a}:assumed-role/App/work` } },
      ),
    );
    const describeKey = { operation: 'DescribeKey', input: { KeyId: key } };
    const before = await assume(lab, adminOf(a), role);
    expect(await outcome(lab, encrypt(key, before))).toBe('Allow');
    expect(await outcome(lab, { ...describeKey, principal: before })).toBe('Allow');
    await admin(lab)('iam', 'DeleteRole', { RoleName: 'App' });
    await makeRole(lab, 'App', trusts);
    const after = await assume(lab, adminOf(a), role);
    expect(await outcome(lab, encrypt(key, after))).toContain('no identity-based policy allows');
    expect(await outcome(lab, { ...describeKey, principal: after })).toContain(
      'no identity-based policy allows',
    );
    expect(await policyOf(lab, key)).toMatch(/"AROA[A-Z2-7]{17}"/);
  });

  it('does not trust who bears the name of somebody that it trusted', async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann', policy(allow('sts:*')));
    const role = await makeRole(lab, 'App', policy(trust({ AWS: ann })));
    await assume(lab, ann, role);
    await admin(lab)('iam', 'DeleteUserPolicy', { UserName: 'Ann', PolicyName: 'own' });
    await remove(lab, 'Ann');
    const { Role } = await admin(lab)('iam', 'GetRole', { RoleName: 'App' });
    const shown = (Role as { readonly AssumeRolePolicyDocument: string }).AssumeRolePolicyDocument;
    expect(decodeURIComponent(shown)).toMatch(/"AIDA[A-Z2-7]{17}"/);
    await makeUser(lab, 'Ann', policy(allow('sts:*')));
    const call = {
      service: 'sts' as const,
      operation: 'AssumeRole',
      input: { RoleArn: role, RoleSessionName: 'work' },
      principal: ann,
    };
    expect(await refused(lab, call)).toContain('no role trust policy allows the sts:AssumeRole action');
  });
});

describe('other accounts', () => {
  it('are told apart by their ids too', async () => {
    const lab = await house();
    const bob = await makeUser(lab, 'Bob', policy(allow('kms:*')), b);
    const key = await makeKey(lab, a, policy(toRoot, { ...allow('kms:Encrypt'), Principal: { AWS: bob } }));
    expect(await outcome(lab, encrypt(key, bob))).toBe('Allow');
    const other = by(lab, adminOf(b));
    await other('iam', 'DeleteUserPolicy', { UserName: 'Bob', PolicyName: 'own' });
    await other('iam', 'DeleteUser', { UserName: 'Bob' });
    await makeUser(lab, 'Bob', policy(allow('kms:*')), b);
    expect(await outcome(lab, encrypt(key, bob))).toContain('no resource-based policies allow access');
  });
});
