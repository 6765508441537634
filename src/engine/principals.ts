import {
  isRefusal,
  ref,
  type Identity,
  type NamingPolicy,
  type PrincipalArn,
  type PrincipalRec,
  type Ref,
  type UniqueIds,
  type View,
} from './model/index.ts';
import { parsePolicy, respacePolicy } from './policy/index.ts';
import type { Step } from './operation.ts';

/** The user, role or root user of that ARN; for the ARN of a session, its role. */
export function principalNamed(arn: string, view: View): PrincipalRec | undefined {
  const session = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn);
  if (!session) return view.get(ref.principal(arn as PrincipalArn));
  const [, partition, account, role] = session;
  const prefix = `principal/arn:${partition}:iam::${account}:role/`;
  return (
    view.get(`${prefix}${role}` as Ref<'principal'>) ??
    // A session's ARN leaves out the path of its role.
    (view.range('ref', { prefix, n: 1000 }).find(({ ref: at }) => at.endsWith(`/${role}`))?.rec as
      PrincipalRec | undefined)
  );
}

/** Whether a principal named in a policy is in this world; sessions exist when their role does. */
export const principalExists =
  ({ view }: Pick<Step, 'view'>) =>
  (arn: string): boolean =>
    principalNamed(arn, view) !== undefined;

/*
 * A policy names users and roles by ARN, and means those that have it now: IAM keeps their unique ids. One that is deleted
 * stays in the policy under its id, which matches nobody, also when another comes to bear its name (policy.md §3).
 */

/** A checked policy as it is kept: its text, and whom it means. */
export function namingPolicy(document: string, view: View): NamingPolicy {
  const uniqueIds = uniqueIdsIn(document, view);
  return uniqueIds ? { document, uniqueIds } : { document };
}

const named = /:(user|role|assumed-role)\//;

function uniqueIdsIn(document: string, view: View): UniqueIds | undefined {
  if (!named.test(document)) return undefined;
  const read = parsePolicy(document, 'key');
  if (isRefusal(read)) return undefined;
  const ids: Record<string, string> = {};
  for (const { principal } of read.statements) {
    for (const { type, value } of principal?.items ?? []) {
      if (type !== 'AWS' || !named.test(value)) continue;
      const id = principalNamed(value, view)?.principalId;
      if (id !== undefined) ids[value] = id;
    }
  }
  return Object.keys(ids).length > 0 ? ids : undefined;
}

const idNow = (arn: string, view: View): string | undefined => principalNamed(arn, view)?.principalId;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const each = (value: unknown, change: (text: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map(change) : change(value);

/** The document with ids in place of the ARNs in `gone`, where they stand as principals. */
function withIds(document: string, gone: ReadonlyMap<string, string>): string {
  const swap = (text: unknown): unknown => (typeof text === 'string' && gone.get(text)) || text;
  const principal = (value: unknown): unknown =>
    isObject(value) && value['AWS'] !== undefined ? { ...value, AWS: each(value['AWS'], swap) } : value;
  const statement = (value: unknown): unknown =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, part]) => [
            name,
            name === 'Principal' || name === 'NotPrincipal' ? principal(part) : part,
          ]),
        )
      : value;
  const root = JSON.parse(document) as Json; // It was read before it was stored.
  return respacePolicy(JSON.stringify({ ...root, Statement: each(root['Statement'], statement) }));
}

/**
 * The text as it counts for a caller. Only what names the caller can matter to him, so that this costs a look-up and,
 * unless he bears a name that was somebody else's, nothing more.
 */
export function textFor({ document, uniqueIds }: NamingPolicy, identity: Identity): string {
  if (!uniqueIds) return document;
  const gone = new Map<string, string>();
  for (const arn of [identity.principal, identity.arn]) {
    const meant = uniqueIds[arn];
    if (meant !== undefined && meant !== identity.principalId) gone.set(arn, meant);
  }
  return gone.size === 0 ? document : withIds(document, gone);
}

/** The text as AWS shows it: who is gone stands there by his id. */
export function shownText({ document, uniqueIds }: NamingPolicy, view: View): string {
  const gone = new Map(Object.entries(uniqueIds ?? {}).filter(([arn, id]) => idNow(arn, view) !== id));
  return gone.size === 0 ? document : withIds(document, gone);
}
