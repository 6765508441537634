import {
  tableOf,
  type AliasRec,
  type GrantRec,
  type GroupRec,
  type KeyRec,
  type ManagedPolicyRec,
  type OrgNodeRec,
  type OrgPolicyRec,
  type PrincipalRec,
  type Rec,
  type Ref,
  type SessionRec,
  type TableName,
  type TrailEvent,
} from '../../engine/index.ts';
import type { FindHit, FindKind } from '../api.ts';

/*
 * What can be found, and by which words: one line of text for each record, lower-case, and what a hit shows of it.
 */

/** The tables that are searched, in the order in which they are read. */
export const prefixes: readonly string[] = [
  'principal/',
  'group/',
  'managedPolicy/',
  'orgNode/',
  'orgPolicy/',
  'session/',
  'alias/',
  'key/',
  'grant/',
];

const kinds: Readonly<Partial<Record<TableName, FindKind>>> = {
  key: 'key',
  alias: 'alias',
  grant: 'grant',
  principal: 'principal',
  group: 'principal',
  managedPolicy: 'principal',
  orgNode: 'principal',
  orgPolicy: 'principal',
  session: 'principal',
};
export const kindOf = (at: Ref): FindKind | undefined => kinds[tableOf(at)];

/** A table's name says what its records are. */
const as = <T>(rec: Rec): T => rec as unknown as T;

const words = (...parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .toLowerCase();

/** The line that a query is looked for in. */
export function haystackOf(at: Ref, rec: Rec): string {
  switch (tableOf(at)) {
    case 'key': {
      const key = as<KeyRec>(rec);
      return words(key.arn, key.Description, key.KeySpec, key.KeyUsage, key.Origin, key.KeyState);
    }
    case 'alias': {
      const alias = as<AliasRec>(rec);
      return words(alias.alias, alias.account, alias.region, alias.target);
    }
    case 'grant': {
      const grant = as<GrantRec>(rec);
      return words(
        grant.Name,
        grant.grantId,
        grant.GranteePrincipal ?? grant.GranteeServicePrincipal,
        grant.RetiringPrincipal ?? grant.RetiringServicePrincipal,
        ...grant.Operations,
        grant.key,
      );
    }
    case 'session': {
      const session = as<SessionRec>(rec);
      return words(session.arn, session.accessKeyId, session.sourceIdentity);
    }
    case 'orgNode': {
      const node = as<OrgNodeRec>(rec);
      return words(node.name, node.id, node.kind, node.organization);
    }
    case 'orgPolicy': {
      const policy = as<OrgPolicyRec>(rec);
      return words(policy.name, policy.id, policy.description, policy.type);
    }
    case 'principal':
    case 'group':
    case 'managedPolicy': {
      const one = as<PrincipalRec | GroupRec | ManagedPolicyRec>(rec);
      return words(one.arn, 'description' in one ? one.description : undefined);
    }
    default:
      return '';
  }
}

export const haystackOfEvent = (event: TrailEvent): string =>
  words(
    event.eventName,
    event.errorCode,
    typeof event.userIdentity['arn'] === 'string' ? event.userIdentity['arn'] : undefined,
    ...(event.resources ?? []).map(({ ARN }) => ARN),
    event.requestID,
    event.eventID,
    event.eventTime,
    event.awsRegion,
  );

/** What a hit shows. */
export function hitOf(at: Ref, rec: Rec): FindHit {
  switch (tableOf(at)) {
    case 'key': {
      const { arn, key, KeyState, KeySpec, Description } = as<KeyRec>(rec);
      return { kind: 'key', id: arn, label: key, detail: words2(KeyState, KeySpec, Description), key: arn };
    }
    case 'alias': {
      const { arn, alias, target, region } = as<AliasRec>(rec);
      return { kind: 'alias', id: arn, label: alias, detail: words2(region, target), key: target };
    }
    case 'grant': {
      const grant = as<GrantRec>(rec);
      const grantee = grant.GranteePrincipal ?? grant.GranteeServicePrincipal ?? '';
      return {
        kind: 'grant',
        id: grant.grantId,
        label: grant.Name ?? grant.grantId.slice(0, 16),
        detail: words2(grantee, grant.Operations.join(' ')),
        key: grant.key,
      };
    }
    case 'session': {
      const { accessKeyId, arn } = as<SessionRec>(rec);
      return { kind: 'principal', id: accessKeyId, label: arn, detail: accessKeyId };
    }
    case 'orgNode': {
      const { id, name, organization } = as<OrgNodeRec>(rec);
      return { kind: 'principal', id, label: name, detail: words2(id, organization) };
    }
    case 'orgPolicy': {
      const { id, name, type } = as<OrgPolicyRec>(rec);
      return { kind: 'principal', id, label: name, detail: words2(id, type) };
    }
    default: {
      const { arn } = as<PrincipalRec>(rec);
      return { kind: 'principal', id: arn, label: arn.split(':').slice(5).join(':'), detail: arn };
    }
  }
}

const words2 = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(', ');

export const hitOfEvent = (seq: number, at: number, event: TrailEvent): FindHit => ({
  kind: 'event',
  id: `${seq}/${at}`,
  label: event.eventName,
  detail: words2(
    event.eventTime,
    event.errorCode,
    typeof event.userIdentity['arn'] === 'string' ? event.userIdentity['arn'] : undefined,
  ),
  seq,
});
