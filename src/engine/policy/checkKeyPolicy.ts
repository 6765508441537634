import { isRefusal, parseArn, rootArn, type AccountId, type Identity, type Refusal } from '../model/index.ts';
import { decide } from './decide.ts';
import type { PolicyDocument, PrincipalEntry } from './document.ts';
import { malformed, parsePolicy } from './parsePolicy.ts';
import { accountOfPrincipal } from './principals.ts';
import { isServiceName, type AccessRequest } from './types.ts';

export interface KeyPolicyCheck {
  readonly text: string;
  /** Who puts the policy: the caller must be able to put another one later. */
  readonly identity: Identity;
  readonly identityPolicies: AccessRequest['identityPolicies'];
  /** Owner of the key. */
  readonly account: AccountId;
  readonly keyArn: string;
  /** Asked with user, role and account root ARNs of any account, and with bare ids such as `AIDA…`. */
  readonly principalExists: (arn: string) => boolean;
  readonly bypassLockout: boolean;
  /** Condition keys of the present call, for conditions in the new policy. */
  readonly context?: AccessRequest['context'] | undefined;
}

/** `arn:aws:sts::A:assumed-role/R/S` and `arn:aws:sts::A:federated-user/N`. */
function sessionExists(arn: string, exists: (arn: string) => boolean): boolean {
  const parsed = parseArn(arn);
  const [kind, name, session, ...more] = parsed?.resource.split('/') ?? [];
  if (!parsed || !name || more.length > 0) return false;
  // OURS: a session ARN leaves out the role's path, so only a role without one can be looked up.
  if (kind === 'assumed-role' && session) {
    return exists(`arn:${parsed.partition}:iam::${parsed.account}:role/${name}`);
  }
  return kind === 'federated-user' && session === undefined && accountExists(parsed.account, exists);
}

// The model writes every account root with the partition `aws`, so the look-up does too.
const accountExists = (account: string, exists: (arn: string) => boolean): boolean =>
  exists(rootArn(account as AccountId)); // The caller has read twelve digits, or the look-up fails.

/** policy.md §3: principals must exist; no groups, no wildcards inside an ARN, no ids of what was deleted. */
function isValidPrincipal({ type, value }: PrincipalEntry, exists: (arn: string) => boolean): boolean {
  if (type === 'Service') return isServiceName(value);
  // OURS: policy.md knows no federated provider or canonical user as principal of a key policy.
  if (type !== 'AWS') return false;
  if (value === '*') return true;
  if (/[*?]/.test(value)) return false;
  const account = accountOfPrincipal(value);
  if (account !== undefined) return accountExists(account, exists);
  const arn = parseArn(value);
  if (!arn) return exists(value);
  if (arn.service === 'sts') return sessionExists(value, exists);
  return arn.service === 'iam' && /^(user|role)\/./.test(arn.resource) && exists(value);
}

/**
 * conditions.json, "multiOnSingle": ForAllValues on a single value of the encryption context, or on a tag of the request.
 * OURS: the exception's name is not known; the sentence is AWS's.
 */
function overlyPermissive({ statements }: PolicyDocument): Refusal | undefined {
  for (const { conditions } of statements) {
    for (const { use, key } of conditions) {
      const [, kind] = /^(kms:EncryptionContext:|aws:RequestTag\/)./i.exec(key) ?? [];
      if (use.set !== 'ForAllValues' || kind === undefined) continue;
      const what = kind.toLowerCase().startsWith('kms:') ? 'encryption context' : 'tag';
      return malformed(
        'Using the ForAllValues set operator with a single-valued condition key matches requests without the ' +
          `specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
        'conditions.json OverlyPermissiveCondition',
      );
    }
  }
  return undefined;
}

/** What CreateKey and PutKeyPolicy check before they take a policy: policy.md §3. */
export function checkKeyPolicy(check: KeyPolicyCheck): Refusal | undefined {
  const { text, identity, account, keyArn, principalExists } = check;
  const document = parsePolicy(text, 'key');
  if (isRefusal(document)) return document;
  const permissive = overlyPermissive(document);
  if (permissive) return permissive;
  const everyPrincipal = document.statements.flatMap(({ principal }) => principal?.items ?? []);
  if (!everyPrincipal.every((entry) => isValidPrincipal(entry, principalExists))) {
    return malformed('Policy contains a statement with one or more invalid principals.');
  }
  if (check.bypassLockout) return undefined;
  // OURS: policy.md §3 asks whether the key policy, or it and IAM, would let the caller put another; so ceilings (SCP, RCP,
  // boundary, session and endpoint policy) are not asked here. Whom they stop does not get as far as this check.
  const again = decide({
    identity,
    action: 'kms:PutKeyPolicy',
    resource: keyArn,
    resourceAccount: account,
    judgedOn: 'key',
    keyPolicy: text,
    identityPolicies: check.identityPolicies,
    worksAcrossAccounts: false,
    context: {
      'kms:CallerAccount': identity.account,
      'aws:PrincipalAccount': identity.account,
      'aws:PrincipalArn': identity.principal,
      ...check.context,
    },
  });
  return again.allowed
    ? undefined
    : malformed('The new key policy will not allow you to update the key policy in the future.');
}
