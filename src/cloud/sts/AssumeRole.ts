import {
  epochMs,
  managedPolicyText,
  operation,
  parseAccountId,
  parseArn,
  ref,
  refuse,
  secretOf,
  textFor,
  toBase64,
  type AccountId,
  type ConditionKeys,
  type Decision,
  type Operation,
  type Permission,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type SessionRec,
  type Step,
} from '../../engine/index.ts';
import { trustAsResourcePolicy, identityDocumentFault } from '../iam/documents.ts';
import { defaultSessionSeconds } from '../iam/roles.ts';
import { requestTagKeys, tagsFault, type Tag } from '../iam/tags.ts';
import { upperLetters } from '../ids.ts';

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

interface AssumeRoleRequest {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
  readonly Policy?: string;
  readonly DurationSeconds?: number;
  readonly Tags?: readonly Tag[];
  readonly TransitiveTagKeys?: readonly string[];
  readonly ExternalId?: string;
  readonly SerialNumber?: string;
  readonly TokenCode?: string;
  readonly SourceIdentity?: string;
}

/** Nobody: the trust policy of a role that is not there, or that came with the world without one. */
const trustsNobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:None', Resource: '*' }],
});

const withMfa = ({ SerialNumber, TokenCode }: AssumeRoleRequest): boolean =>
  SerialNumber !== undefined && TokenCode !== undefined;

const roleOf = (RoleArn: string, { view }: Step): PrincipalRec | undefined => {
  const rec = view.get(ref.principal(RoleArn as PrincipalArn)); // an ARN of anything else finds nothing
  return rec?.kind === 'role' ? rec : undefined;
};

const accountOf = (RoleArn: string, { identity }: Step): AccountId =>
  parseAccountId(parseArn(RoleArn)?.account ?? '') ?? identity.account;

/** Tags that come along from the caller's own session. */
const inherited = ({ identity: { session } }: Step): Readonly<Record<string, string>> =>
  session
    ? Object.fromEntries(
        Object.entries(session.tags).filter(([key]) => session.transitiveTagKeys.includes(key)),
      )
    : {};

const sourceIdentityOf = (input: AssumeRoleRequest, { identity }: Step): string | undefined =>
  identity.session?.sourceIdentity ?? input.SourceIdentity;

