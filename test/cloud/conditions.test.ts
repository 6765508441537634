import { describe, expect, it } from 'vitest';
import type { Lab, LabCall } from '../../src/client/lab.ts';
import {
  a,
  adminOf,
  allow,
  assume,
  b,
  by,
  c,
  deny,
  encrypt,
  house,
  makeKey,
  makeRole,
  makeUser,
  outcome,
  policy,
  rootOf,
  trust,
} from './house.ts';

/*
 * Condition keys of tags, aliases and organizations, filled from real calls: who asks for what, by which policy, and what is
 * said. Sources: conditions.json, policy.md §10.
 */

const ann = `arn:aws:iam::${a}:user/Ann`;
const noIdentity = 'because no identity-based policy allows';
const denied = 'with an explicit deny in an identity-based policy';

interface Case {
  readonly fact: string;
  readonly title: string;
  /** Of the user Ann, whose key policy leaves everything to IAM. */
  readonly allows: object | readonly object[];
  readonly call: (key: string) => Omit<LabCall, 'principal'>;
  /** Part of the sentence; absent: allowed. */
  readonly says?: string;
}

const use = (key: string): Omit<LabCall, 'principal'> => {
  const { operation, input } = encrypt(key, ann);
  return { operation, input };
};
const tag =
  (...pairs: readonly (readonly [string, string])[]) =>
  (KeyId: string): Omit<LabCall, 'principal'> => ({
    operation: 'TagResource',
    input: { KeyId, Tags: pairs.map(([TagKey, TagValue]) => ({ TagKey, TagValue })) },
  });
const tagged = (condition: object) => allow('kms:TagResource', '*', condition);

/** The key has the tag team=blue and the alias alias/app. */
const cases: readonly Case[] = [
  {
    fact: 'conditions.json aws:ResourceTag',
    title: 'a tag of the key that fits',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'aws:ResourceTag/team': 'blue' } }),
    call: use,
  },
  {
    fact: 'conditions.json aws:ResourceTag',
    title: 'its value with another case does not',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'aws:ResourceTag/team': 'Blue' } }),
    call: use,
    says: noIdentity,
  },
  {
    fact: 'conditions.json keyNames',
    title: 'its name with another case does',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'aws:resourcetag/TEAM': 'blue' } }),
    call: use,
  },
  {
    fact: 'conditions.json absentKey',
    title: 'a tag that the key has not',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'aws:ResourceTag/owner': 'blue' } }),
    call: use,
    says: noIdentity,
  },
  {
    fact: 'conditions.json absentKey',
    title: 'a Deny unless it has one, where it has none',
    allows: [allow('kms:*'), deny('kms:Encrypt', { Null: { 'aws:ResourceTag/owner': 'true' } })],
    call: use,
    says: denied,
  },
  {
    fact: 'policy.md §10 ABAC',
    title: 'the tag of the caller is the tag of the key',
    allows: allow('kms:Encrypt', '*', {
      StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' },
    }),
    call: use,
  },
  {
    fact: 'conditions.json variables',
    title: 'a tag that the caller has not, and the default in its place',
    allows: allow('kms:Encrypt', '*', {
      StringEquals: { 'aws:ResourceTag/team': "${aws:PrincipalTag/none, 'blue'}" },
    }),
    call: use,
  },
  {
    fact: 'conditions.json aws:RequestTag',
    title: 'a tag that comes with the request',
    allows: tagged({ StringEquals: { 'aws:RequestTag/stage': 'test' } }),
    call: tag(['stage', 'test']),
  },
  {
    fact: 'conditions.json aws:RequestTag',
    title: 'with another value',
    allows: tagged({ StringEquals: { 'aws:RequestTag/stage': 'test' } }),
    call: tag(['stage', 'live']),
    says: noIdentity,
  },
  {
    fact: 'conditions.json aws:TagKeys',
    title: 'no names but these',
    allows: tagged({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['stage', 'owner'] } }),
    call: tag(['stage', 'test'], ['owner', 'x']),
  },
  {
    fact: 'conditions.json aws:TagKeys',
    title: 'one more name than these',
    allows: tagged({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['stage', 'owner'] } }),
    call: tag(['stage', 'test'], ['team', 'red']),
    says: noIdentity,
  },
  {
    fact: 'conditions.json aws:TagKeys',
    title: 'any of these names is denied',
    allows: [
      allow('kms:*'),
      deny('kms:TagResource', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] } }),
    ],
    call: tag(['stage', 'test'], ['team', 'red']),
    says: denied,
  },
  {
    fact: 'conditions.json aws:TagKeys',
    title: 'UntagResource has names too',
    allows: allow('kms:UntagResource', '*', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] } }),
    call: (KeyId) => ({ operation: 'UntagResource', input: { KeyId, TagKeys: ['team'] } }),
  },
  {
    fact: 'conditions.json aws:RequestTag',
    title: 'CreateKey with a tag needs kms:TagResource too',
    allows: allow('kms:CreateKey', '*', { StringEquals: { 'aws:RequestTag/stage': 'test' } }),
    call: () => ({ operation: 'CreateKey', input: { Tags: [{ TagKey: 'stage', TagValue: 'test' }] } }),
    says: 'kms:TagResource',
  },
  {
    fact: 'conditions.json aws:RequestTag',
    title: 'CreateKey with both',
    allows: allow(['kms:CreateKey', 'kms:TagResource'], '*', {
      StringEquals: { 'aws:RequestTag/stage': 'test' },
    }),
    call: () => ({ operation: 'CreateKey', input: { Tags: [{ TagKey: 'stage', TagValue: 'test' }] } }),
  },
  {
    fact: 'conditions.json kms:RequestAlias',
    title: 'named by its alias',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'kms:RequestAlias': 'alias/app' } }),
    call: () => use('alias/app'),
  },
  {
    fact: 'conditions.json kms:RequestAlias',
    title: 'the same key by its ARN',
    allows: allow('kms:Encrypt', '*', { StringEquals: { 'kms:RequestAlias': 'alias/app' } }),
    call: use,
    says: noIdentity,
  },
  {
    fact: 'conditions.json kms:ResourceAliases',
    title: 'by whatever name, as the alias is on the key',
    allows: allow('kms:Encrypt', '*', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/app' } }),
    call: use,
  },
  {
    fact: 'policy.md §7',
    title: 'an alias in Resource covers no use of its key',
    allows: allow('kms:Encrypt', `arn:aws:kms:us-east-1:${a}:alias/app`),
    call: () => use('alias/app'),
    says: noIdentity,
  },
  {
    fact: 'conditions.json kms:KeySpec',
    title: 'what the key is',
    allows: allow('kms:Encrypt', '*', {
      StringEquals: {
        'kms:KeySpec': 'SYMMETRIC_DEFAULT',
        'kms:KeyUsage': 'ENCRYPT_DECRYPT',
        'kms:KeyOrigin': 'AWS_KMS',
      },
      Bool: { 'kms:MultiRegion': 'false' },
      Null: { 'kms:MultiRegionKeyType': 'true' },
    }),
    call: use,
  },
];

