import { describe, expect, test } from 'vitest';
import { openLab } from '../index.ts';
import {
  maskInput,
  partOfAccount,
  studyDenial,
  worldOf,
  type DenialInput,
  type DenialReport,
} from './index.ts';
import { readMessage } from './message.ts';

const key = 'arn:aws:kms:eu-west-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const alice = 'arn:aws:iam::210987654321:user/alice';
const session = 'arn:aws:sts::210987654321:assumed-role/App/i-0abc';
const policy = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const delegating = policy({
  Sid: 'Iam',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210987654321:root' },
  Action: 'kms:*',
  Resource: '*',
});
const ok = (report: DenialReport): Extract<DenialReport, { ok: true }> => {
  if (!report.ok) throw new Error(JSON.stringify(report.faults));
  return report;
};

describe('AWS’s sentences read back (policy.md §8)', () => {
  const identity = 'because no identity-based policy allows the kms:Decrypt action';
  const start = (who = alice) => `User: ${who} is not authorized to perform: kms:Decrypt`;
  test.each<readonly [string, string, object, string | undefined]>([
    [
      'row 1',
      `${start()} on resource: ${key} ${identity}`,
      { kind: 'implicitDeny', policy: 'identityPolicy' },
      key,
    ],
    [
      'row 2',
      `${start(session)} on resource: ${key} because no resource-based policy allows the kms:Decrypt action`,
      { kind: 'implicitDeny', policy: 'keyPolicy' },
      key,
    ],
    ...(
      [
        ['a resource-based policy', 'keyPolicy'],
        ['an identity-based policy', 'identityPolicy'],
        ['a service control policy', 'serviceControlPolicy'],
        ['a resource control policy', 'resourceControlPolicy'],
        ['a permissions boundary', 'permissionsBoundary'],
        ['a session policy', 'sessionPolicy'],
        ['a VPC endpoint policy', 'endpointPolicy'],
      ] as const
    ).map(
      ([words, type]) =>
        [
          `row 3, ${type}`,
          `${start()} on resource: ${key} with an explicit deny in ${words}`,
          { kind: 'explicitDeny', policy: type },
          key,
        ] as const,
    ),
    ...(
      [
        ['service control policy', 'serviceControlPolicy'],
        ['permissions boundary', 'permissionsBoundary'],
        ['session policy', 'sessionPolicy'],
        ['VPC endpoint policy', 'endpointPolicy'],
      ] as const
    ).map(
      ([words, type]) =>
        [
          `row 4, ${type}`,
          `${start()} on resource: ${key} because no ${words} allows the kms:Decrypt action`,
          { kind: 'implicitDeny', policy: type },
          key,
        ] as const,
    ),
    [
      'row 5',
      `${start()} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
      { kind: 'hidden' },
      undefined,
    ],
    [
      'row 7',
      `${start()} on the resource associated with this ciphertext ${identity}`,
      { kind: 'implicitDeny', policy: 'identityPolicy' },
      undefined,
    ],
    [
      'row 8',
      `${start()} on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
      { kind: 'hidden' },
      undefined,
    ],
    ['without a reason', `${start()} on resource: ${key}`, { kind: 'unsaid' }, key],
    ['without resource and reason', start(), { kind: 'unsaid' }, undefined],
    [
      'as the CLI prints it',
      `An error occurred (AccessDeniedException) when calling the Decrypt operation: ${start()} on resource: ${key} ${identity}`,
      { kind: 'implicitDeny', policy: 'identityPolicy' },
      key,
    ],
    [
      'as the SDK for Java prints it',
      `${start()} on resource: ${key} with an explicit deny in an identity-based policy (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)`,
      { kind: 'explicitDeny', policy: 'identityPolicy' },
      key,
    ],
    [
      'broken into lines by a terminal',
      `AccessDeniedException: ${start()} on\n  resource: ${key} because no\n  identity-based policy allows the kms:Decrypt action`,
      { kind: 'implicitDeny', policy: 'identityPolicy' },
      key,
    ],
    [
      'with quotes',
      `User: "${alice}" is not authorized to perform: "kms:Decrypt" on resource: "${key}"`,
      { kind: 'unsaid' },
      key,
    ],
  ])('%s', (_, text, said, resource) => {
    const read = readMessage(text);
    expect(read).toMatchObject({ ok: true, facts: { action: 'kms:Decrypt', said, resource } });
  });

  test('a newer sentence names the policy', () => {
    const read = readMessage(
      `${start()} on resource: ${key} with an explicit deny in a service control policy: arn:aws:organizations::999999999999:policy/o-abc/service_control_policy/p-xyz`,
    );
    expect(read).toMatchObject({
      facts: { said: { policy: 'serviceControlPolicy', policyArn: expect.stringContaining('p-xyz') } },
    });
  });
  test('a trust policy’s two sentences', () => {
    const who = `User: ${alice} is not authorized to perform: sts:AssumeRole`;
    expect(readMessage(`${who} because no role trust policy allows the sts:AssumeRole action`)).toMatchObject(
      {
        facts: { said: { kind: 'implicitDeny', policy: 'trustPolicy' } },
      },
    );
    expect(readMessage(`${who} with an explicit deny in the role trust policy`)).toMatchObject({
      facts: { said: { kind: 'explicitDeny', policy: 'trustPolicy' } },
    });
  });
  test.each([
    ['nothing of it', 'hello', 'hello', /no sentence/],
    ['the code alone', 'An error occurred (AccessDeniedException)', ')', /only the code/],
    ['no ARN', 'User: alice is not authorized to perform: kms:Decrypt', 'alice', /ARN of a caller/],
    [
      'an unknown policy type',
      `${start()} with an explicit deny in a dress code`,
      'dress code',
      /dress code/,
    ],
    [
      'an encoded message',
      'Encoded authorization failure message: abcdef',
      'Encoded',
      /decode-authorization-message/,
    ],
  ])('a malformed text says where: %s', (_, text, at, why) => {
    const read = readMessage(text);
    if (read.ok) throw new Error('it was read');
    expect(text.slice(read.at).startsWith(at)).toBe(true);
    expect(read.why).toMatch(why);
  });
});

