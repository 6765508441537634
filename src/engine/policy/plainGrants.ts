import { rootArn, type AccountId } from '../model/index.ts';
import { grantOperations } from './grants.ts';
import { bad } from './inputError.ts';
import { accountOfPrincipal } from './principals.ts';
import type { GrantConstraints, GrantFacts } from './types.ts';

/** A grant as ListGrants answers it; what it does not say is filled in. */
export interface PlainGrant extends Omit<GrantFacts, 'grantId' | 'IssuingAccount'> {
  readonly GrantId?: string | undefined;
  readonly grantId?: string | undefined;
  /** Account or root ARN; the key's owner when absent. */
  readonly IssuingAccount?: string | undefined;
}

function checkConstraints(constraints: GrantConstraints | undefined, place: string): void {
  for (const name of ['EncryptionContextEquals', 'EncryptionContextSubset'] as const) {
    const pairs = constraints?.[name];
    if (pairs === undefined) continue;
    if (typeof pairs !== 'object' || pairs === null || Array.isArray(pairs))
      bad(`${place}.${name}`, 'expected an object of strings');
    for (const [key, value] of Object.entries(pairs)) {
      if (typeof value !== 'string') bad(`${place}.${name}["${key}"]`, 'expected a string');
    }
  }
}

/** The grants of a key of `owner`. Throws {@link PolicyInputError}. */
export function readPlainGrants(
  grants: readonly PlainGrant[],
  owner: AccountId,
  place: string,
): readonly GrantFacts[] {
  return grants.map((grant, i) => {
    const at = `${place}[${i}]`;
    if (typeof grant !== 'object' || grant === null) return bad(at, 'expected a grant');
    const { Operations, IssuingAccount = rootArn(owner), GrantId, grantId } = grant;
    if (!Array.isArray(Operations)) return bad(`${at}.Operations`, 'expected a list of operations');
    for (const [n, operation] of Operations.entries()) {
      if (!grantOperations.some((known) => known === operation))
        bad(`${at}.Operations[${n}]`, `"${String(operation)}" is no operation that a grant can give`);
    }
    if (accountOfPrincipal(IssuingAccount) === undefined)
      bad(`${at}.IssuingAccount`, 'expected an account or the ARN of its root');
    checkConstraints(grant.Constraints, `${at}.Constraints`);
    return { ...grant, grantId: grantId ?? GrantId ?? at, IssuingAccount };
  });
}
