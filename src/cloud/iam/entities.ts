import {
  isRefusal,
  ref,
  under,
  type AccountId,
  type GroupRec,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { noSuchEntity, unmodifiable } from './refusals.ts';

/*
 * Users, roles and groups: what inline policies, attachments, tags and boundaries hang on. Found by name in the caller's
 * account; the ARN has the path too.
 */

export type EntityKind = 'User' | 'Role' | 'Group';

export const entityArn = (
  account: AccountId,
  kind: EntityKind | 'Policy',
  name: string,
  path = '/',
): string => `arn:aws:iam::${account}:${kind.toLowerCase()}${path}${name}`;

/** `/division/` of `arn:aws:iam::A:user/division/name`. */
export const pathOf = (arn: string): string => {
  const resource = arn.split(':')[5] ?? '';
  return resource.slice(resource.indexOf('/'), resource.lastIndexOf('/') + 1);
};

export type Named = { readonly UserName?: string; readonly RoleName?: string; readonly GroupName?: string };

/** The name that a request gives to an entity of this kind; the shapes require it, but for GetUser and its like. */
export const nameIn = (kind: EntityKind, input: Named): string =>
  (kind === 'User' ? input.UserName : kind === 'Role' ? input.RoleName : input.GroupName) ?? '';

export function findPrincipal(kind: 'User' | 'Role', name: string, step: Step): PrincipalRec | undefined {
  const { view, identity } = step;
  const direct = view.get(ref.principal(entityArn(identity.account, kind, name) as PrincipalArn));
  if (direct) return direct;
  const prefix = `principal/arn:aws:iam::${identity.account}:${kind.toLowerCase()}/`;
  const found = view
    .range('ref', { prefix, n: 10_000 })
    .find(({ rec }) => (rec as PrincipalRec).name === name);
  return found?.rec as PrincipalRec | undefined; // the prefix belongs to one table
}

export function findGroup(name: string, { view, identity }: Step): GroupRec | undefined {
  const direct = view.get(ref.group(entityArn(identity.account, 'Group', name)));
  if (direct) return direct;
  const found = view
    .range('ref', { prefix: under.groups(identity.account), n: 1000 })
    .find(({ rec }) => (rec as GroupRec).name === name);
  return found?.rec as GroupRec | undefined;
}

/** What a user, role or group has in common. */
export interface Entity {
  readonly kind: EntityKind;
  readonly arn: string;
  readonly name: string;
  readonly attached: readonly string[];
}

const word = { User: 'user', Role: 'role', Group: 'group' } as const;

export const missing = (kind: EntityKind, name: string): Refusal =>
  noSuchEntity(`The ${word[kind]} with name ${name}`);

export function entity(kind: EntityKind, name: string, step: Step): Entity | Refusal {
  const rec = kind === 'Group' ? findGroup(name, step) : findPrincipal(kind, name, step);
  return rec ? { kind, arn: rec.arn, name: rec.name, attached: rec.attached ?? [] } : missing(kind, name);
}

/** As {@link entity}, for changes: a service-linked role is its service's business. */
export function changeable(kind: EntityKind, name: string, step: Step): Entity | Refusal {
  const found = entity(kind, name, step);
  return !isRefusal(found) && isServiceLinked(found.arn) ? unmodifiable(found.name) : found;
}

export const isServiceLinked = (arn: string): boolean => arn.includes(':role/aws-service-role/');

export function principal(kind: 'User' | 'Role', name: string, step: Step): PrincipalRec | Refusal {
  return findPrincipal(kind, name, step) ?? missing(kind, name);
}

/** The ARN that a permission is asked for: also of what is not there. */
export function arnFor(kind: EntityKind, name: string, step: Step): string {
  const found = entity(kind, name, step);
  return isRefusal(found) ? entityArn(step.identity.account, kind, name) : found.arn;
}

export function setAttached({ kind, arn }: Entity, attached: readonly string[], { view }: Step): void {
  if (kind === 'Group') {
    const rec = view.get(ref.group(arn));
    if (rec) view.put(ref.group(arn), { ...rec, attached });
    return;
  }
  const at = ref.principal(arn as PrincipalArn);
  const rec = view.get(at);
  if (rec) view.put(at, { ...rec, attached });
}

/** Condition keys that hang on the tags and the boundary of what is acted on. */
export function entityKeys(kind: 'User' | 'Role', name: string, step: Step): Record<string, string> {
  const rec = findPrincipal(kind, name, step);
  const keys: Record<string, string> = {};
  for (const [key, value] of Object.entries(rec?.tags ?? {})) {
    keys[`aws:ResourceTag/${key}`] = value;
    keys[`iam:ResourceTag/${key}`] = value;
  }
  if (rec?.boundary !== undefined) keys['iam:PermissionsBoundary'] = rec.boundary;
  return keys;
}
