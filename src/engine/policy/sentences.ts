import type { AccessRequest, PolicyType } from './types.ts';

/* AWS's sentences for AccessDeniedException: policy.md §8, row by row. Rows are counted from 1. */

const denying: Readonly<Record<Exclude<PolicyType, 'grant'>, string>> = {
  serviceControlPolicy: 'a service control policy',
  resourceControlPolicy: 'a resource control policy',
  endpointPolicy: 'a VPC endpoint policy',
  keyPolicy: 'a resource-based policy',
  identityPolicy: 'an identity-based policy',
  permissionsBoundary: 'a permissions boundary',
  sessionPolicy: 'a session policy',
};

const start = ({ identity, action }: AccessRequest): string =>
  `User: ${identity.arn} is not authorized to perform: ${action}`;

// OURS: row 7 words a missing identity allow for a key that only a ciphertext names; the other reasons are worded alike.
const resourceOf = (request: AccessRequest): string =>
  request.namedByCiphertext
    ? 'on the resource associated with this ciphertext'
    : `on resource: ${request.resource}`;

/** Row 3. */
export const deniedBy = (request: AccessRequest, type: Exclude<PolicyType, 'grant'>): string =>
  `${start(request)} ${resourceOf(request)} with an explicit deny in ${denying[type]}`;

/** Rows 1, 2, 4, 6 and 7. OURS: row 4 has no sentence for a resource control policy; it is worded like the others. */
export const notAllowedBy = (request: AccessRequest, type: Exclude<PolicyType, 'grant'>): string => {
  const policy = denying[type].replace(/^an? /, '');
  return `${start(request)} ${resourceOf(request)} because no ${policy} allows the ${request.action} action`;
};

/** Rows 5 and 8: says nothing about a key of another account, nor whether there is one. */
export function foreignKeyMessage(caller: string, action: string, namedByCiphertext: boolean): string {
  const resource = namedByCiphertext ? 'on the resource associated with this ciphertext' : 'on this resource';
  return (
    `User: ${caller} is not authorized to perform: ${action} ${resource} because the resource does not exist in this ` +
    'Region, no resource-based policies allow access, or a resource-based policy explicitly denies access'
  );
}

export const hidden = ({ identity, action, namedByCiphertext }: AccessRequest): string =>
  foreignKeyMessage(identity.arn, action, namedByCiphertext ?? false);