const message = `User: ${session} is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`;
const ofApp = policy({
  Sid: 'Write',
  Effect: 'Allow',
  Action: ['kms:Encrypt', 'kms:GenerateDataKey'],
  Resource: key,
});

describe('a denial decided again', () => {
  test('is reproduced, with the smallest change that would allow it', () => {
    const report = ok(studyDenial({ denial: message, keyPolicy: delegating, identityPolicies: ofApp }));
    expect(report.verdict).toBe('reproduced');
    expect(report.decision.message).toBe(message);
    const [first] = report.proposals;
    expect(first?.edits).toHaveLength(1);
    const fixed = report.proposals.find(({ edits }) => edits[0]?.change.target.type === 'identityPolicy')
      ?.edits[0]?.after;
    // Mended: the same question over the changed document is allowed.
    expect(
      ok(studyDenial({ denial: message, keyPolicy: delegating, identityPolicies: fixed ?? '' })).verdict,
    ).toBe('allowed');
  });
  test('documents are taken as the calls answer them: escaped, URL-encoded, wrapped, several', () => {
    const wrapped = JSON.stringify({ Policy: delegating, PolicyName: 'default' });
    const role = JSON.stringify({
      RoleName: 'App',
      PolicyName: 'write',
      PolicyDocument: encodeURIComponent(ofApp),
    });
    const version = JSON.stringify({
      PolicyVersion: { VersionId: 'v3', Document: JSON.parse(ofApp) as object },
    });
    const report = ok(
      studyDenial({ denial: message, keyPolicy: wrapped, identityPolicies: `${role}\n\n${version}` }),
    );
    expect(report.verdict).toBe('reproduced');
    expect(report.request.identityPolicies.map(({ name }) => name)).toEqual([
      'write',
      'identity policy 2 v3',
    ]);
  });
  test('a Deny of an SCP that was not pasted cannot be reproduced, and that is said', () => {
    const denial = `User: ${alice} is not authorized to perform: kms:Decrypt on resource: ${key} with an explicit deny in a service control policy`;
    const report = ok(studyDenial({ denial, keyPolicy: delegating }));
    expect(report.verdict).toBe('cannot');
    expect(report.lacks).toBe('serviceControlPolicies');
    expect(report.proposals).toEqual([]);
    const scp = policy({ Sid: 'NoDecrypt', Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' });
    const pasted = ok(studyDenial({ denial, keyPolicy: delegating, serviceControlPolicies: scp }));
    expect(pasted.verdict).toBe('reproduced');
    expect(pasted.unknown).toContainEqual({ what: 'assumed', field: 'identityPolicies' });
  });
  test('a condition key that nobody told is named, and can be given', () => {
    const tagged = policy({
      Sid: 'ByTag',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'people' } },
    });
    const report = ok(studyDenial({ denial: message, keyPolicy: delegating, identityPolicies: tagged }));
    expect(report.verdict).toBe('reproduced');
    expect(report.unknown).toContainEqual({
      what: 'conditionKey',
      key: 'aws:PrincipalTag/team',
      policy: 'identityPolicy',
      where: 'ByTag',
    });
    const told = {
      denial: message,
      keyPolicy: delegating,
      identityPolicies: tagged,
      context: { 'aws:PrincipalTag/team': 'people' },
    };
    expect(ok(studyDenial(told)).verdict).toBe('allowed');
  });
  test('another reason than AWS’s is told as such', () => {
    const denial = `User: ${alice} is not authorized to perform: kms:Decrypt on resource: ${key} with an explicit deny in a resource-based policy`;
    expect(
      ok(
        studyDenial({
          denial,
          keyPolicy: policy({
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::210987654321:user/bob' },
            Action: 'kms:*',
            Resource: '*',
          }),
        }),
      ).verdict,
    ).toBe('otherReason');
  });
  test('another account’s key: the sentence that hides which', () => {
    const denial = `User: arn:aws:iam::444455556666:user/bob is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
    const report = ok(studyDenial({ denial, keyPolicy: delegating, keyArn: key }));
    expect(report.verdict).toBe('reproduced');
    expect(report.proposals.length).toBeGreaterThan(0);
  });
  test('a role’s trust policy', () => {
    const denial = `User: ${alice} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Deploy because no role trust policy allows the sts:AssumeRole action`;
    const trustPolicy = policy({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::210987654321:user/bob' },
      Action: 'sts:AssumeRole',
    });
    const report = ok(
      studyDenial({
        denial,
        trustPolicy,
        identityPolicies: policy({ Effect: 'Allow', Action: 'sts:*', Resource: '*' }),
      }),
    );
    expect(report.decision.policies.find(({ type }) => type === 'keyPolicy')?.name).toBe('trust policy');
    expect(report.verdict).toBe('reproduced');
  });
  test.each<[string, DenialInput, object]>([
    [
      'a policy',
      { denial: message, keyPolicy: '{\n  "Version": "2012-10-17",\n  "Statement": [}' },
      { field: 'keyPolicy', line: 3, column: 17 },
    ],
    [
      'the second of two',
      { denial: message, identityPolicies: `${ofApp}\n{"Statement": oops}` },
      { field: 'identityPolicies', line: 2, column: 15 },
    ],
    [
      'an SCP of the second level',
      {
        denial: message,
        serviceControlPolicies: `${policy({ Effect: 'Allow', Action: '*', Resource: '*' })}\n---\n{ nope }`,
      },
      { field: 'serviceControlPolicies', line: 3 },
    ],
    ['an event', { denial: '{"eventName": "Decrypt",\n "errorCode": }' }, { field: 'denial', line: 2 }],
    ['no policy at all', { denial: message, keyPolicy: '{"a": 1}' }, { field: 'keyPolicy', line: 1 }],
    [
      'a served event',
      { denial: '{"eventName":"Decrypt","eventSource":"kms.amazonaws.com","userIdentity":{}}' },
      { field: 'denial' },
    ],
    [
      'another service',
      { denial: `User: ${alice} is not authorized to perform: s3:GetObject` },
      { field: 'denial' },
    ],
    [
      'the old sentence',
      {
        denial:
          'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      },
      { field: 'principal' },
    ],
  ])('a malformed paste is told with its place: %s', (_, input, fault) => {
    const report = studyDenial(input);
    if (report.ok) throw new Error('it was read');
    expect(report.faults[0]).toMatchObject(fault);
    expect(report.faults[0]?.why).not.toBe('');
  });
  test('credentials are refused; the access key of a CloudTrail record is not one', () => {
    // Not AWS's own example, and not a real one.
    const secret = `aws_secret_access_key = ${'Qw7'.repeat(13)}x`;
    const report = studyDenial({ denial: `${message}\n${secret}` });
    expect(report).toMatchObject({
      ok: false,
      faults: [{ field: 'denial', line: 2, why: expect.stringContaining('secret') }],
    });
    expect(studyDenial({ denial: JSON.stringify(event) }).ok).toBe(true);
  });
});

const event = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLEEXAMPLEEXA:i-0abc',
    arn: session,
    accountId: '210987654321',
    accessKeyId: 'ASIAQWERTYUIOPASDFGH',
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::210987654321:role/service/App', userName: 'App' },
      attributes: { creationDate: '2026-11-18T09:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  eventTime: '2026-11-18T09:14:07Z',
  eventSource: 'kms.amazonaws.com',
  eventName: 'Decrypt',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '203.0.113.9',
  errorCode: 'AccessDenied',
  errorMessage: message,
  requestParameters: { encryptionContext: { app: 'payroll' }, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  resources: [{ accountId: '210987654321', type: 'AWS::KMS::Key', ARN: key }],
  vpcEndpointId: 'vpce-0123456789abcdef0',
};

describe('a CloudTrail event', () => {
  const texts = {
    record: JSON.stringify(event, undefined, 2),
    'log file': JSON.stringify({ Records: [{ ...event, errorCode: undefined }, event] }),
    'lookup-events': JSON.stringify({ Events: [{ EventId: '1', CloudTrailEvent: JSON.stringify(event) }] }),
    EventBridge: JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', detail: event }),
  };
  test.each(Object.entries(texts))('as %s: who, what, with which context', (_, denial) => {
    const context = policy({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:EncryptionContext:app': 'payroll', 'aws:SourceVpce': 'vpce-other' } },
    });
    const report = ok(studyDenial({ denial, keyPolicy: delegating, identityPolicies: context }));
    expect(report.verdict).toBe('reproduced');
    // The role's path comes from the session issuer.
    expect(report.request.identity.principal).toBe('arn:aws:iam::210987654321:role/service/App');
    const matches =
      report.decision.policies.find(({ type }) => type === 'identityPolicy')?.statements[0]?.matches ?? [];
    const conditions = matches
      .filter(({ part }) => part === 'Condition')
      .map(({ got, matched }) => [got, matched]);
    expect(conditions).toContainEqual(['payroll', true]);
    expect(conditions).toContainEqual(['vpce-0123456789abcdef0', false]);
  });
  test('a call by a service carries what it was called through', () => {
    const byS3 = {
      ...event,
      userIdentity: { ...event.userIdentity, invokedBy: 's3.amazonaws.com' },
      sourceIPAddress: 's3.amazonaws.com',
      vpcEndpointId: undefined,
    };
    const report = ok(studyDenial({ denial: JSON.stringify(byS3), keyPolicy: delegating }));
    expect(report.request.context).toMatchObject({
      'kms:ViaService': 's3.eu-west-1.amazonaws.com',
      'aws:ViaAWSService': 'true',
    });
  });
});

describe('masked account numbers', () => {
  const inputs: readonly DenialInput[] = [
    { denial: message, keyPolicy: delegating, identityPolicies: ofApp },
    { denial: JSON.stringify(event), keyPolicy: delegating, identityPolicies: ofApp },
    {
      denial: `User: arn:aws:iam::987654321098:user/bob is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
      keyPolicy: policy({
        Effect: 'Allow',
        Principal: '*',
        Action: 'kms:*',
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': ['987654321098', '111122223333'] } },
      }),
    },
  ];
  test('decide as before, and no real number is left', () => {
    for (const input of inputs) {
      const before = ok(studyDenial(input));
      const { input: masked, masker } = maskInput(input);
      const after = ok(studyDenial(masked));
      const told = ({ decision, verdict, proposals }: typeof before) => ({
        kind: decision.kind,
        by: decision.decidedBy,
        verdict,
        proposals: proposals.map(({ edits }) => edits.map(({ change }) => change.kind)),
      });
      expect(told(after)).toEqual(told(before));
      expect(after.decision.message).toBe(masker.mask(before.decision.message));
      for (const real of masker.accounts.keys())
        if (![...masker.accounts.values()].includes(real)) expect(JSON.stringify(masked)).not.toContain(real);
    }
  });
  test('the end of a key ID is no account; a name that holds a number is masked too', () => {
    const { input } = maskInput({
      denial:
        'arn:aws:kms:eu-west-1:210987654321:key/1234abcd-12ab-34cd-56ef-123456789012 logs-210987654321-eu 2109-8765-4321',
    });
    expect(input.denial).toBe(
      'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-123456789012 logs-111122223333-eu 1111-2222-3333',
    );
  });
  test('a pattern over a part of a number is found, since masking would change it', () => {
    expect(
      partOfAccount({
        keyPolicy: '{"Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::2109*:role/x"}}}',
      }),
    ).toBe('2109*');
    expect(partOfAccount(inputs[0] ?? {})).toBeUndefined();
  });
});

