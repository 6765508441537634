import { describe, expect, it } from 'vitest';
import type { Lab } from '../../src/client/lab.ts';
import {
  a,
  adminOf,
  allow,
  assume,
  b,
  by,
  c,
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
 * IAM, organizations and endpoints, seen from KMS: what an operation changes must change the next decision.
 */

const may = policy(allow('kms:*'));
const notAllowed = (who: string, key: string, what: string, action = 'kms:Encrypt') =>
  `User: ${who} is not authorized to perform: ${action} on resource: ${key} because no ${what} allows the ${action} action`;

describe('[policy.md §1] what hangs on a user', () => {
  it('[§8 row 1] nothing: the key delegates, nobody allows', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann');
    expect(await outcome(lab, encrypt(key, user))).toBe(notAllowed(user, key, 'identity-based policy'));
  });

  it('an inline policy, until it is deleted', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann', may);
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await by(lab, adminOf(a))('iam', 'DeleteUserPolicy', { UserName: 'Ann', PolicyName: 'own' });
    expect(await outcome(lab, encrypt(key, user))).toBe(notAllowed(user, key, 'identity-based policy'));
  });

  it('a managed policy in its default version', async () => {
    const lab = await house();
    const admin = by(lab, adminOf(a));
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann');
    const { Policy } = await admin('iam', 'CreatePolicy', { PolicyName: 'Keys', PolicyDocument: may });
    const PolicyArn = (Policy as { readonly Arn: string }).Arn;
    await admin('iam', 'AttachUserPolicy', { UserName: 'Ann', PolicyArn });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    const next = policy(allow('kms:Describe*'));
    await admin('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: next });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await admin('iam', 'SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v2' });
    expect(await outcome(lab, encrypt(key, user))).toContain('no identity-based policy');
    await admin('iam', 'SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v1' });
    await admin('iam', 'DetachUserPolicy', { UserName: 'Ann', PolicyArn });
    expect(await outcome(lab, encrypt(key, user))).toContain('no identity-based policy');
  });

  it('policies of a group, inline and managed, while the user is in it', async () => {
    const lab = await house();
    const admin = by(lab, adminOf(a));
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann');
    await admin('iam', 'CreateGroup', { GroupName: 'Keys' });
    await admin('iam', 'PutGroupPolicy', { GroupName: 'Keys', PolicyName: 'inline', PolicyDocument: may });
    expect(await outcome(lab, encrypt(key, user))).toContain('no identity-based policy');
    await admin('iam', 'AddUserToGroup', { GroupName: 'Keys', UserName: 'Ann' });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await admin('iam', 'DeleteGroupPolicy', { GroupName: 'Keys', PolicyName: 'inline' });
    await admin('iam', 'AttachGroupPolicy', {
      GroupName: 'Keys',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await admin('iam', 'RemoveUserFromGroup', { GroupName: 'Keys', UserName: 'Ann' });
    expect(await outcome(lab, encrypt(key, user))).toContain('no identity-based policy');
  });

  it('[§8 row 4] a boundary that does not allow, until it is taken away', async () => {
    const lab = await house();
    const admin = by(lab, adminOf(a));
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann', may);
    const { Policy } = await admin('iam', 'CreatePolicy', {
      PolicyName: 'Edge',
      PolicyDocument: policy(allow('s3:*')),
    });
    const PermissionsBoundary = (Policy as { readonly Arn: string }).Arn;
    await admin('iam', 'PutUserPermissionsBoundary', { UserName: 'Ann', PermissionsBoundary });
    expect(await outcome(lab, encrypt(key, user))).toBe(notAllowed(user, key, 'permissions boundary'));
    expect(
      await refused(lab, {
        service: 'iam',
        operation: 'DeletePolicy',
        input: { PolicyArn: PermissionsBoundary },
        principal: adminOf(a),
      }),
    ).toBe('DeleteConflict: Cannot delete a policy attached to entities.');
    await admin('iam', 'DeleteUserPermissionsBoundary', { UserName: 'Ann' });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await admin('iam', 'DeletePolicy', { PolicyArn: PermissionsBoundary });
  });

  it('[conditions.json aws:PrincipalTag] tags, as a key policy asks for them', async () => {
    const lab = await house();
    const admin = by(lab, adminOf(a));
    const key = await makeKey(
      lab,
      a,
      policy(
        { ...allow('kms:*'), Principal: { AWS: adminOf(a) } },
        {
          ...allow('kms:Encrypt', '*', { StringEquals: { 'aws:PrincipalTag/team': 'blue' } }),
          Principal: { AWS: '*' },
        },
      ),
    );
    const user = await makeUser(lab, 'Ann');
    expect(await outcome(lab, encrypt(key, user))).toBe(notAllowed(user, key, 'resource-based policy'));
    await admin('iam', 'TagUser', { UserName: 'Ann', Tags: [{ Key: 'team', Value: 'blue' }] });
    expect(await outcome(lab, encrypt(key, user))).toBe('Allow');
    await admin('iam', 'UntagUser', { UserName: 'Ann', TagKeys: ['TEAM'] });
    expect(await outcome(lab, encrypt(key, user))).toBe(notAllowed(user, key, 'resource-based policy'));
  });

  it('[conditions.json aws:MultiFactorAuthPresent] absent for long-term keys, true with a second factor', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const needs = (operator: string, value: string) =>
      policy(allow('kms:*', '*', { [operator]: { 'aws:MultiFactorAuthPresent': value } }));
    const strict = await makeUser(lab, 'Strict', needs('Bool', 'true'));
    const lax = await makeUser(lab, 'Lax', needs('BoolIfExists', 'true'));
    expect(await outcome(lab, encrypt(key, strict))).toContain('no identity-based policy');
    expect(await outcome(lab, encrypt(key, strict, { mfa: true }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, lax))).toBe('Allow');
  });
});