async function scene(statements: object | readonly object[]) {
  const lab = await house();
  const admin = by(lab, adminOf(a));
  await makeUser(
    lab,
    'Ann',
    policy(...(Array.isArray(statements) ? (statements as object[]) : [statements])),
  );
  await admin('iam', 'TagUser', { UserName: 'Ann', Tags: [{ Key: 'team', Value: 'blue' }] });
  const key = await makeKey(lab);
  await admin('kms', 'TagResource', { KeyId: key, Tags: [{ TagKey: 'team', TagValue: 'blue' }] });
  await admin('kms', 'CreateAlias', { AliasName: 'alias/app', TargetKeyId: key });
  // Aliases and tags reach everywhere in time (policy.md §10).
  await lab.advance({ seconds: 600 });
  return { lab, key };
}

describe('condition keys of tags and aliases', () => {
  it.each(cases)('[$fact] $title', async ({ allows, call, says }) => {
    const { lab, key } = await scene(allows);
    const said = await outcome(lab, { ...call(key), principal: ann });
    if (says === undefined) expect(said).toBe('Allow');
    else expect(said).toContain(says);
  });
});

describe('condition keys of organizations', () => {
  async function organized(lab: Lab): Promise<string> {
    const chief = by(lab, adminOf(c));
    const { Organization } = await chief('organizations', 'CreateOrganization');
    for (const Id of [a, b])
      await chief('organizations', 'InviteAccountToOrganization', { Target: { Id, Type: 'ACCOUNT' } });
    return (Organization as { readonly Id: string }).Id;
  }
  const toRoot = { ...allow('kms:*'), Principal: { AWS: rootOf(a) } };
  const toOrganization = (id: string) => ({
    ...allow('kms:*', '*', { StringEquals: { 'aws:PrincipalOrgID': id } }),
    Principal: '*',
  });

  it('[conditions.json aws:PrincipalOrgID] lets in who is in it, with IAM of his own account', async () => {
    const lab = await house();
    const id = await organized(lab);
    const key = await makeKey(lab, a, policy(toRoot, toOrganization(id)));
    const weak = await makeUser(lab, 'Weak', undefined, b);
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, weak))).toContain(noIdentity);
  });

  it('[conditions.json aws:PrincipalOrgID] is absent outside of any', async () => {
    const lab = await house();
    const key = await makeKey(lab, a, policy(toRoot, toOrganization('o-other12345')));
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toContain('no resource-based policies allow access');
    const unless = await makeKey(
      lab,
      a,
      policy(
        toRoot,
        { ...allow('kms:*'), Principal: '*' },
        {
          ...deny('kms:*', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-other12345' } }),
          Principal: '*',
        },
        { ...allow('kms:PutKeyPolicy'), Principal: { AWS: adminOf(a) } },
      ),
    ).catch((thrown: unknown) => String(thrown));
    // The lock-out check sees that the author would be denied as well: a negated operator holds where the key is absent.
    expect(unless).toContain('The new key policy will not allow you to update the key policy in the future.');
  });

  it('[conditions.json aws:ResourceOrgID] keeps a principal to keys of his organization', async () => {
    const lab = await house();
    const id = await organized(lab);
    const inside = { StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } };
    const kept = await makeUser(lab, 'Kept', policy(allow('kms:*', '*', inside)), b);
    const key = await makeKey(lab, a, policy(toRoot, toOrganization(id)));
    expect(await outcome(lab, encrypt(key, kept))).toBe('Allow');
  });

  it('[conditions.json aws:PrincipalTag] of a session are those it was made with', async () => {
    const lab = await house();
    const role = await makeRole(
      lab,
      'App',
      policy({ ...trust({ AWS: rootOf(a) }), Action: ['sts:AssumeRole', 'sts:TagSession'] }),
      policy(allow('kms:*', '*', { StringEquals: { 'aws:PrincipalTag/team': 'red' } })),
    );
    const key = await makeKey(lab);
    const plain = await assume(lab, adminOf(a), role);
    expect(await outcome(lab, encrypt(key, plain))).toContain(noIdentity);
    const red = await assume(lab, adminOf(a), role, {
      RoleSessionName: 'red',
      Tags: [{ Key: 'team', Value: 'red' }],
    });
    expect(await outcome(lab, encrypt(key, red))).toBe('Allow');
  });
});
