import type { TrailEvent } from '../../engine/index.ts';

/* What readers of the trail ask of one record, in one place. */

type Texts = Readonly<Record<string, string | undefined>>;

/** LookupEvents' Username: the user's name, a session's name, `root`, or the service. */
export function userOf({ userIdentity }: TrailEvent): string {
  const { type, arn, userName, invokedBy, principalId } = userIdentity as Texts; // texts, but for sessionContext
  if (type === 'IAMUser' && userName !== undefined) return userName;
  if (type === 'Root') return 'root';
  if (arn !== undefined) return arn.slice(arn.lastIndexOf('/') + 1);
  return invokedBy ?? principalId ?? '';
}

/** The ARN behind a record: of a session, its role. A service is its host name; a foreign caller its principal id. */
export function principalOf({ userIdentity }: TrailEvent): string {
  const { arn, invokedBy, principalId } = userIdentity as Texts;
  const { sessionIssuer } = (userIdentity['sessionContext'] ?? {}) as {
    readonly sessionIssuer?: { readonly arn?: string };
  };
  return sessionIssuer?.arn ?? arn ?? invokedBy ?? principalId ?? '';
}

/** The service that called with somebody's credentials, or in its own name. */
export const serviceOf = ({ userIdentity }: TrailEvent): string | undefined =>
  (userIdentity as Texts)['invokedBy'];

export const accessKeyOf = ({ userIdentity }: TrailEvent): string | undefined =>
  (userIdentity as Texts)['accessKeyId'];

/** The second record of one call, in the trail of the account that owns the key. */
export const isSeenFromOutside = ({ userIdentity }: TrailEvent): boolean =>
  userIdentity['type'] === 'AWSAccount';

export const timeOf = ({ eventTime }: TrailEvent): number => Date.parse(eventTime);

/** ARNs of the keys that a record is about. */
export const keysOf = ({ resources }: TrailEvent): readonly string[] =>
  resources.filter(({ type }) => type === 'AWS::KMS::Key').map(({ ARN }) => ARN);
