import { isRefusal } from '../model/index.ts';
import { compileText } from './compile.ts';
import type { PolicyKind } from './document.ts';
import { applyEdits, type JsonEdit } from './edits.ts';
import type { AccessRequest, GrantFacts, NamedPolicy, PolicyLevels } from './types.ts';

/** Which document a change is made in. */
export type PolicyChangeTarget =
  | { readonly type: 'keyPolicy' | 'permissionsBoundary' | 'endpointPolicy' }
  | { readonly type: 'identityPolicy' | 'sessionPolicy' | 'grant'; readonly index: number }
  | {
      readonly type: 'serviceControlPolicy' | 'resourceControlPolicy';
      readonly level: number;
      readonly index: number;
    }
  /** The request itself: its encryption context, or what else the caller can choose. */
  | { readonly type: 'request' };

export const policyChangeKinds = [
  'addDelegation',
  'namePrincipal',
  'addPrincipal',
  'addIdentityAllow',
  'addAction',
  'widenResource',
  'useArn',
  'dropCondition',
  'mendContext',
  'removeDeny',
  'narrowDeny',
  'allowInstead',
  'widenCeiling',
  'addGrant',
  'addGrantOperation',
  'useGrantToken',
] as const;
export type PolicyChangeKind = (typeof policyChangeKinds)[number];

/** One real edit, as data: shown, and carried out by `applyPolicyChange`. */
export interface PolicyChange {
  readonly kind: PolicyChangeKind;
  readonly target: PolicyChangeTarget;
  /** Of the document that the target names; for a grant, of its facts; for the request, of `context`. */
  readonly edits: readonly JsonEdit[];
  /** A whole document where there was none yet. */
  readonly creates?: string;
  /** The statement that is changed, taken out, or new. */
  readonly statement?: number;
}

const replaced = <T>(items: readonly T[], index: number, item: T): readonly T[] =>
  index < items.length ? items.map((old, i) => (i === index ? item : old)) : [...items, item];

const levels = (
  request: AccessRequest,
  type: 'serviceControlPolicy' | 'resourceControlPolicy',
): PolicyLevels =>
  (type === 'serviceControlPolicy' ? request.serviceControlPolicies : request.resourceControlPolicies) ?? [];

/** The text that a target names; undefined when there is none yet. */
export function policyDocumentAt(request: AccessRequest, target: PolicyChangeTarget): string | undefined {
  switch (target.type) {
    case 'keyPolicy':
      return request.keyPolicy;
    case 'endpointPolicy':
      return request.endpointPolicy;
    case 'permissionsBoundary':
      return request.permissionsBoundary?.document;
    case 'identityPolicy':
      return request.identityPolicies[target.index]?.document;
    case 'sessionPolicy':
      return request.sessionPolicies?.[target.index]?.document;
    case 'grant': {
      const grant = request.grants?.[target.index];
      return grant && JSON.stringify(grant);
    }
    case 'request':
      return JSON.stringify({ context: request.context });
    case 'serviceControlPolicy':
    case 'resourceControlPolicy':
      return levels(request, target.type)[target.level]?.[target.index]?.document;
  }
}

const contextPrefix = 'kms:encryptioncontext:';

/** The request with other condition keys; its encryption context, and the list of its keys, follow them. */
function withContext(request: AccessRequest, context: AccessRequest['context']): AccessRequest {
  const pairs = Object.entries(context).flatMap(([key, value]) =>
    key.toLowerCase().startsWith(contextPrefix) && typeof value === 'string'
      ? [[key.slice(contextPrefix.length), value] as const]
      : [],
  );
  const others = Object.fromEntries(
    Object.entries(context).filter(([key]) => key.toLowerCase() !== 'kms:encryptioncontextkeys'),
  );
  const listed = pairs.length > 0 ? { 'kms:EncryptionContextKeys': pairs.map(([key]) => key) } : {};
  const all = { ...others, ...listed };
  return request.encryptionContext
    ? { ...request, context: all, encryptionContext: Object.fromEntries(pairs) }
    : { ...request, context: all };
}

const kindOf: Readonly<Record<Exclude<PolicyChangeTarget['type'], 'grant' | 'request'>, PolicyKind>> = {
  keyPolicy: 'key',
  endpointPolicy: 'endpoint',
  permissionsBoundary: 'identity',
  identityPolicy: 'identity',
  sessionPolicy: 'identity',
  serviceControlPolicy: 'serviceControl',
  resourceControlPolicy: 'resourceControl',
};

function withDocument(request: AccessRequest, target: PolicyChangeTarget, document: string): AccessRequest {
  const named = (old: NamedPolicy | undefined): NamedPolicy => ({ name: old?.name ?? 'new', document });
  switch (target.type) {
    case 'keyPolicy':
      return { ...request, keyPolicy: document };
    case 'endpointPolicy':
      return { ...request, endpointPolicy: document };
    case 'permissionsBoundary':
      return { ...request, permissionsBoundary: named(request.permissionsBoundary) };
    case 'identityPolicy': {
      const { identityPolicies } = request;
      const item = named(identityPolicies[target.index]);
      return { ...request, identityPolicies: replaced(identityPolicies, target.index, item) };
    }
    case 'sessionPolicy': {
      const policies = request.sessionPolicies ?? [];
      return { ...request, sessionPolicies: replaced(policies, target.index, named(policies[target.index])) };
    }
    case 'grant': {
      const grant = JSON.parse(document) as GrantFacts; // Written by us, from the grant that was there.
      return { ...request, grants: replaced(request.grants ?? [], target.index, grant) };
    }
    case 'request': {
      const { context } = JSON.parse(document) as Pick<AccessRequest, 'context'>; // As above.
      return withContext(request, context);
    }
    case 'serviceControlPolicy':
    case 'resourceControlPolicy': {
      const all = levels(request, target.type);
      const level = all[target.level] ?? [];
      const next = replaced(all, target.level, replaced(level, target.index, named(level[target.index])));
      return target.type === 'serviceControlPolicy'
        ? { ...request, serviceControlPolicies: next }
        : { ...request, resourceControlPolicies: next };
    }
  }
}

/** The request in the world after the change; undefined when the change does not fit, or its document would be refused. */
export function applyPolicyChange(request: AccessRequest, change: PolicyChange): AccessRequest | undefined {
  const { target, edits, creates } = change;
  const before = policyDocumentAt(request, target);
  if (before === undefined && creates === undefined) return undefined;
  const after = before === undefined || creates !== undefined ? (creates ?? '') : applyEdits(before, edits);
  if (
    target.type !== 'grant' &&
    target.type !== 'request' &&
    isRefusal(compileText[kindOf[target.type]](after))
  )
    return undefined;
  return withDocument(request, target, after);
}