describe('[policy.md §1] organizations', () => {
  /** A is the management account; B stands in a unit, C at the root. */
  async function tree(lab: Lab) {
    const manage = by(lab, adminOf(a));
    const { Organization } = await manage('organizations', 'CreateOrganization', {});
    for (const Id of [b, c])
      await manage('organizations', 'InviteAccountToOrganization', { Target: { Id, Type: 'ACCOUNT' } });
    const { Roots } = await manage('organizations', 'ListRoots');
    const root = (Roots as readonly { readonly Id: string }[])[0]?.Id ?? '';
    const { OrganizationalUnit } = await manage('organizations', 'CreateOrganizationalUnit', {
      ParentId: root,
      Name: 'Work',
    });
    const unit = (OrganizationalUnit as { readonly Id: string }).Id;
    await manage('organizations', 'MoveAccount', {
      AccountId: b,
      SourceParentId: root,
      DestinationParentId: unit,
    });
    const make = async (Type: string, Content: string, Name = 'One'): Promise<string> => {
      const { Policy } = await manage('organizations', 'CreatePolicy', {
        Name,
        Description: '',
        Type,
        Content,
      });
      return (Policy as { readonly PolicySummary: { readonly Id: string } }).PolicySummary.Id;
    };
    return { manage, root, unit, make, id: (Organization as { readonly Id: string }).Id };
  }

  it('[§8 row 3] a service control policy denies in the unit, not beside it, and not in the management account', async () => {
    const lab = await house();
    const { manage, unit, root, make } = await tree(lab);
    const PolicyId = await make('SERVICE_CONTROL_POLICY', policy(deny('kms:Encrypt')));
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: unit });
    const [keyB, keyC] = [await makeKey(lab, b), await makeKey(lab, c)];
    const sentence = `User: ${adminOf(b)} is not authorized to perform: kms:Encrypt on resource: ${keyB} with an explicit deny in a service control policy`;
    expect(await outcome(lab, encrypt(keyB, adminOf(b)))).toBe(sentence);
    expect(await outcome(lab, encrypt(keyC, adminOf(c)))).toBe('Allow');
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: root });
    const keyA = await makeKey(lab, a);
    expect(await outcome(lab, encrypt(keyA, adminOf(a)))).toBe('Allow');
    expect(await outcome(lab, encrypt(keyC, adminOf(c)))).toContain('a service control policy');
    expect(await outcome(lab, encrypt(keyC, rootOf(c)))).toContain('a service control policy');
  });

  it('[§8 row 4] every level must allow', async () => {
    const lab = await house();
    const { manage, unit, make } = await tree(lab);
    const PolicyId = await make('SERVICE_CONTROL_POLICY', policy(allow('s3:*')));
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: unit });
    const key = await makeKey(lab, b);
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toBe('Allow');
    await manage('organizations', 'DetachPolicy', { PolicyId: 'p-FullAWSAccess', TargetId: unit });
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toBe(
      notAllowed(adminOf(b), key, 'service control policy'),
    );
  });

  it('a resource control policy guards the keys of its account against callers from outside', async () => {
    const lab = await house();
    const { manage, root, make, id } = await tree(lab);
    const outside = deny('kms:*', { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': id } });
    const PolicyId = await make('RESOURCE_CONTROL_POLICY', policy({ ...outside, Principal: '*' }));
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: root });
    const open = policy({ ...allow('kms:*'), Principal: { AWS: '*' } });
    const key = await makeKey(lab, b, open);
    expect(await outcome(lab, encrypt(key, adminOf(c)))).toBe('Allow');
    await manage('organizations', 'RemoveAccountFromOrganization', { AccountId: c });
    expect(await outcome(lab, encrypt(key, adminOf(c)))).toBe(
      `User: ${adminOf(c)} is not authorized to perform: kms:Encrypt on resource: ${key} with an explicit deny in a resource control policy`,
    );
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toBe('Allow');
  });

  it('[conditions.json aws:PrincipalOrgPaths] with the path to the account', async () => {
    const lab = await house();
    const { unit, root, id } = await tree(lab);
    const inside = allow('kms:Encrypt', '*', {
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${id}/${root}/${unit}/*` },
    });
    const key = await makeKey(
      lab,
      a,
      policy({ ...allow('kms:*'), Principal: { AWS: rootOf(a) } }, { ...inside, Principal: { AWS: '*' } }),
    );
    expect(await outcome(lab, encrypt(key, adminOf(b)))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, adminOf(c)))).toContain('no resource-based policies allow access');
  });

  it('only the management account may, and RCPFullAWSAccess stays', async () => {
    const lab = await house();
    const { root } = await tree(lab);
    const ask = (principal: string, operation: string, input: object) =>
      refused(lab, { service: 'organizations', operation, input: { ...input }, principal });
    expect(await ask(adminOf(b), 'ListRoots', {})).toMatch(/^AccessDeniedException: You don't have/);
    expect(await ask(adminOf(a), 'DetachPolicy', { PolicyId: 'p-RCPFullAWSAccess', TargetId: root })).toMatch(
      /^ConstraintViolationException/,
    );
  });
});

describe('[policy.md §10] by which way', () => {
  const endpoint = async (lab: Lab, PolicyDocument?: string): Promise<string> => {
    const { VpcEndpoint } = await by(lab, adminOf(a))('ec2', 'CreateVpcEndpoint', {
      VpcId: 'vpc-1234',
      ...(PolicyDocument === undefined ? {} : { PolicyDocument }),
    });
    return (VpcEndpoint as { readonly VpcEndpointId: string }).VpcEndpointId;
  };

  it('[§8 row 4] an endpoint policy is a ceiling for calls through it only', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const narrow = await endpoint(lab, policy({ ...allow('kms:Decrypt'), Principal: '*' }));
    expect(await outcome(lab, encrypt(key, adminOf(a), { vpcEndpoint: narrow }))).toBe(
      notAllowed(adminOf(a), key, 'VPC endpoint policy'),
    );
    expect(await outcome(lab, encrypt(key, adminOf(a)))).toBe('Allow');
    await by(lab, adminOf(a))('ec2', 'ModifyVpcEndpoint', { VpcEndpointId: narrow, ResetPolicy: true });
    expect(await outcome(lab, encrypt(key, adminOf(a), { vpcEndpoint: narrow }))).toBe('Allow');
  });

  it('[conditions.json aws:SourceVpce] a key that wants its endpoint breaks calls by a service', async () => {
    const lab = await house();
    const way = await endpoint(lab);
    const only = deny('kms:Encrypt', { StringNotEquals: { 'aws:SourceVpce': way } });
    const key = await makeKey(
      lab,
      a,
      policy({ ...allow('kms:*'), Principal: { AWS: rootOf(a) } }, { ...only, Principal: '*' }),
    );
    const deniedByKey = `User: ${adminOf(a)} is not authorized to perform: kms:Encrypt on resource: ${key} with an explicit deny in a resource-based policy`;
    expect(await outcome(lab, encrypt(key, adminOf(a), { vpcEndpoint: way }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, adminOf(a), { sourceIp: '198.51.100.7' }))).toBe(deniedByKey);
    expect(await outcome(lab, encrypt(key, adminOf(a), { viaService: 's3.us-east-1.amazonaws.com' }))).toBe(
      deniedByKey,
    );
  });

  it('[conditions.json kms:ViaService] only through the service, and the trail says by whom', async () => {
    const lab = await house();
    const via = allow('kms:*', '*', { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } });
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann', policy(via));
    expect(await outcome(lab, encrypt(key, user))).toContain('no identity-based policy');
    expect(await outcome(lab, encrypt(key, user, { viaService: 'ec2.us-east-1.amazonaws.com' }))).toContain(
      'no identity-based policy',
    );
    expect(await outcome(lab, encrypt(key, user, { viaService: 's3.us-east-1.amazonaws.com' }))).toBe(
      'Allow',
    );
    const event = (await lab.trail()).at(-1);
    expect(event).toMatchObject({
      sourceIPAddress: 's3.amazonaws.com',
      userAgent: 's3.amazonaws.com',
      userIdentity: { userName: 'Ann', invokedBy: 's3.amazonaws.com' },
    });
  });

  it('[conditions.json aws:SourceIp] the address of the caller, but not through an endpoint', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const user = await makeUser(
      lab,
      'Ann',
      policy(allow('kms:*', '*', { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } })),
    );
    const way = await endpoint(lab);
    expect(await outcome(lab, encrypt(key, user, { sourceIp: '198.51.100.9' }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, user, { sourceIp: '203.0.113.9' }))).toContain(
      'no identity-based',
    );
    expect(await outcome(lab, encrypt(key, user, { sourceIp: '198.51.100.9', vpcEndpoint: way }))).toContain(
      'no identity-based',
    );
  });
});

describe('IAM itself', () => {
  it('asks for its own permissions, in AWS’s sentence', async () => {
    const lab = await house();
    const user = await makeUser(lab, 'Ann', policy(allow('iam:Get*')));
    expect(
      await refused(lab, {
        service: 'iam',
        operation: 'CreateUser',
        input: { UserName: 'Bob' },
        principal: user,
      }),
    ).toBe(
      `AccessDenied: User: ${user} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${a}:user/Bob because no identity-based policy allows the iam:CreateUser action`,
    );
    const { User } = await by(lab, user)('iam', 'GetUser');
    expect(User).toMatchObject({ UserName: 'Ann', Arn: user });
  });

  const wrong: readonly (readonly [string, string, object, string])[] = [
    [
      'a name that is taken',
      'CreateUser',
      { UserName: 'Admin' },
      'EntityAlreadyExists: User with name Admin already exists.',
    ],
    [
      'nobody of that name',
      'TagUser',
      { UserName: 'Nobody', Tags: [] },
      'NoSuchEntity: The user with name Nobody cannot be found.',
    ],
    [
      'a role that is not there',
      'GetRole',
      { RoleName: 'None' },
      'NoSuchEntity: The role with name None cannot be found.',
    ],
    [
      'a group that is not there',
      'GetGroup',
      { GroupName: 'None' },
      'NoSuchEntity: The group with name None cannot be found.',
    ],
    [
      'a policy that is not there',
      'AttachUserPolicy',
      { UserName: 'Admin', PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicy' },
      'NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.',
    ],
    [
      'a user with policies',
      'DeleteUser',
      { UserName: 'Admin' },
      'DeleteConflict: Cannot delete entity, must delete policies first.',
    ],
    [
      'no name',
      'CreateUser',
      {},
      "ValidationError: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a trust policy with a resource',
      'CreateRole',
      { RoleName: 'R', AssumeRolePolicyDocument: policy({ ...trust('*'), Resource: '*' }) },
      'MalformedPolicyDocument: Has prohibited field Resource',
    ],
    [
      'a trust policy for nobody that is there',
      'CreateRole',
      { RoleName: 'R', AssumeRolePolicyDocument: policy(trust({ AWS: `arn:aws:iam::${a}:user/Nobody` })) },
      `MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::${a}:user/Nobody"`,
    ],
    [
      'a trust policy with another service’s actions',
      'CreateRole',
      { RoleName: 'R', AssumeRolePolicyDocument: policy({ ...trust('*'), Action: 'kms:Decrypt' }) },
      'MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    ['an operation that is not there', 'MakeCoffee', {}, 'InvalidAction: '],
  ];
  it.each(wrong)('%s', async (_, operation, input, expected) => {
    const lab = await house();
    expect(
      await refused(lab, { service: 'iam', operation, input: { ...input }, principal: adminOf(a) }),
    ).toBe(expected);
  });

  it('leaves records of itself, in the first Region, without the secret', async () => {
    const lab = await house();
    await makeUser(lab, 'Ann');
    const { result } = await lab.handle({
      service: 'iam',
      operation: 'CreateAccessKey',
      input: { UserName: 'Ann' },
      principal: adminOf(a),
      region: 'eu-central-1',
    });
    const event = (await lab.trail()).at(-1);
    expect(event).toMatchObject({
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateAccessKey',
      awsRegion: 'us-east-1',
      requestParameters: { userName: 'Ann' },
      readOnly: false,
    });
    if (!result.ok) throw new Error('expected a key');
    const { AccessKey } = result.output as { readonly AccessKey: { readonly SecretAccessKey: string } };
    expect(AccessKey.SecretAccessKey).toHaveLength(40);
    expect(JSON.stringify(await lab.trail())).not.toContain(AccessKey.SecretAccessKey);
    expect(JSON.stringify(await lab.snapshot())).not.toContain(AccessKey.SecretAccessKey);
  });

  it('a user who was deleted cannot call any more', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann', may);
    const admin = by(lab, adminOf(a));
    await admin('iam', 'DeleteUserPolicy', { UserName: 'Ann', PolicyName: 'own' });
    await admin('iam', 'DeleteUser', { UserName: 'Ann' });
    await expect(lab.handle(encrypt(key, user))).rejects.toThrow(/has no principal/);
    expect(
      (await done(lab, { service: 'iam', operation: 'ListUsers', principal: adminOf(a) }))['Users'],
    ).toHaveLength(1);
  });

  it('a managed policy has five versions at most, and its default one stays', async () => {
    const lab = await house();
    const admin = by(lab, adminOf(a));
    const { Policy } = await admin('iam', 'CreatePolicy', { PolicyName: 'P', PolicyDocument: may });
    const PolicyArn = (Policy as { readonly Arn: string }).Arn;
    for (let i = 0; i < 4; i += 1)
      await admin('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: may, SetAsDefault: true });
    const ask = (operation: string, input: object) =>
      refused(lab, { service: 'iam', operation, input: { PolicyArn, ...input }, principal: adminOf(a) });
    expect(await ask('CreatePolicyVersion', { PolicyDocument: may })).toMatch(
      /^LimitExceeded: .* up to 5 versions/,
    );
    expect(await ask('DeletePolicyVersion', { VersionId: 'v5' })).toBe(
      'DeleteConflict: Cannot delete the default version of a policy.',
    );
    await admin('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: 'v1' });
    await admin('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: may });
    const { Versions } = await admin('iam', 'ListPolicyVersions', { PolicyArn });
    expect((Versions as readonly { readonly VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual(
      ['v2', 'v3', 'v4', 'v5', 'v6'],
    );
  });

  it('[policy.md §1] a service-linked role is its service’s alone, and no SCP reaches it', async () => {
    const lab = await house();
    const { Role } = await by(lab, adminOf(a))('iam', 'CreateServiceLinkedRole', {
      AWSServiceName: 'autoscaling.amazonaws.com',
    });
    expect(Role).toMatchObject({
      Arn: `arn:aws:iam::${a}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoscaling`,
    });
    expect(
      await refused(lab, {
        service: 'iam',
        operation: 'DeleteRole',
        input: { RoleName: 'AWSServiceRoleForAutoscaling' },
        principal: adminOf(a),
      }),
    ).toMatch(/^UnmodifiableEntity/);
    expect(
      await refused(lab, {
        service: 'sts',
        operation: 'AssumeRole',
        input: { RoleArn: (Role as { readonly Arn: string }).Arn, RoleSessionName: 'me' },
        principal: adminOf(a),
      }),
    ).toMatch(/no role trust policy allows/);
  });

  it('a role that is deleted takes its sessions along, and another of its name does not bring them back', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const RoleArn = await makeRole(lab, 'R', policy(trust({ AWS: adminOf(a) })), may);
    const session = await assume(lab, adminOf(a), RoleArn);
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
    const admin = by(lab, adminOf(a));
    await admin('iam', 'DeleteRolePolicy', { RoleName: 'R', PolicyName: 'own' });
    await admin('iam', 'DeleteRole', { RoleName: 'R' });
    const gone = 'The security token included in the request is invalid.';
    expect(await outcome(lab, encrypt(key, session))).toBe(gone);
    await makeRole(lab, 'R', policy(trust({ AWS: adminOf(a) })), may);
    expect(await outcome(lab, encrypt(key, session))).toBe(gone);
  });
});
