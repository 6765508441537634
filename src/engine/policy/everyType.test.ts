import { describe, expect, test } from 'vitest';
import type { AccountId } from '../model/index.ts';
import {
  allowed,
  denied,
  differences,
  hiddenText,
  lacks,
  silentIam,
  silentKey,
  type Case,
} from './case.fixture.ts';
import { decide, isNarrowerGrant, type AccessRequest, type GrantTerms } from './index.ts';
import {
  allow,
  ask,
  attached,
  deny,
  grant,
  iam,
  key,
  named,
  other,
  owner,
  people,
  policy,
  root,
  type StatementInput,
} from './request.fixture.ts';

/* The policy types beside key and identity policies: organizations, endpoints, boundaries, sessions, grants, services. */

const alice = people.alice.arn;
const session = people.session.arn;
const role = people.session.principal;
const carol = people.carol.arn;
const sentence = (who: string, reason: string, action = 'kms:Encrypt'): string =>
  `User: ${who} is not authorized to perform: ${action} on resource: ${key} ${reason}`;
const because = (policyType: string, action = 'kms:Encrypt'): string =>
  `because no ${policyType} allows the ${action} action`;

const byName = (who: string): Partial<AccessRequest> => ({ keyPolicy: policy([allow({ AWS: who })]) });
const everybody: Partial<AccessRequest> = { keyPolicy: policy([allow('*')]) };
const nobody: Partial<AccessRequest> = { keyPolicy: policy([allow({ AWS: people.bob.arn })]) };
const iamAllows: Partial<AccessRequest> = { identityPolicies: attached(iam()) };
const full = named('FullAWSAccess', iam({ Action: '*' }));
const rcpFull = named('RCPFullAWSAccess', allow('*', { Action: '*' }));
const only = (name: string, ...actions: string[]) => named(name, iam({ Action: actions }));
const denying = (action: string) => named('denying', iam({ Effect: 'Deny', Action: action }));
const rcpDenying = (action: string) => named('denying', deny('*', { Action: action }));
const endpoint = (...statements: StatementInput[]): Partial<AccessRequest> => ({
  endpointPolicy: policy(statements),
});