test('the denial can be opened as a world, where the same call is denied for the same reason', async () => {
  const lab = await openLab({ store: 'memory' });
  const scp = policy({ Sid: 'NoDecrypt', Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' });
  const cases: readonly DenialInput[] = [
    { denial: message, keyPolicy: delegating, identityPolicies: ofApp },
    {
      denial: `User: ${session} is not authorized to perform: kms:Decrypt on resource: ${key} with an explicit deny in a service control policy`,
      keyPolicy: delegating,
      serviceControlPolicies: scp,
    },
    {
      denial: `User: ${alice} is not authorized to perform: kms:Decrypt on resource: ${key} because no permissions boundary allows the kms:Decrypt action`,
      keyPolicy: delegating,
      permissionsBoundary: ofApp,
    },
  ];
  for (const input of cases) {
    const report = ok(studyDenial(input));
    const { info, principal, key: made, region, problems } = await worldOf(lab, report, 'A denial');
    expect(problems).toEqual([]);
    const world = await lab.openWorld(info.id);
    const { decisions } = await world.explain({
      operation: 'GenerateDataKey',
      input: { KeyId: made, KeySpec: 'AES_256' },
      principal,
      region,
    });
    expect(decisions).toHaveLength(1);
    const matrix = await world.accessMatrix({
      key: made ?? ('' as never),
      principals: [principal],
      operations: ['Decrypt'],
    });
    expect(matrix.rows[0]?.[0]).toMatchObject({
      kind: report.decision.kind,
      decidedBy: report.decision.decidedBy,
    });
  }
  await lab.close();
});