function contextOf(input: AssumeRoleRequest, step: Step): ConditionKeys {
  const { ExternalId, RoleSessionName, Tags = [], TransitiveTagKeys = [] } = input;
  const source = sourceIdentityOf(input, step);
  const tags = Object.entries(roleOf(input.RoleArn, step)?.tags ?? {});
  return {
    'sts:RoleSessionName': RoleSessionName,
    ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
    ...(source === undefined ? {} : { 'sts:SourceIdentity': source }),
    ...(TransitiveTagKeys.length === 0 ? {} : { 'sts:TransitiveTagKeys': TransitiveTagKeys }),
    ...requestTagKeys(Tags),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    ...(withMfa(input) ? { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' } : {}),
  };
}

const troubleshooting = 'IAM User Guide, troubleshoot_access-denied';

/** IAM User Guide, "Troubleshoot access denied error messages": the two sentences of trust policies. */
const worded =
  (action: string, { identity }: Step) =>
  (decision: Decision): Decision => {
    const policies = decision.policies.map((reason) =>
      reason.type === 'keyPolicy' ? { ...reason, name: 'trust policy' } : reason,
    );
    if (identity.kind === 'root') {
      // OURS: the reference has no text; it is the one that people quote.
      const message = 'Roles may not be assumed by root accounts.';
      return {
        ...decision,
        policies,
        allowed: false,
        kind: 'implicitDeny',
        decidedBy: 'keyPolicy',
        message,
        because: 'STS API Reference, AssumeRole',
      };
    }
    if (decision.allowed || decision.decidedBy !== 'keyPolicy') return { ...decision, policies };
    const start = `User: ${identity.arn} is not authorized to perform: ${action}`;
    const message =
      decision.kind === 'explicitDeny'
        ? `${start} with an explicit deny in the role trust policy`
        : `${start} because no role trust policy allows the ${action} action`;
    return { ...decision, policies, message, because: troubleshooting };
  };

function permissionsOf(input: AssumeRoleRequest, step: Step): readonly Permission[] {
  const actions = [
    'sts:AssumeRole',
    // IAM User Guide, id_session-tags and id_credentials_temp_control-access_monitor.
    ...((input.Tags ?? []).length > 0 ? ['sts:TagSession'] : []),
    ...(input.SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  const role = roleOf(input.RoleArn, step);
  const trust = role && step.view.get(ref.trustPolicy(role.arn));
  const document = trust ? trustAsResourcePolicy(textFor(trust, step.identity)) : trustsNobody;
  return actions.map((action) => ({
    action,
    resource: input.RoleArn,
    trust: { account: accountOf(input.RoleArn, step), document, worded: worded(action, step) },
  }));
}

const invalid = (message: string): Refusal =>
  refuse('ValidationError', message, 'STS API Reference, AssumeRole DurationSeconds');

/** OURS: the texts are those that people quote. */
function durationFault(seconds: number, role: PrincipalRec, { identity }: Step): Refusal | undefined {
  // A session of a role that takes another role: chaining, an hour at most whatever the role allows.
  if (identity.kind === 'session' && seconds > 3600) {
    return invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds > (role.maxSessionDuration ?? defaultSessionSeconds)
    ? invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    : undefined;
}

/** STS API Reference, AssumeRole: Policy and PolicyArns. */
const mostPolicyCharacters = 2048;
const mostPolicyArns = 10;

function sessionPolicyFault({ Policy, PolicyArns = [] }: AssumeRoleRequest, step: Step): Refusal | undefined {
  if (Policy !== undefined) {
    const fault = identityDocumentFault(Policy);
    if (fault) return fault;
    if (Policy.length > mostPolicyCharacters) return packedTooLarge;
  }
  if (PolicyArns.length > mostPolicyArns) return packedTooLarge;
  const lost = PolicyArns.find(({ arn = '' }) => managedPolicyText(arn, step.view) === undefined);
  // OURS: the text.
  return lost ? invalid(`Policy ${lost.arn ?? ''} does not exist or is not attachable.`) : undefined;
}

const packedTooLarge = refuse(
  'PackedPolicyTooLarge',
  'The session policies are larger than a session may have.', // OURS: the text
  'STS API Reference, AssumeRole errors',
);

interface AssumeRoleResponse {
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string;
    readonly Expiration: Date;
  };
  readonly AssumedRoleUser: { readonly AssumedRoleId: string; readonly Arn: string };
  readonly PackedPolicySize?: number;
  readonly SourceIdentity?: string;
}

export const AssumeRole: Operation = operation<AssumeRoleRequest, AssumeRoleResponse>({
  name: 'AssumeRole',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['ValidationError', 'MalformedPolicyDocument', 'PackedPolicyTooLarge', 'InvalidInput'],
  find: () => ({ keys: [] }),
  permissions: (input, _located, step) => permissionsOf(input, step),
  context: (input, _located, step) => contextOf(input, step),
  async run(input, _located, step) {
    const role = roleOf(input.RoleArn, step);
    if (!role) throw new Error(`"AssumeRole" was allowed on ${input.RoleArn}, which is not in the world`);
    const seconds = input.DurationSeconds ?? defaultSessionSeconds;
    const fault =
      durationFault(seconds, role, step) ?? tagsFault(input.Tags ?? []) ?? sessionPolicyFault(input, step);
    if (fault) return fault;
    const session = sessionFor(input, role, seconds, step);
    const { view, env } = step;
    const SessionToken = toBase64(env.random(96));
    view.put(ref.session(session.accessKeyId), session);
    view.put(ref.credential(session.accessKeyId), {
      accessKeyId: session.accessKeyId,
      principal: role.arn,
      sessionName: session.sessionName,
      sessionToken: SessionToken,
      expires: session.expires,
    });
    const SecretAccessKey = await secretOf({ view, env, note: () => {} }, session.accessKeyId);
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey,
        SessionToken,
        Expiration: new Date(session.expires),
      },
      AssumedRoleUser: { AssumedRoleId: `${role.principalId}:${session.sessionName}`, Arn: session.arn },
      ...(session.policy === undefined
        ? {}
        : { PackedPolicySize: Math.ceil((100 * session.policy.length) / mostPolicyCharacters) }),
      ...(session.sourceIdentity === undefined ? {} : { SourceIdentity: session.sourceIdentity }),
    };
  },
  trail: {
    request: [
      'RoleArn',
      'RoleSessionName',
      'DurationSeconds',
      'ExternalId',
      'SerialNumber',
      'SourceIdentity',
      'Tags',
      'TransitiveTagKeys',
      'Policy',
      'PolicyArns',
    ],
    // IAM User Guide, cloudtrail-integration: the role's account hears of it too, under one sharedEventID.
    resources: ({ RoleArn }) => {
      const accountId = parseArn(RoleArn)?.account ?? '';
      return parseAccountId(accountId) ? [{ accountId, type: 'AWS::IAM::Role', ARN: RoleArn }] : [];
    },
    // Neither the secret nor the token.
    response: ({ Credentials, AssumedRoleUser }) => ({
      credentials: {
        accessKeyId: Credentials.AccessKeyId,
        expiration: Credentials.Expiration.toISOString(),
      },
      assumedRoleUser: { assumedRoleId: AssumedRoleUser.AssumedRoleId, arn: AssumedRoleUser.Arn },
    }),
  },
});

function sessionFor(input: AssumeRoleRequest, role: PrincipalRec, seconds: number, step: Step): SessionRec {
  const { env } = step;
  const { RoleSessionName, Tags = [], TransitiveTagKeys = [] } = input;
  const passed = inherited(step);
  return {
    accessKeyId: `ASIA${upperLetters(16, env)}`,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${RoleSessionName}` as PrincipalArn,
    role: role.arn,
    roleId: role.principalId,
    sessionName: RoleSessionName,
    issued: env.at,
    expires: epochMs(env.at + seconds * 1000),
    policy: input.Policy,
    policyArns: (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []),
    // What came along from the session before cannot be changed on the way.
    tags: { ...Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])), ...passed },
    transitiveTagKeys: [...new Set([...Object.keys(passed), ...TransitiveTagKeys])],
    sourceIdentity: sourceIdentityOf(input, step),
    mfa: withMfa(input),
  };
}