const control: readonly Case[] = [
  {
    fact: '§1',
    title: 'SCP: every level allows',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[full], [full], [full]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§8 row 4',
    title: 'SCP: one level does not allow',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[full], [only('s3', 's3:*')], [full]] },
    expect: {
      ...lacks('serviceControlPolicy'),
      because: 'policy.md §8 row 4',
      message: sentence(alice, because('service control policy')),
    },
  },
  {
    fact: '§1',
    title: 'SCP: one policy of a level is enough',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[only('s3', 's3:*'), only('kms', 'kms:*')]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: a level without policies allows nothing',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[full], []] },
    expect: lacks('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: never allows by itself',
    who: 'alice',
    asks: { ...nobody, serviceControlPolicies: [[full]] },
    expect: silentKey,
  },
  {
    fact: '§8 row 3',
    title: 'SCP: a Deny at any level',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[full], [full, denying('kms:Encrypt')]] },
    expect: {
      ...denied('serviceControlPolicy'),
      because: 'policy.md §8 row 3',
      message: sentence(alice, 'with an explicit deny in a service control policy'),
    },
  },
  {
    fact: '§4',
    title: 'SCP: reaches the root user of a member account',
    who: 'root',
    asks: { serviceControlPolicies: [[full, denying('kms:*')]] },
    expect: denied('serviceControlPolicy'),
  },
  {
    fact: '§4',
    title: 'SCP: its ceiling holds for the root user too',
    who: 'root',
    asks: { serviceControlPolicies: [[only('s3', 's3:*')]] },
    expect: lacks('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: not for the management account',
    who: 'alice',
    asks: {
      ...byName(alice),
      serviceControlPolicies: [[denying('kms:*')]],
      managementAccount: owner as AccountId,
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: another management account changes nothing',
    who: 'alice',
    asks: {
      ...byName(alice),
      serviceControlPolicies: [[full, denying('kms:*')]],
      managementAccount: other as AccountId,
    },
    expect: denied('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: not for service-linked roles',
    who: 'linked',
    asks: { ...byName(people.linked.principal), serviceControlPolicies: [[denying('kms:*')]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: not for services',
    who: 'service',
    asks: {
      keyPolicy: policy([allow({ Service: 'dynamodb.amazonaws.com' })]),
      serviceControlPolicies: [[denying('kms:*')]],
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: of a foreign caller, named',
    who: 'carol',
    asks: { ...byName(carol), ...iamAllows, serviceControlPolicies: [[full, denying('kms:*')]] },
    expect: denied('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: reaches ListKeys as well',
    who: 'alice',
    asks: {
      judgedOn: 'account',
      keyPolicy: undefined,
      action: 'kms:ListKeys',
      resource: '*',
      ...iamAllows,
      serviceControlPolicies: [[only('some', 'kms:Encrypt')]],
    },
    expect: lacks('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'SCP: by a condition on the Region',
    who: 'alice',
    asks: {
      ...byName(alice),
      context: { 'aws:RequestedRegion': 'us-east-1' },
      serviceControlPolicies: [
        [
          full,
          named(
            'regions',
            iam({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }),
          ),
        ],
      ],
    },
    expect: denied('serviceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: the default allows',
    who: 'alice',
    asks: { ...byName(alice), resourceControlPolicies: [[rcpFull], [rcpFull]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§8 row 3',
    title: 'RCP: a Deny',
    who: 'alice',
    asks: { ...byName(alice), resourceControlPolicies: [[rcpFull, rcpDenying('kms:Encrypt')]] },
    expect: {
      ...denied('resourceControlPolicy'),
      message: sentence(alice, 'with an explicit deny in a resource control policy'),
    },
  },
  {
    fact: '§2',
    title: 'RCP: a level that does not allow',
    who: 'alice',
    asks: {
      ...byName(alice),
      resourceControlPolicies: [[rcpFull], [named('odd', allow('*', { Action: 's3:*' }))]],
    },
    expect: {
      ...lacks('resourceControlPolicy'),
      message: sentence(alice, because('resource control policy')),
    },
  },
  {
    fact: '§1',
    title: 'RCP: reaches foreigners',
    who: 'carol',
    asks: {
      ...byName(carol),
      ...iamAllows,
      resourceControlPolicies: [
        [
          rcpFull,
          named('perimeter', deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })),
        ],
      ],
    },
    expect: denied('resourceControlPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: spares those of the organization',
    who: 'carol',
    asks: {
      ...byName(carol),
      ...iamAllows,
      context: { 'aws:PrincipalOrgID': 'o-1' },
      resourceControlPolicies: [
        [
          rcpFull,
          named('perimeter', deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })),
        ],
      ],
    },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: not on AWS managed keys',
    who: 'alice',
    asks: { ...byName(alice), awsManagedKey: true, resourceControlPolicies: [[rcpDenying('kms:*')]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: not on calls of service-linked roles',
    who: 'linked',
    asks: { ...byName(people.linked.principal), resourceControlPolicies: [[rcpDenying('kms:*')]] },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: not in the management account',
    who: 'alice',
    asks: {
      ...byName(alice),
      managementAccount: owner as AccountId,
      resourceControlPolicies: [[rcpDenying('kms:*')]],
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§1',
    title: 'RCP: reaches services',
    who: 'service',
    asks: {
      keyPolicy: policy([allow({ Service: 'dynamodb.amazonaws.com' })]),
      resourceControlPolicies: [[rcpFull, rcpDenying('kms:*')]],
    },
    expect: denied('resourceControlPolicy'),
  },
  {
    fact: '§2',
    title: 'a Deny of the SCP is named before one of the RCP',
    who: 'alice',
    asks: {
      ...byName(alice),
      serviceControlPolicies: [[full, denying('kms:*')]],
      resourceControlPolicies: [[rcpFull, rcpDenying('kms:*')]],
    },
    expect: denied('serviceControlPolicy'),
  },
  {
    fact: '§2',
    title: 'of missing allows the RCP is named first',
    who: 'alice',
    asks: { ...byName(alice), serviceControlPolicies: [[]], resourceControlPolicies: [[]] },
    expect: lacks('resourceControlPolicy'),
  },
];

const network: readonly Case[] = [
  {
    fact: '§1',
    title: 'endpoint: the default allows all',
    who: 'alice',
    asks: { ...byName(alice), ...endpoint(allow('*', { Action: '*' })) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§8 row 4',
    title: 'endpoint: does not allow',
    who: 'alice',
    asks: { ...byName(alice), ...endpoint(allow('*', { Action: 'kms:Decrypt' })) },
    expect: { ...lacks('endpointPolicy'), message: sentence(alice, because('VPC endpoint policy')) },
  },
  {
    fact: '§8 row 3',
    title: 'endpoint: denies',
    who: 'alice',
    asks: { ...byName(alice), ...endpoint(allow('*'), deny({ AWS: alice })) },
    expect: {
      ...denied('endpointPolicy'),
      message: sentence(alice, 'with an explicit deny in a VPC endpoint policy'),
    },
  },
  {
    fact: '§10',
    title: 'endpoint: the account principal is everybody in it, without delegation',
    who: 'alice',
    asks: { ...byName(alice), ...endpoint(allow({ AWS: root(owner) })) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§10',
    title: 'endpoint: a role reaches its sessions',
    who: 'session',
    asks: { ...byName(session), ...endpoint(allow({ AWS: role })) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§10',
    title: 'endpoint: another key',
    who: 'alice',
    asks: { ...byName(alice), ...endpoint(allow('*', { Resource: key.replace('1234abcd', '00000000') })) },
    expect: lacks('endpointPolicy'),
  },
  {
    fact: '§1',
    title: 'endpoint: never allows by itself',
    who: 'alice',
    asks: { ...nobody, ...endpoint(allow('*')) },
    expect: silentKey,
  },
  {
    fact: '§10',
    title: 'aws:SourceVpce breaks a service’s call on behalf of somebody',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow({ AWS: alice }),
        deny('*', { Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } }),
      ]),
      context: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'aws:ViaAWSService': 'true' },
    },
    expect: denied('keyPolicy'),
  },
  {
    fact: '§10',
    title: 'unless excepted by aws:ViaAWSService',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow({ AWS: alice }),
        deny('*', {
          Condition: {
            StringNotEquals: { 'aws:SourceVpce': 'vpce-1' },
            Bool: { 'aws:ViaAWSService': 'false' },
          },
        }),
      ]),
      context: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'aws:ViaAWSService': 'true' },
    },
    expect: allowed('keyPolicy'),
  },
];

const kmsOnly = (...actions: string[]) => only('boundary', ...actions);
const bounded = { permissionsBoundary: kmsOnly('kms:Decrypt') };
const limited = { sessionPolicies: [only('session', 'kms:Decrypt')] };
const wide = { permissionsBoundary: kmsOnly('kms:*'), sessionPolicies: [only('session', 'kms:*')] };

const ceilings: readonly Case[] = [
  {
    fact: '§4',
    title: 'a user by name is not limited by the boundary',
    who: 'alice',
    asks: { ...byName(alice), ...bounded },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§8 row 4',
    title: 'delegation is limited by the boundary',
    who: 'alice',
    asks: { ...iamAllows, ...bounded },
    expect: {
      ...lacks('permissionsBoundary'),
      because: 'policy.md §8 row 4',
      message: sentence(alice, because('permissions boundary')),
    },
  },
  {
    fact: '§4',
    title: 'delegation within the boundary',
    who: 'alice',
    asks: { ...iamAllows, permissionsBoundary: kmsOnly('kms:Enc*') },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§1',
    title: 'a boundary allows nothing by itself',
    who: 'alice',
    asks: { permissionsBoundary: kmsOnly('kms:*') },
    expect: silentIam,
  },
  {
    fact: '§8 row 3',
    title: 'a Deny in the boundary reaches a user by name',
    who: 'alice',
    asks: { ...byName(alice), permissionsBoundary: named('b', iam(), iam({ Effect: 'Deny' })) },
    expect: {
      ...denied('permissionsBoundary'),
      message: sentence(alice, 'with an explicit deny in a permissions boundary'),
    },
  },
  {
    fact: '§4',
    title: 'a session by its role’s name is limited by the boundary',
    who: 'session',
    asks: { ...byName(role), ...bounded },
    expect: lacks('permissionsBoundary'),
  },
  {
    fact: '§4',
    title: 'a session by its own name is not',
    who: 'session',
    asks: { ...byName(session), ...bounded },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'nor is one let in with everybody',
    who: 'session',
    asks: { ...everybody, ...bounded, ...limited },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§8 row 4',
    title: 'a session by its role’s name is limited by the session policy',
    who: 'session',
    asks: { ...byName(role), ...limited },
    expect: { ...lacks('sessionPolicy'), message: sentence(session, because('session policy')) },
  },
  {
    fact: '§4',
    title: 'a session by its own name is not limited by the session policy',
    who: 'session',
    asks: { ...byName(session), ...limited },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'role and session named: the session’s own way counts',
    who: 'session',
    asks: { keyPolicy: policy([allow({ AWS: role }), allow({ AWS: session })]), ...limited },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'within both',
    who: 'session',
    asks: { ...byName(role), ...wide },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'delegation is limited by the session policy',
    who: 'session',
    asks: { ...iamAllows, ...limited },
    expect: lacks('sessionPolicy'),
  },
  {
    fact: '§4',
    title: 'of both missing, the boundary is named',
    who: 'session',
    asks: { ...iamAllows, ...bounded, ...limited },
    expect: lacks('permissionsBoundary'),
  },
  {
    fact: '§8 row 1',
    title: 'a missing identity allow is named before them',
    who: 'session',
    asks: { ...bounded, ...limited },
    expect: silentIam,
  },
  {
    fact: '§8 row 3',
    title: 'a Deny in the session policy',
    who: 'session',
    asks: { ...byName(session), sessionPolicies: [named('s', iam(), iam({ Effect: 'Deny' }))] },
    expect: {
      ...denied('sessionPolicy'),
      message: sentence(session, 'with an explicit deny in a session policy'),
    },
  },
  {
    fact: '§1',
    title: 'inline and managed session policies are one ceiling',
    who: 'session',
    asks: {
      ...byName(role),
      sessionPolicies: [only('inline', 'kms:Decrypt'), only('managed', 'kms:Encrypt')],
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'a federated session by its own name',
    who: 'federated',
    asks: { ...byName(people.federated.arn), ...limited },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'a federated session by its user’s name is limited',
    who: 'federated',
    asks: { ...byName(alice), ...limited },
    expect: lacks('sessionPolicy'),
  },
  {
    fact: '§4',
    title: 'root is not limited',
    who: 'root',
    asks: { ...bounded },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§5',
    title: 'across accounts the boundary limits also those named',
    who: 'carol',
    asks: { ...byName(carol), ...iamAllows, ...bounded },
    expect: lacks('permissionsBoundary'),
  },
  {
    fact: '§5',
    title: 'across accounts the session policy too',
    who: 'foreignSession',
    asks: { ...byName(people.foreignSession.arn), ...iamAllows, ...limited },
    expect: lacks('sessionPolicy'),
  },
  {
    fact: '§4',
    title: 'ListKeys within the boundary only',
    who: 'alice',
    asks: {
      judgedOn: 'account',
      keyPolicy: undefined,
      action: 'kms:ListKeys',
      resource: '*',
      ...iamAllows,
      ...bounded,
    },
    expect: lacks('permissionsBoundary'),
  },
  {
    fact: 'IAM boundaries',
    title: 'NotPrincipal with Deny always denies who has a boundary',
    who: 'bob',
    asks: {
      keyPolicy: policy([
        allow('*'),
        {
          Effect: 'Deny',
          NotPrincipal: { AWS: [people.bob.arn, root(owner)] },
          Action: 'kms:*',
          Resource: '*',
        },
      ]),
      permissionsBoundary: kmsOnly('kms:*'),
    },
    expect: denied('keyPolicy'),
  },
];

const service = 'dynamodb.amazonaws.com';
const services: readonly Case[] = [
  {
    fact: '§3',
    title: 'a service named',
    who: 'service',
    asks: { keyPolicy: policy([allow({ Service: service })]) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'another service named',
    who: 'service',
    asks: { keyPolicy: policy([allow({ Service: 's3.amazonaws.com' })]) },
    expect: { ...silentKey, message: sentence(service, because('resource-based policy')) },
  },
  { fact: '§3', title: 'the account principal is no service', who: 'service', expect: silentKey },
  {
    fact: '§3',
    title: 'aws:SourceAccount of its own',
    who: 'service',
    asks: {
      keyPolicy: policy([
        allow({ Service: service }, { Condition: { StringEquals: { 'aws:SourceAccount': owner } } }),
      ]),
      context: { 'aws:SourceAccount': owner },
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'aws:SourceAccount of somebody else: no confused deputy',
    who: 'service',
    asks: {
      keyPolicy: policy([
        allow({ Service: service }, { Condition: { StringEquals: { 'aws:SourceAccount': owner } } }),
      ]),
      context: { 'aws:SourceAccount': other },
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'a Deny to everybody reaches services',
    who: 'service',
    asks: { keyPolicy: policy([allow({ Service: service }), deny('*')]) },
    expect: denied('keyPolicy'),
  },
  {
    fact: '§10',
    title: 'unless aws:PrincipalIsAWSService is excepted',
    who: 'service',
    asks: {
      keyPolicy: policy([
        allow({ Service: service }),
        deny('*', { Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } } }),
      ]),
      context: { 'aws:PrincipalIsAWSService': 'true' },
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'ViaService: the caller stays who they are',
    who: 'alice',
    asks: {
      keyPolicy: policy([allow({ Service: 's3.amazonaws.com' })]),
      context: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'the policy of an AWS managed key: through its service',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow('*', {
          Action: ['kms:Encrypt'],
          Condition: {
            StringEquals: { 'kms:CallerAccount': owner, 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          },
        }),
      ]),
      context: { 'kms:CallerAccount': owner, 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'the policy of an AWS managed key: directly',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow('*', {
          Action: ['kms:Encrypt'],
          Condition: {
            StringEquals: { 'kms:CallerAccount': owner, 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          },
        }),
      ]),
      context: { 'kms:CallerAccount': owner },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'a grant to a service',
    who: 'service',
    asks: {
      ...nobody,
      grants: [
        grant({
          GranteeServicePrincipal: service,
          Constraints: { SourceArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/T' },
        }),
      ],
      context: { 'aws:SourceArn': 'arn:aws:dynamodb:us-east-1:111122223333:table/T' },
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'SourceArn of another table',
    who: 'service',
    asks: {
      ...nobody,
      grants: [
        grant({
          GranteeServicePrincipal: service,
          Constraints: { SourceArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/T' },
        }),
      ],
      context: { 'aws:SourceArn': 'arn:aws:dynamodb:us-east-1:111122223333:table/U' },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'SourceArn also for DescribeKey',
    who: 'service',
    asks: {
      ...nobody,
      action: 'kms:DescribeKey',
      grants: [
        grant({
          GranteeServicePrincipal: service,
          Operations: ['DescribeKey'],
          Constraints: { SourceArn: 'arn:aws:s3:us-east-1:111122223333:b' },
        }),
      ],
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'SourceArn is judged only when a service asks',
    who: 'alice',
    asks: {
      ...nobody,
      grants: [
        grant({ GranteePrincipal: alice, Constraints: { SourceArn: 'arn:aws:s3:us-east-1:111122223333:b' } }),
      ],
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'services list themselves as GranteePrincipal',
    who: 'service',
    asks: { ...nobody, grants: [grant({ GranteePrincipal: service })] },
    expect: allowed('grant'),
  },
];

const to = (GranteePrincipal: string, more: Parameters<typeof grant>[0] = {}) => ({
  ...nobody,
  grants: [grant({ GranteePrincipal, ...more })],
});
const app = { app: 'a' };
const grants: readonly Case[] = [
  { fact: '§6', title: 'a grant to a user', who: 'alice', asks: to(alice), expect: allowed('grant') },
  { fact: '§6', title: 'somebody else’s', who: 'alice', asks: to(people.bob.arn), expect: silentKey },
  {
    fact: '§6',
    title: 'an operation that it does not list',
    who: 'alice',
    asks: to(alice, { Operations: ['Decrypt'] }),
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'an operation that no grant can give',
    who: 'alice',
    asks: { ...to(alice, { Operations: ['PutKeyPolicy'] }), action: 'kms:PutKeyPolicy' },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'ReEncryptFrom does not give ReEncryptTo',
    who: 'alice',
    asks: { ...to(alice, { Operations: ['ReEncryptFrom'] }), action: 'kms:ReEncryptTo' },
    expect: silentKey,
  },
  {
    fact: '§4',
    title: 'a grant to a role serves its sessions',
    who: 'session',
    asks: to(role),
    expect: allowed('grant'),
  },
  { fact: '§4', title: 'a grant to a session', who: 'session', asks: to(session), expect: allowed('grant') },
  {
    fact: '§4',
    title: 'a grant to another session',
    who: 'session',
    asks: to(session.replace('/s1', '/s2')),
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'a grant to the account: its root user',
    who: 'root',
    asks: to(root(owner)),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'a grant to the account: others need IAM',
    who: 'alice',
    asks: to(root(owner)),
    expect: silentIam,
  },
  {
    fact: '§6',
    title: 'a grant to the account, and IAM',
    who: 'alice',
    asks: { ...to(root(owner)), ...iamAllows },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§6',
    title: 'EncryptionContextEquals: the same',
    who: 'alice',
    asks: { ...to(alice, { Constraints: { EncryptionContextEquals: app } }), encryptionContext: app },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'EncryptionContextEquals: one pair more',
    who: 'alice',
    asks: {
      ...to(alice, { Constraints: { EncryptionContextEquals: app } }),
      encryptionContext: { ...app, b: 'b' },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'EncryptionContextEquals: none',
    who: 'alice',
    asks: to(alice, { Constraints: { EncryptionContextEquals: app } }),
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'EncryptionContextSubset: one pair more',
    who: 'alice',
    asks: {
      ...to(alice, { Constraints: { EncryptionContextSubset: app } }),
      encryptionContext: { ...app, b: 'b' },
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'EncryptionContextSubset: another value',
    who: 'alice',
    asks: {
      ...to(alice, { Constraints: { EncryptionContextSubset: app } }),
      encryptionContext: { app: 'A' },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'the context is read from the condition keys when not given',
    who: 'alice',
    asks: {
      ...to(alice, { Constraints: { EncryptionContextEquals: app } }),
      context: { 'kms:EncryptionContext:app': 'a' },
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'a constraint is ignored for DescribeKey',
    who: 'alice',
    asks: {
      ...to(alice, { Operations: ['DescribeKey'], Constraints: { EncryptionContextEquals: app } }),
      action: 'kms:DescribeKey',
    },
    expect: allowed('grant'),
  },
  {
    fact: '§2',
    title: 'a Deny beats a grant',
    who: 'alice',
    asks: { ...to(alice), keyPolicy: policy([deny({ AWS: alice })]) },
    expect: denied('keyPolicy'),
  },
  {
    fact: '§2',
    title: 'a Deny in IAM beats a grant',
    who: 'alice',
    asks: { ...to(alice), identityPolicies: attached(iam({ Effect: 'Deny' })) },
    expect: denied('identityPolicy'),
  },
  {
    fact: '§2',
    title: 'the SCP’s ceiling is over grants',
    who: 'alice',
    asks: { ...to(alice), serviceControlPolicies: [[only('s3', 's3:*')]] },
    expect: lacks('serviceControlPolicy'),
  },
  {
    fact: '§4',
    title: 'a boundary does not limit a grant to the user',
    who: 'alice',
    asks: { ...to(alice), ...bounded },
    expect: allowed('grant'),
  },
  {
    fact: '§4',
    title: 'it limits a grant to the role',
    who: 'session',
    asks: { ...to(role), ...bounded },
    expect: lacks('permissionsBoundary'),
  },
  {
    fact: '§6',
    title: 'CreateGrant by grant: fewer operations',
    who: 'alice',
    asks: {
      ...to(alice, { Operations: ['CreateGrant', 'Decrypt'] }),
      action: 'kms:CreateGrant',
      creates: { Operations: ['Decrypt'] },
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'CreateGrant by grant: an operation more',
    who: 'alice',
    asks: {
      ...to(alice, { Operations: ['CreateGrant', 'Decrypt'] }),
      action: 'kms:CreateGrant',
      creates: { Operations: ['Encrypt'] },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'CreateGrant by grant: without the parent’s constraint',
    who: 'alice',
    asks: {
      ...to(alice, { Operations: ['CreateGrant', 'Decrypt'], Constraints: { EncryptionContextSubset: app } }),
      action: 'kms:CreateGrant',
      creates: { Operations: ['Decrypt'] },
    },
    expect: silentKey,
  },
  {
    fact: '§6',
    title: 'CreateGrant by grant: with a stricter one',
    who: 'alice',
    asks: {
      ...to(alice, { Operations: ['CreateGrant', 'Decrypt'], Constraints: { EncryptionContextSubset: app } }),
      action: 'kms:CreateGrant',
      creates: { Operations: ['Decrypt'], Constraints: { EncryptionContextEquals: { ...app, b: 'b' } } },
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'CreateGrant by policy may hand out what the creator lacks',
    who: 'alice',
    asks: {
      keyPolicy: policy([allow({ AWS: alice }, { Action: 'kms:CreateGrant' })]),
      action: 'kms:CreateGrant',
      creates: { Operations: ['Decrypt'] },
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§5',
    title: 'a grant of the owner to a foreigner',
    who: 'carol',
    asks: to(carol),
    expect: { ...allowed('grant'), because: 'policy.md §5' },
  },
  {
    fact: '§5',
    title: 'with the option off, the foreigner needs IAM',
    who: 'carol',
    asks: { ...to(carol), foreignGrantsNeedIdentityPolicy: true },
    expect: silentIam,
  },
  {
    fact: '§5',
    title: 'with the option off, and IAM',
    who: 'carol',
    asks: { ...to(carol), foreignGrantsNeedIdentityPolicy: true, ...iamAllows },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§5',
    title: 'a grant issued by the caller’s account is its trust',
    who: 'foreignSession',
    asks: {
      ...to(people.foreignSession.principal, { IssuingAccount: root(other) }),
      foreignGrantsNeedIdentityPolicy: true,
    },
    expect: allowed('grant'),
  },
  {
    fact: '§5',
    title: 'a grant to the foreign account: IAM there',
    who: 'carol',
    asks: { ...to(root(other)), ...iamAllows },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§5',
    title: 'a grant to the foreign account without IAM there',
    who: 'carol',
    asks: to(root(other)),
    expect: silentIam,
  },
  {
    fact: '§5',
    title: 'no grant works for an operation that does not cross accounts',
    who: 'carol',
    asks: { ...to(carol), worksAcrossAccounts: false },
    expect: { ...silentKey, because: 'policy.md §5' },
  },
  {
    fact: '§8 row 5',
    title: 'a foreigner without a fitting grant learns nothing',
    who: 'carol',
    asks: to(people.bob.arn),
    expect: {
      ...silentKey,
      message: `User: ${carol} is not authorized to perform: kms:Encrypt on this resource ${hiddenText}`,
    },
  },
  {
    fact: '§6',
    title: 'one of several grants',
    who: 'alice',
    asks: {
      ...nobody,
      grants: [
        grant({ grantId: 'a', GranteePrincipal: people.bob.arn }),
        grant({ grantId: 'b', GranteePrincipal: alice }),
      ],
    },
    expect: allowed('grant'),
  },
];

const retire = (
  more: Parameters<typeof grant>[0],
  asks: Partial<AccessRequest> = {},
): Partial<AccessRequest> => ({
  ...nobody,
  action: 'kms:RetireGrant',
  retires: grant({ GranteePrincipal: people.bob.arn, ...more }),
  ...asks,
});
const retiring: readonly Case[] = [
  {
    fact: '§6',
    title: 'by the retiring principal',
    who: 'alice',
    asks: retire({ RetiringPrincipal: alice }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by a session of the retiring role',
    who: 'session',
    asks: retire({ RetiringPrincipal: role }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by the retiring service',
    who: 'service',
    asks: retire({ RetiringServicePrincipal: service }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by a foreign retiring principal',
    who: 'carol',
    asks: retire({ RetiringPrincipal: carol }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by the grantee with RetireGrant',
    who: 'bob',
    asks: retire({ Operations: ['Decrypt', 'RetireGrant'] }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'not by the grantee without it',
    who: 'bob',
    asks: retire({}),
    expect: { ...lacks('grant'), because: 'policy.md §6' },
  },
  {
    fact: '§6',
    title: 'a constraint does not matter',
    who: 'bob',
    asks: retire({ Operations: ['RetireGrant'], Constraints: { EncryptionContextEquals: app } }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by the root user of the issuing account',
    who: 'root',
    asks: retire({}),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'by whom the issuing account delegates to',
    who: 'alice',
    asks: retire({}, iamAllows),
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§6',
    title: 'not by IAM in another account',
    who: 'carol',
    asks: retire({}, iamAllows),
    expect: {
      ...lacks('grant'),
      message: `User: ${carol} is not authorized to perform: kms:RetireGrant on this resource ${hiddenText}`,
    },
  },
  {
    fact: '§6',
    title: 'the issuing account may be the foreign one',
    who: 'carol',
    asks: retire({ IssuingAccount: root(other) }, iamAllows),
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§6',
    title: 'a key policy gives it to nobody',
    who: 'alice',
    asks: retire({}, everybody),
    expect: lacks('grant'),
  },
  {
    fact: '§6',
    title: 'a Deny in the key policy takes it from nobody',
    who: 'alice',
    asks: retire({ RetiringPrincipal: alice }, { keyPolicy: policy([deny('*')]) }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'an RCP never affects it',
    who: 'alice',
    asks: retire({ RetiringPrincipal: alice }, { resourceControlPolicies: [[rcpDenying('kms:*')]] }),
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'a Deny in IAM works',
    who: 'alice',
    asks: retire(
      { RetiringPrincipal: alice },
      { identityPolicies: attached(iam({ Effect: 'Deny', Action: 'kms:RetireGrant' })) },
    ),
    expect: denied('identityPolicy'),
  },
  {
    fact: '§6',
    title: 'any of the key’s grants when none is named',
    who: 'alice',
    asks: {
      ...nobody,
      action: 'kms:RetireGrant',
      grants: [grant({}), grant({ grantId: 'g2', RetiringPrincipal: alice })],
    },
    expect: allowed('grant'),
  },
  {
    fact: '§6',
    title: 'without a grant to look at, IAM of the key’s account',
    who: 'alice',
    asks: { ...nobody, action: 'kms:RetireGrant', ...iamAllows },
    expect: allowed('identityPolicy'),
  },
];

describe('every policy type', () => {
  test.each([...control, ...network, ...ceilings, ...services, ...grants, ...retiring])(
    '[policy.md $fact] $title',
    (one) => {
      expect(differences(one)).toEqual([]);
    },
  );

  test('the table can fail: cases that are kept wrong are caught', () => {
    const wrong: readonly Case[] = [
      {
        fact: '§4',
        title: 'a session by its role’s name is free of the boundary',
        who: 'session',
        asks: { ...byName(role), ...bounded },
        expect: allowed('keyPolicy'),
      },
      {
        fact: '§6',
        title: 'a grant beats a Deny',
        who: 'alice',
        asks: { ...to(alice), keyPolicy: policy([deny('*')]) },
        expect: allowed('grant'),
      },
      {
        fact: '§1',
        title: 'one SCP level is enough',
        who: 'alice',
        asks: { ...byName(alice), serviceControlPolicies: [[full], []] },
        expect: allowed('keyPolicy'),
      },
    ];
    for (const one of wrong) expect(differences(one)).not.toEqual([]);
  });

  test('every policy that has a say is listed, with its level', () => {
    const decision = decide(
      ask('session', {
        ...byName(role),
        ...wide,
        ...iamAllows,
        ...endpoint(allow('*')),
        serviceControlPolicies: [[full], [full, only('more', 'kms:*')]],
        resourceControlPolicies: [[rcpFull]],
        grants: [grant({ GranteePrincipal: role })],
      }),
    );
    const listed = decision.policies.map(({ type, name, level, verdict }) => [type, name, level, verdict]);
    expect(listed).toEqual([
      ['serviceControlPolicy', 'FullAWSAccess', 0, 'allows'],
      ['serviceControlPolicy', 'FullAWSAccess', 1, 'allows'],
      ['serviceControlPolicy', 'more', 1, 'allows'],
      ['resourceControlPolicy', 'RCPFullAWSAccess', 0, 'allows'],
      ['endpointPolicy', undefined, undefined, 'allows'],
      ['keyPolicy', 'default', undefined, 'allows'],
      ['identityPolicy', 'inline', undefined, 'allows'],
      ['permissionsBoundary', 'boundary', undefined, 'allows'],
      ['sessionPolicy', 'session', undefined, 'allows'],
      ['grant', 'g1', undefined, 'allows'],
    ]);
    expect(structuredClone(decision)).toEqual(decision);
  });

  test('a grant says which constraint failed, and with which value', () => {
    const decision = decide(
      ask('alice', {
        ...to(alice, { Constraints: { EncryptionContextEquals: { app: 'a', team: 't' } } }),
        encryptionContext: { app: 'b', extra: 'x' },
      }),
    );
    const [statement] = decision.policies.find(({ type }) => type === 'grant')?.statements ?? [];
    const key = (name: string) => ({
      operator: 'EncryptionContextEquals',
      key: `kms:EncryptionContext:${name}`,
    });
    expect(statement?.matches).toEqual([
      { part: 'Principal', matched: true, wanted: alice, got: alice },
      { part: 'Action', matched: true, wanted: 'Encrypt, Decrypt', got: 'Encrypt' },
      { part: 'Condition', matched: false, wanted: 'a', got: 'b', condition: key('app') },
      { part: 'Condition', matched: false, wanted: 't', got: undefined, condition: key('team') },
      { part: 'Condition', matched: false, wanted: '', got: 'x', condition: key('extra') },
    ]);
  });
});

describe('isNarrowerGrant', () => {
  const parent: GrantTerms = {
    Operations: ['Encrypt', 'Decrypt', 'CreateGrant'],
    Constraints: { EncryptionContextSubset: app },
  };
  const child = (Constraints: GrantTerms['Constraints'], ...Operations: string[]): GrantTerms => ({
    Operations,
    Constraints,
  });
  const table: readonly (readonly [
    title: string,
    parent: GrantTerms,
    child: GrantTerms,
    narrower: boolean,
  ])[] = [
    ['the same', parent, parent, true],
    ['fewer operations', parent, child({ EncryptionContextSubset: app }, 'Decrypt'), true],
    ['another operation', parent, child({ EncryptionContextSubset: app }, 'Sign'), false],
    ['no constraint', parent, child(undefined, 'Decrypt'), false],
    [
      'a larger subset is stricter',
      parent,
      child({ EncryptionContextSubset: { ...app, b: 'b' } }, 'Decrypt'),
      true,
    ],
    ['another subset', parent, child({ EncryptionContextSubset: { b: 'b' } }, 'Decrypt'), false],
    ['equals is stricter than subset', parent, child({ EncryptionContextEquals: app }, 'Decrypt'), true],
    [
      'subset is looser than equals',
      child({ EncryptionContextEquals: app }, 'Decrypt'),
      child({ EncryptionContextSubset: app }, 'Decrypt'),
      false,
    ],
    [
      'a larger equals is another',
      child({ EncryptionContextEquals: app }, 'Decrypt'),
      child({ EncryptionContextEquals: { ...app, b: 'b' } }, 'Decrypt'),
      false,
    ],
    [
      'a constraint of one’s own',
      child(undefined, 'Decrypt'),
      child({ EncryptionContextEquals: app }, 'Decrypt'),
      true,
    ],
    ['the SourceArn dropped', child({ SourceArn: 'arn:x' }, 'Decrypt'), child(undefined, 'Decrypt'), false],
    [
      'the SourceArn kept',
      child({ SourceArn: 'arn:x' }, 'Decrypt'),
      child({ SourceArn: 'arn:x' }, 'Decrypt'),
      true,
    ],
  ];
  test.each(table)('[policy.md §6] %s', (_, from, made, narrower) => {
    expect(isNarrowerGrant(from, made)).toBe(narrower);
  });
});
