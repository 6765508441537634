import { parseAccountId, type AccountId } from '../model/index.ts';
import type { Asked } from './compile.ts';
import { contextIn } from './context.ts';
import { accountOfPrincipal, selfOrRole, type Via } from './principals.ts';
import type {
  AccessRequest,
  Asker,
  GrantConstraints,
  GrantFacts,
  GrantTerms,
  Match,
  PolicyReason,
  StatementReason,
} from './types.ts';

/** policy.md §6, "Operations": what a grant can give. */
export const grantOperations = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
  'GetPublicKey',
  'DescribeKey',
  'CreateGrant',
  'RetireGrant',
] as const;

export const issuerOf = ({ IssuingAccount }: GrantFacts): AccountId | undefined =>
  parseAccountId(accountOfPrincipal(IssuingAccount) ?? '');

/** How a principal of a grant covers the caller. An account is its root user, and leaves the others to IAM. */
export function grantCovers(
  principal: string | undefined,
  service: string | undefined,
  identity: Asker,
): Via | undefined {
  // Grants that services make for themselves list a service's name as GranteePrincipal (policy.md §6).
  if (identity.kind === 'service') {
    return identity.arn === service || identity.arn === principal ? 'self' : undefined;
  }
  if (principal === undefined) return undefined;
  if (principal === identity.arn) return selfOrRole(identity);
  if (principal === identity.principal) return 'role';
  // A service's infrastructure, by its unique id: `111122223333:aws:ec2-infrastructure:i-…` (services.json EBS).
  if (
    identity.kind === 'session' &&
    principal === `${identity.principalId}:${identity.arn.slice(identity.arn.lastIndexOf('/') + 1)}`
  )
    return 'self';
  return accountOfPrincipal(principal) === identity.account ? 'account' : undefined;
}

const pairsOf = (context: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(context);

const pair = (operator: string, key: string, wanted: string, got: string | undefined): Match => ({
  part: 'Condition',
  matched: got !== undefined && got === wanted,
  wanted,
  got,
  condition: { operator, key: `kms:EncryptionContext:${key}` },
});

const own = (of: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined;

const contextPrefix = 'kms:encryptioncontext:';

/** The request's encryption context, from the condition keys when it is not given itself. */
export function contextOf(request: AccessRequest): Readonly<Record<string, string>> {
  if (request.encryptionContext) return request.encryptionContext;
  return Object.fromEntries(
    Object.entries(contextIn(request)).flatMap(([key, value]) =>
      key.toLowerCase().startsWith(contextPrefix)
        ? [[key.slice(contextPrefix.length), typeof value === 'string' ? value : value.join(', ')]]
        : [],
    ),
  );
}

/** Each pair by itself, so that a reader sees which one failed. OURS: names and values compare with their case. */
function constraintMatches(
  { Constraints }: GrantTerms,
  operation: string,
  request: AccessRequest,
  asked: Asked,
): readonly Match[] {
  const matches: Match[] = [];
  const equals = Constraints?.EncryptionContextEquals;
  const subset = Constraints?.EncryptionContextSubset;
  // policy.md §6: ignored for DescribeKey and RetireGrant. CreateGrant has no context: the new grant's terms count.
  const asks = operation !== 'DescribeKey' && operation !== 'RetireGrant' && operation !== 'CreateGrant';
  if (asks && (equals ?? subset)) {
    const context = contextOf(request);
    for (const [key, value] of pairsOf(subset ?? {}))
      matches.push(pair('EncryptionContextSubset', key, value, own(context, key)));
    for (const [key, value] of pairsOf(equals ?? {}))
      matches.push(pair('EncryptionContextEquals', key, value, own(context, key)));
    if (equals) {
      for (const [key, value] of pairsOf(context)) {
        if (own(equals, key) === undefined)
          matches.push({ ...pair('EncryptionContextEquals', key, '', value), matched: false });
      }
    }
  }
  const sourceArn = Constraints?.SourceArn;
  // policy.md §6: judged only when a service makes the request, and not for RetireGrant.
  if (sourceArn !== undefined && asked.identity.kind === 'service' && operation !== 'RetireGrant') {
    const got = asked.context.values('aws:sourcearn')?.[0];
    matches.push({
      part: 'Condition',
      matched: got === sourceArn,
      wanted: sourceArn,
      got,
      condition: { operator: 'SourceArn', key: 'aws:SourceArn' },
    });
  }
  return matches;
}

const includes = (big: Readonly<Record<string, string>>, small: Readonly<Record<string, string>>): boolean =>
  pairsOf(small).every(([key, value]) => own(big, key) === value);

function isStricter(parent: GrantConstraints, child: GrantConstraints): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn } = parent;
  if (SourceArn !== undefined && child.SourceArn !== SourceArn) return false;
  if (equals) {
    const same = child.EncryptionContextEquals;
    return same !== undefined && includes(same, equals) && includes(equals, same);
  }
  if (!subset) return true;
  const more = child.EncryptionContextEquals ?? child.EncryptionContextSubset;
  return more !== undefined && includes(more, subset);
}

