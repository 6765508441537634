import { parseAccountId, parseArn } from '../model/index.ts';
import type { Element, PrincipalEntry } from './document.ts';
import type { Asker, StatementReason } from './types.ts';

export type Via = NonNullable<StatementReason['via']>;

export interface PrincipalMatch {
  readonly via: Via;
  readonly wanted: string;
  readonly got: string;
}

/** The account of an account principal: `arn:aws:iam::111122223333:root`, or twelve digits. */
export function accountOfPrincipal(value: string): string | undefined {
  const account = parseAccountId(value);
  if (account) return account;
  const arn = parseArn(value);
  return arn?.service === 'iam' && arn.resource === 'root' ? parseAccountId(arn.account) : undefined;
}

export type PrincipalTest = (identity: Asker) => PrincipalMatch | undefined;

/** A role asked about by its own name, without a session: what names it reaches a session through the role. */
export const selfOrRole = ({ kind, arn, principal }: Asker): 'self' | 'role' =>
  kind === 'session' && arn === principal && arn.includes(':role/') ? 'role' : 'self';

/** Finds a caller in the list. Federated principals are never a caller here: they call STS only. */
export function principalTest(element: Element<PrincipalEntry>): PrincipalTest {
  const arns = new Set<string>();
  const services = new Set<string>();
  const accounts = new Map<string, string>();
  let everyone = false;
  for (const { type, value } of element.items) {
    if (type === 'Service') services.add(value);
    if (type !== 'AWS') continue;
    const account = accountOfPrincipal(value);
    if (value === '*') everyone = true;
    else if (account !== undefined) accounts.set(account, value);
    else arns.add(value);
  }
  return (identity) => {
    if (identity.kind === 'service') {
      const named = services.has(identity.arn) ? identity.arn : everyone ? '*' : undefined;
      if (named === undefined) return undefined;
      return { via: named === '*' ? 'everyone' : 'self', wanted: named, got: identity.arn };
    }
    if (arns.has(identity.arn)) return { via: selfOrRole(identity), wanted: identity.arn, got: identity.arn };
    if (arns.has(identity.principal))
      return { via: 'role', wanted: identity.principal, got: identity.principal };
    if (everyone) return { via: 'everyone', wanted: '*', got: identity.arn };
    const account = accounts.get(identity.account);
    if (account === undefined) return undefined;
    // OURS: in NotPrincipal a role spares its sessions, and an account its root user alone. IAM's guide has account, role and
    // session listed side by side, which would make no sense if the account spared them all, and says only that a policy
    // "might" deny more otherwise.
    if (element.negated && identity.kind !== 'root') return undefined;
    return { via: 'account', wanted: account, got: identity.arn };
  };
}
