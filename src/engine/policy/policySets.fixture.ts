import type { PlainGrant } from './plainGrants.ts';
import type { PlainQuestion } from './plain.ts';

/*
 * Random policy sets over everything that the language has. Vocabularies are small, so that statements meet the request; the
 * odd forms (case, wildcards inside words, variables with defaults, empty lists, values that do not read) come up too.
 */

export const A = '111122223333';
export const B = '444455556666';
const keyArn = `arn:aws:kms:us-east-1:${A}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** Mulberry32: a seed is a set of policies. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const callers: readonly Pick<PlainQuestion, 'principal' | 'principalRoleArn'>[] = [
  { principal: `arn:aws:iam::${A}:user/Ann` },
  { principal: `arn:aws:iam::${A}:user/team/Path` },
  { principal: `arn:aws:iam::${A}:root` },
  { principal: A },
  { principal: `arn:aws:iam::${A}:role/App` },
  { principal: `arn:aws:sts::${A}:assumed-role/App/work` },
  {
    principal: `arn:aws:sts::${A}:assumed-role/Deep/work`,
    principalRoleArn: `arn:aws:iam::${A}:role/x/Deep`,
  },
  { principal: `arn:aws:sts::${A}:federated-user/Fred` },
  {
    principal: `arn:aws:sts::${A}:assumed-role/AWSServiceRoleForX/s`,
    principalRoleArn: `arn:aws:iam::${A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
  },
  { principal: `arn:aws:iam::${B}:user/Bob` },
  { principal: `arn:aws:iam::${B}:root` },
  { principal: `arn:aws:sts::${B}:assumed-role/Job/j1` },
  { principal: 's3.amazonaws.com' },
];