/**
 * May the holder of a grant with CreateGrant hand this on? Only some of its operations, and under constraints at least as
 * strict (policy.md §6). OURS: a SourceArn has to be handed on as it is.
 */
export const isNarrowerGrant = (parent: GrantTerms, child: GrantTerms): boolean =>
  child.Operations.every((operation) => parent.Operations.includes(operation)) &&
  isStricter(parent.Constraints ?? {}, child.Constraints ?? {});

function handingOn(grant: GrantTerms, child: GrantTerms): readonly Match[] {
  const matches: Match[] = child.Operations.map((operation) => ({
    part: 'Condition',
    matched: grant.Operations.includes(operation),
    wanted: grant.Operations.join(', '),
    got: operation,
    condition: { operator: 'Operations', key: 'kms:GrantOperations' },
  }));
  const { Constraints: wanted = {} } = grant;
  if (Object.values(wanted).some((value) => value !== undefined)) {
    matches.push({
      part: 'Condition',
      matched: isStricter(wanted, child.Constraints ?? {}),
      wanted: JSON.stringify(wanted),
      got: JSON.stringify(child.Constraints ?? {}),
      condition: { operator: 'Constraints', key: 'kms:GrantConstraintType' },
    });
  }
  return matches;
}

function reasonOf(
  index: number,
  sid: string | undefined,
  via: Via | undefined,
  isRoot: boolean,
  matches: readonly Match[],
): StatementReason {
  const applies = matches.every(({ matched }) => matched);
  const reason = {
    index,
    sid,
    effect: 'Allow' as const,
    applies,
    delegates: applies && via === 'account' && !isRoot,
    matches,
  };
  return via === undefined ? reason : { ...reason, via };
}

const verdictOf = (statements: readonly StatementReason[]): PolicyReason['verdict'] => {
  if (statements.some(({ applies, delegates }) => applies && !delegates)) return 'allows';
  return statements.some(({ delegates }) => delegates) ? 'delegates' : 'silent';
};

const principalMatch = (wanted: string | undefined, via: Via | undefined, identity: Asker): Match => ({
  part: 'Principal',
  matched: via !== undefined,
  wanted: wanted ?? '',
  got: via === 'role' ? identity.principal : identity.arn,
});

const operationMatch = (operations: readonly string[], operation: string): Match => ({
  part: 'Action',
  matched: operations.includes(operation) && grantOperations.some((grantable) => grantable === operation),
  wanted: operations.join(', '),
  got: operation,
});

/** `kms:ReEncryptFrom` is the operation `ReEncryptFrom` of grants. */
export const operationOf = (action: string): string => action.slice(action.indexOf(':') + 1);

/** What one grant says: its operations to its grantee. It is silent or allows, it never denies. */
export function judgeGrant(grant: GrantFacts, request: AccessRequest, asked: Asked): PolicyReason {
  const operation = operationOf(asked.action);
  const { GranteePrincipal: principal, GranteeServicePrincipal: service } = grant;
  const via = grantCovers(principal, service, asked.identity);
  const matches = [
    principalMatch(principal ?? service, via, asked.identity),
    operationMatch(grant.Operations, operation),
    ...constraintMatches(grant, operation, request, asked),
    ...(operation === 'CreateGrant' && request.creates ? handingOn(grant, request.creates) : []),
  ];
  const statements = [reasonOf(0, undefined, via, asked.identity.kind === 'root', matches)];
  return { type: 'grant', name: grant.grantId, verdict: verdictOf(statements), statements };
}

/** Who may retire a grant: policy.md §6, "Retire". The three ways are shown as three statements. */
export function judgeRetiring(grant: GrantFacts, asked: Asked): PolicyReason {
  const { identity } = asked;
  const isRoot = identity.kind === 'root';
  const retiring = grantCovers(grant.RetiringPrincipal, grant.RetiringServicePrincipal, identity);
  const grantee = grantCovers(grant.GranteePrincipal, grant.GranteeServicePrincipal, identity);
  const issuer = issuerOf(grant);
  const issuing = issuer !== undefined && issuer === identity.account ? 'account' : undefined;
  const statements = [
    reasonOf(0, 'RetiringPrincipal', retiring, isRoot, [
      principalMatch(grant.RetiringPrincipal ?? grant.RetiringServicePrincipal, retiring, identity),
    ]),
    reasonOf(1, 'GranteePrincipal', grantee, isRoot, [
      principalMatch(grant.GranteePrincipal ?? grant.GranteeServicePrincipal, grantee, identity),
      operationMatch(grant.Operations, 'RetireGrant'),
    ]),
    reasonOf(2, 'IssuingAccount', issuing, isRoot, [principalMatch(grant.IssuingAccount, issuing, identity)]),
  ];
  return { type: 'grant', name: grant.grantId, verdict: verdictOf(statements), statements };
}