const principals: readonly string[] = [
  '*',
  A,
  `arn:aws:iam::${A}:root`,
  B,
  `arn:aws:iam::${B}:root`,
  `arn:aws:iam::${A}:user/Ann`,
  `arn:aws:iam::${A}:user/team/Path`,
  `arn:aws:iam::${A}:user/*`,
  `arn:aws:iam::${A}:role/App`,
  `arn:aws:iam::${A}:role/x/Deep`,
  `arn:aws:sts::${A}:assumed-role/App/work`,
  `arn:aws:sts::${A}:assumed-role/App/other`,
  `arn:aws:sts::${A}:assumed-role/Deep/work`,
  `arn:aws:sts::${A}:federated-user/Fred`,
  `arn:aws:iam::${A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
  `arn:aws:iam::${B}:user/Bob`,
  `arn:aws:iam::${B}:role/Job`,
  `arn:aws:sts::${B}:assumed-role/Job/j1`,
  'AIDAEXAMPLE1234567890',
];

const asks: readonly string[] = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:DescribeKey',
  'kms:CreateGrant',
  'kms:ListGrants',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:GetKeyPolicy',
  'kms:TagResource',
  'KMS:encrypt',
];
const actions: readonly string[] = [
  'kms:*',
  '*',
  'kms:Encrypt',
  'KMS:encrypt',
  'kms:Enc?ypt',
  'kms:*crypt*',
  'kms:ReEncrypt*',
  'kms:GenerateDataKey*',
  'kms:D*',
  'kms:Put*',
  'kms:CreateGrant',
  's3:*',
  'kms:Encryp',
];
const resources: readonly string[] = [
  '*',
  '*',
  keyArn,
  `arn:aws:kms:*:${A}:key/*`,
  `arn:aws:kms:us-east-1:${A}:*`,
  'arn:aws:kms:*:*:key/1234abcd-????-34cd-56ef-1234567890ab',
  'arn:aws:kms:us-east-1:*',
  'arn:aws:kms:*:key/*',
  'arn:aws:kms:us-*-1:*:key/*',
  `arn:aws:kms:us-east-1:${A}:alias/app`,
  `arn:aws:kms:us-east-1:${B}:key/*`,
  'arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*',
  'arn:aws:kms:us-east-1:${kms:CallerAccount}:*',
  `arn:aws:kms:us-east-1:${A}:key/\${aws:PrincipalTag/keyid, '1234abcd-12ab-34cd-56ef-1234567890ab'}`,
  'arn:aws:kms:us-east-1:${aws:PrincipalTag/team}:key/*',
];

interface Kind {
  readonly operators: readonly string[];
  readonly keys: readonly string[];
  readonly wanted: readonly unknown[];
  readonly got: readonly string[];
}
const both = (...names: readonly string[]): readonly string[] => names;
const ordered = (name: string): readonly string[] =>
  ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
    (order) => `${name}${order}`,
  );
const kinds: readonly Kind[] = [
  {
    operators: both(
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringLike',
      'StringNotLike',
    ),
    keys: ['kms:EncryptionContext:app', 'KMS:encryptioncontext:APP', 'aws:PrincipalTag/team', 'aws:username'],
    wanted: [
      'blue',
      'Blue',
      'b*',
      'bl?e',
      '*',
      '',
      'b.ue',
      '${aws:username}',
      "${aws:PrincipalTag/team, 'blue'}",
      'x-${aws:username}-*',
      '${*}',
      '${$}',
      '${',
      '${kms:EncryptionContextKeys}',
    ],
    got: ['blue', 'BLUE', 'b', '*', 'x-blue-1', '', 'b\nue', '$'],
  },
  {
    operators: both('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'),
    keys: ['kms:EncryptionContextKeys', 'aws:PrincipalOrgPaths', 'aws:CalledVia'],
    wanted: ['app', 'a*', 'o-1/r-1/*', 's3.amazonaws.com', 'App'],
    got: ['app', 'tier', 'o-1/r-1/ou-1/', 's3.amazonaws.com', 'a'],
  },
  {
    operators: both('ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'),
    keys: ['aws:PrincipalArn', 'aws:SourceArn'],
    wanted: [
      `arn:aws:iam::${A}:user/Ann`,
      `arn:aws:iam::${A}:role/*`,
      'arn:aws:iam::*:user/*',
      'arn:aws:*:*:*:*',
      'arn:aws:sns:us-east-1:*:a?arms',
      '*',
      'arn:aws:iam::*',
      'arn:aws:iam::${aws:PrincipalAccount}:*',
      `arn:aws:sns:*:${A}:*:x`,
      'nothing',
    ],
    got: [
      `arn:aws:iam::${A}:user/Ann`,
      `arn:aws:iam::${A}:role/App`,
      `arn:aws:sns:us-east-1:${A}:alarms`,
      `arn:aws:sns:us-east-1:${A}:alarms:x`,
      'nothing',
    ],
  },
  {
    operators: ordered('Numeric'),
    keys: ['aws:MultiFactorAuthAge', 'kms:RotationPeriodInDays'],
    wanted: [90, '90', '90.0', '-1', '1e2', 'many', '+5'],
    got: ['90', '89.5', '100', '-1', 'many', '5'],
  },
  {
    operators: ordered('Date'),
    keys: ['aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime'],
    wanted: ['2026-01-01T00:00:00Z', '1767225600', '2026-01-01', '2026-01-01T01:00:00+01:00', 'soon'],
    got: ['2026-01-01T00:00:00.000Z', '1767225600', '1767225601', '2025-12-31T23:59:59Z', 'soon'],
  },
  {
    operators: both('Bool'),
    keys: ['aws:SecureTransport', 'aws:MultiFactorAuthPresent', 'kms:GrantIsForAWSResource'],
    wanted: [true, false, 'true', 'False', 'yes', '${aws:SecureTransport}'],
    got: ['true', 'false', 'TRUE', 'yes'],
  },
  {
    operators: both('IpAddress', 'NotIpAddress'),
    keys: ['aws:SourceIp', 'aws:VpcSourceIp'],
    wanted: [
      '10.0.0.0/8',
      '10.1.2.3',
      '0.0.0.0/0',
      '2001:db8::/32',
      '::/0',
      '2001:DB8::1',
      '10.0.0.0/33',
      'home',
    ],
    got: ['10.1.2.3', '11.0.0.1', '2001:db8::1', '2001:db9::1', 'home', '::1'],
  },
  {
    operators: both('BinaryEquals'),
    keys: ['kms:RecipientAttestation:ImageSha384'],
    wanted: ['QmluYXJ5', 'QQ==', 'QQ', '!'],
    got: ['QmluYXJ5', 'QQ==', 'QQ'],
  },
];

/** One question with all its policies, from one seed. */
export function policySet(seed: number): PlainQuestion {
  const random = dice(seed);
  const chance = (p: number): boolean => random() < p;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // Never empty here.
  const some = <T>(items: readonly T[], most = 3): T | readonly T[] => {
    const n = 1 + Math.floor(random() * most);
    const chosen = Array.from({ length: n }, () => pick(items));
    return n === 1 && chance(0.5) ? (chosen[0] as T) : chosen;
  };

  const conditions = (): Record<string, Record<string, unknown>> => {
    const clauses: Record<string, Record<string, unknown>> = {};
    const n = chance(0.45) ? 0 : 1 + Math.floor(random() * 2);
    for (let i = 0; i < n; i++) {
      const kind = pick(kinds);
      const isNull = chance(0.12);
      const set = isNull || chance(0.65) ? '' : pick(['ForAllValues:', 'ForAnyValue:']);
      const operator = isNull ? 'Null' : `${set}${pick(kind.operators)}${chance(0.2) ? 'IfExists' : ''}`;
      const wanted = isNull
        ? some(['true', 'false', true, 'TRUE'], 1)
        : chance(0.03)
          ? []
          : some(kind.wanted);
      (clauses[operator] ??= {})[pick(kind.keys)] = wanted;
    }
    return clauses;
  };

  const principal = (): unknown => {
    if (chance(0.2)) return '*';
    const named: Record<string, unknown> = {};
    if (chance(0.92)) named['AWS'] = some(principals);
    if (chance(0.25) || named['AWS'] === undefined)
      named['Service'] = some(['s3.amazonaws.com', 'sns.amazonaws.com'], 2);
    if (chance(0.03)) named['Federated'] = 'cognito-identity.amazonaws.com';
    return named;
  };
  const either = (name: string, value: unknown, not: number) => ({
    [chance(not) ? `Not${name}` : name]: value,
  });

  const statement = (isKey: boolean, hasPrincipal: boolean, allow: number): Record<string, unknown> => {
    const Condition = conditions();
    return {
      ...(chance(0.2) ? { Sid: `S${Math.floor(random() * 1e9)}` } : {}),
      Effect: chance(allow) ? 'Allow' : 'Deny',
      ...(hasPrincipal ? either('Principal', principal(), 0.06) : {}),
      ...(isKey && chance(0.02) ? {} : either('Action', some(actions), 0.08)),
      ...(isKey && chance(0.02)
        ? {}
        : either('Resource', isKey && chance(0.6) ? '*' : some(resources), 0.06)),
      ...(Object.keys(Condition).length > 0 || chance(0.05) ? { Condition } : {}),
    };
  };
  const document = (isKey: boolean, hasPrincipal: boolean, allow = 0.82): object => {
    const n = 1 + Math.floor(random() * 4);
    const statements = Array.from({ length: n }, () => statement(isKey, hasPrincipal, allow));
    return {
      ...(chance(0.85) ? { Version: '2012-10-17' } : chance(0.5) ? { Version: '2008-10-17' } : {}),
      Statement: n === 1 && chance(0.5) ? statements[0] : statements,
    };
  };
  const wide = (hasPrincipal: boolean): object => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', ...(hasPrincipal ? { Principal: '*' } : {}), Action: '*', Resource: '*' }],
  });
  /** As people leave it, with something added, or anything. */
  const ceiling = (hasPrincipal: boolean): readonly object[] => {
    const roll = random();
    if (roll < 0.5) return [wide(hasPrincipal)];
    if (roll < 0.8) return [wide(hasPrincipal), document(false, hasPrincipal, 0.4)];
    return roll < 0.97 ? [document(false, hasPrincipal, 0.9)] : [];
  };
  const levels = (hasPrincipal: boolean): readonly (readonly object[])[] =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => ceiling(hasPrincipal));

  const context: Record<string, string | readonly string[]> = {};
  for (const kind of kinds) {
    for (const key of kind.keys) {
      if (!chance(0.5) || Object.keys(context).some((known) => known.toLowerCase() === key.toLowerCase()))
        continue;
      const many = key.endsWith('Keys') || key.endsWith('Paths') || key.endsWith('Via') || chance(0.06);
      context[key] = many
        ? Array.from({ length: Math.floor(random() * 4) }, () => pick(kind.got))
        : pick(kind.got);
    }
  }
  // Mostly filled in by the library.
  if (chance(0.8)) delete context['aws:PrincipalArn'];

  const grant = (): PlainGrant => ({
    ...(chance(0.15)
      ? { GranteeServicePrincipal: 's3.amazonaws.com' }
      : { GranteePrincipal: pick(principals.filter((one) => one.startsWith('arn:'))) }),
    Operations: [
      ...new Set([
        pick(['Encrypt', 'Decrypt', 'DescribeKey', 'CreateGrant']),
        pick(['GenerateDataKey', 'ReEncryptFrom', 'Encrypt']),
      ]),
    ],
    ...(chance(0.3)
      ? {
          Constraints: pick([
            { EncryptionContextSubset: { app: 'blue' } },
            { EncryptionContextEquals: { app: 'blue' } },
            { SourceArn: `arn:aws:sns:us-east-1:${A}:alarms` },
          ]),
        }
      : {}),
    ...(chance(0.3) ? { IssuingAccount: pick([A, B]) } : {}),
  });

  return {
    ...pick(callers),
    action: pick(asks),
    resource: keyArn,
    keyPolicy: document(true, true, 0.85),
    identityPolicies: Array.from({ length: Math.floor(random() * 3) }, () =>
      chance(0.3) ? wide(false) : document(false, false, 0.88),
    ),
    ...(chance(0.25) ? { permissionsBoundary: ceiling(false)[0] ?? wide(false) } : {}),
    ...(chance(0.25) ? { sessionPolicy: chance(0.7) ? document(false, false, 0.95) : [wide(false)] } : {}),
    ...(chance(0.3) ? { scps: levels(false) } : {}),
    ...(chance(0.25) ? { rcps: levels(true) } : {}),
    ...(chance(0.2) ? { endpointPolicy: ceiling(true)[0] ?? wide(true) } : {}),
    ...(chance(0.25) ? { grants: Array.from({ length: 1 + Math.floor(random() * 2) }, grant) } : {}),
    context,
  };
}
