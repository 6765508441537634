import { rootArn } from '../model/index.ts';
import type { PolicyChange, PolicyChangeKind, PolicyChangeTarget } from './change.ts';
import { policyDocumentAt } from './change.ts';
import { readDocument, statementPath, type JsonEdit, type JsonPath } from './edits.ts';
import { grantCovers, grantOperations, operationOf } from './grants.ts';
import { appendStatement } from './lint/documentRules.ts';
import type { AccessRequest, Decision, Match, PolicyReason, StatementReason } from './types.ts';

/*
 * The edits that could mend a denial, read off its reasons: a statement that nearly applies is made to apply, one that is
 * missing is written, a Deny that applies is taken out or narrowed. Each is as narrow as it can be: this caller, this
 * action, this key.
 */

/** A policy of the decision and where its document is. */
interface Placed {
  readonly reason: PolicyReason;
  readonly target: PolicyChangeTarget;
}

/** `decide` lists the policies of one type in the order in which they were given. */
export function placed(decision: Decision): readonly Placed[] {
  const seen = new Map<string, number>();
  return decision.policies.flatMap((reason): readonly Placed[] => {
    const { type, level, verdict } = reason;
    if (verdict === 'notInPath') return [];
    const counter = `${type} ${level ?? ''}`;
    const index = seen.get(counter) ?? 0;
    seen.set(counter, index + 1);
    switch (type) {
      case 'keyPolicy':
      case 'permissionsBoundary':
      case 'endpointPolicy':
        return [{ reason, target: { type } }];
      case 'identityPolicy':
      case 'sessionPolicy':
      case 'grant':
        return [{ reason, target: { type, index } }];
      case 'serviceControlPolicy':
      case 'resourceControlPolicy':
        return [{ reason, target: { type, level: level ?? 0, index } }];
    }
  });
}

type Raw = Readonly<Record<string, unknown>>;

/** A statement as JSON, and where it stands. */
interface Written {
  readonly path: JsonPath;
  readonly raw: Raw;
}

function written(request: AccessRequest, target: PolicyChangeTarget, index: number): Written | undefined {
  const text = policyDocumentAt(request, target);
  const document = text === undefined ? undefined : readDocument(text);
  if (document === undefined) return undefined;
  const path = statementPath(document, index);
  let at: unknown = document;
  for (const step of path) at = typeof at === 'object' && at !== null ? (at as Raw)[step] : undefined;
  return typeof at === 'object' && at !== null ? { path, raw: at as Raw } : undefined;
}

const isKms = (action: string): boolean => action.toLowerCase().startsWith('kms:');

/** Keys whose values the caller chooses with the call. Who they are and where they stand is not chosen. */
const chosen =
  /^(kms:EncryptionContext:|kms:EncryptionAlgorithm$|kms:SigningAlgorithm$|kms:MacAlgorithm$|kms:MessageType$|aws:MultiFactorAuthPresent$)/i;

const setContext = (key: string, value: string): PolicyChange => ({
  kind: 'mendContext',
  target: { type: 'request' },
  edits: [{ op: 'set', path: ['context', key], value }],
});
const dropContext = (key: string): PolicyChange => ({
  kind: 'mendContext',
  target: { type: 'request' },
  edits: [{ op: 'remove', path: ['context', key] }],
});

/** The key as the request spells it. */
const keyInRequest = (request: AccessRequest, key: string): string =>
  Object.keys(request.context).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;

/** Another context that would turn this condition round. Tried out, so it may be a guess. */
function contextChanges(request: AccessRequest, { condition, wanted, got }: Match): readonly PolicyChange[] {
  if (!condition || !chosen.test(condition.key)) return [];
  const key = keyInRequest(request, condition.key);
  // A second factor can be given, and not taken back; an algorithm is one that there is.
  if (/^aws:/i.test(key)) return [setContext(key, 'true')];
  if (!/^kms:EncryptionContext:/i.test(key))
    return wanted
      .split(', ')
      .filter((value) => /^[A-Z0-9_]+$/.test(value))
      .map((value) => setContext(key, value));
  const values = wanted.split(', ').filter((value) => value !== '' && !value.includes('${'));
  const concrete = values
    .map((value) => value.replaceAll('*', '').replaceAll('?', 'x'))
    .filter((value) => value !== '');
  const changes = concrete.slice(0, 3).map((value) => setContext(key, value));
  if (got !== undefined) changes.push(dropContext(key));
  // A negated operator wants anything else.
  if (concrete.length > 0) changes.push(setContext(key, `other than ${concrete[0]}`.replaceAll(' ', '-')));
  return changes;
}

const conditionPath = ({ path }: Written, { condition }: Match): JsonPath => [
  ...path,
  'Condition',
  condition?.operator ?? '',
  condition?.key ?? '',
];

/** The principal to write: for a session its role, which is what people name. */
export function principalEntry({ identity }: AccessRequest): {
  readonly type: 'AWS' | 'Service';
  readonly value: string;
} {
  return identity.kind === 'service'
    ? { type: 'Service', value: identity.arn }
    : { type: 'AWS', value: identity.principal };
}

/** The edit that lets one failing part of an Allow statement match. */
function mendPart(
  request: AccessRequest,
  target: PolicyChangeTarget,
  place: Written,
  index: number,
  match: Match,
): readonly PolicyChange[] {
  const { path, raw } = place;
  const change = (kind: PolicyChangeKind, ...edits: readonly JsonEdit[]): PolicyChange => ({
    kind,
    target,
    statement: index,
    edits,
  });
  if (match.part === 'Condition') {
    return [
      ...contextChanges(request, match),
      change('dropCondition', { op: 'remove', path: conditionPath(place, match) }),
    ];
  }
  if (match.negated) return [];
  if (match.part === 'Action') {
    return [
      change('addAction', {
        op: raw['Action'] === undefined ? 'set' : 'append',
        path: [...path, 'Action'],
        value: request.action,
      }),
    ];
  }
  if (match.part === 'Resource') {
    const value = target.type === 'keyPolicy' ? '*' : request.resource;
    const kind = match.wanted.includes(':alias/') ? 'useArn' : 'widenResource';
    return [
      change(kind, {
        op: raw['Resource'] === undefined ? 'set' : 'append',
        path: [...path, 'Resource'],
        value,
      }),
    ];
  }
  const { type, value } = principalEntry(request);
  if (typeof raw['Principal'] !== 'object') return [];
  return [change('addPrincipal', { op: 'append', path: [...path, 'Principal', type], value })];
}

/** Allow statements that fail in one part only. */
function nearlyApplying(request: AccessRequest, { reason, target }: Placed): readonly PolicyChange[] {
  return reason.statements.flatMap((statement) => {
    const failing = statement.matches.filter(({ matched }) => !matched);
    const [only] = failing;
    if (statement.effect !== 'Allow' || only === undefined || failing.length > 1) return [];
    const place = written(request, target, statement.index);
    return place ? mendPart(request, target, place, statement.index, only) : [];
  });
}

/** A new statement in a document, or a new document with it. */
function newStatement(
  request: AccessRequest,
  kind: PolicyChangeKind,
  target: PolicyChangeTarget,
  statement: Raw,
): PolicyChange {
  const text = policyDocumentAt(request, target);
  const document = text === undefined ? undefined : readDocument(text);
  if (document === undefined) {
    const creates = JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
    return { kind, target, edits: [], creates, statement: 0 };
  }
  return { kind, target, edits: appendStatement(document, statement) };
}

const allowThis = ({ action, resource }: AccessRequest): Raw => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

const byType = (decision: Decision, ...types: readonly PolicyReason['type'][]): readonly Placed[] =>
  placed(decision).filter(({ reason }) => types.includes(reason.type));

/** On the key's side: somebody named, the account trusted, a grant. */
function keySide(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  const { identity } = request;
  if (request.judgedOn === 'account' || request.keyPolicy === undefined) return [];
  const entry = principalEntry(request);
  const target = { type: 'keyPolicy' } as const;
  const statement = (Principal: unknown): Raw => ({
    Effect: 'Allow',
    Principal,
    Action: request.action,
    Resource: '*',
  });
  const changes: PolicyChange[] = [];
  for (const policy of byType(decision, 'keyPolicy')) changes.push(...nearlyApplying(request, policy));
  changes.push(newStatement(request, 'namePrincipal', target, statement({ [entry.type]: entry.value })));
  if (identity.kind !== 'service') {
    changes.push(
      newStatement(request, 'addDelegation', target, statement({ AWS: rootArn(identity.account) })),
    );
    // Boundary and session policy do not limit what is given to the session by its own name (policy.md §4).
    if (identity.kind === 'session' && identity.arn !== identity.principal)
      changes.push(newStatement(request, 'namePrincipal', target, statement({ AWS: identity.arn })));
  }
  return [...changes, ...grantSide(request, decision)];
}

function grantSide(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  const operation = operationOf(request.action);
  if (!isKms(request.action) || !grantOperations.some((grantable) => grantable === operation)) return [];
  const { identity, grants = [], pendingGrants = [] } = request;
  const token = pendingGrants.map((grant): PolicyChange => ({
    kind: 'useGrantToken',
    target: { type: 'grant', index: grants.length },
    edits: [],
    creates: JSON.stringify(grant),
  }));
  const changes: PolicyChange[] = grants.flatMap((grant, index): readonly PolicyChange[] => {
    const mine = grantCovers(grant.GranteePrincipal, grant.GranteeServicePrincipal, identity) !== undefined;
    if (!mine || grant.Operations.includes(operation)) return [];
    const target = { type: 'grant', index } as const;
    return [
      {
        kind: 'addGrantOperation',
        target,
        edits: [{ op: 'append', path: ['Operations'], value: operation }],
      },
    ];
  });
  for (const { reason } of byType(decision, 'grant')) {
    const failing = reason.statements[0]?.matches.filter(({ matched }) => !matched) ?? [];
    if (
      failing.length > 0 &&
      failing.every(({ condition }) => condition?.key.startsWith('kms:EncryptionContext:'))
    )
      changes.push(constraintContext(failing));
  }
  const entry = principalEntry(request);
  const grantee = entry.type === 'Service' ? 'GranteeServicePrincipal' : 'GranteePrincipal';
  const facts = {
    grantId: 'new',
    [grantee]: entry.value,
    Operations: [operation],
    IssuingAccount: rootArn(request.resourceAccount),
  };
  changes.push({
    kind: 'addGrant',
    target: { type: 'grant', index: grants.length },
    edits: [],
    creates: JSON.stringify(facts),
  });
  return [...token, ...changes];
}

/** One change of the request that meets all pairs of a grant's constraint. */
function constraintContext(failing: readonly Match[]): PolicyChange {
  const edits = failing.map(({ condition, wanted }): JsonEdit => {
    const path = ['context', condition?.key ?? ''];
    return wanted === '' ? { op: 'remove', path } : { op: 'set', path, value: wanted };
  });
  return { kind: 'mendContext', target: { type: 'request' }, edits };
}

function identitySide(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  if (request.identity.kind === 'service' || request.identity.kind === 'root') return [];
  const policies = byType(decision, 'identityPolicy').filter(({ reason }) => reason.name !== undefined);
  const target = { type: 'identityPolicy', index: 0 } as const;
  return [
    ...policies.flatMap((policy) => nearlyApplying(request, policy)),
    newStatement(request, 'addIdentityAllow', target, allowThis(request)),
  ];
}

/** The first document of a ceiling's level that lacks an allow. */
function raiseCeiling(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  const all = byType(decision, decision.decidedBy);
  const low = all.find(
    ({ reason }) =>
      !all.some((other) => other.reason.level === reason.level && other.reason.verdict === 'allows'),
  );
  if (!low) return [];
  const needsPrincipal =
    decision.decidedBy === 'resourceControlPolicy' || decision.decidedBy === 'endpointPolicy';
  const { Effect, Action, Resource } = allowThis(request);
  const statement = needsPrincipal
    ? { Effect, Principal: '*', Action, Resource }
    : { Effect, Action, Resource };
  const level = all.filter(({ reason }) => reason.level === low.reason.level);
  return [
    ...level.flatMap((policy) => nearlyApplying(request, policy)),
    newStatement(request, 'widenCeiling', low.target, statement),
  ];
}

/** Ways to be rid of one Deny that applies, from the narrowest. */
function liftDeny(
  request: AccessRequest,
  { target }: Placed,
  statement: StatementReason,
  alone: boolean,
): readonly PolicyChange[] {
  const place = written(request, target, statement.index);
  if (!place) return [];
  const { path, raw } = place;
  const change = (kind: PolicyChangeKind, ...edits: readonly JsonEdit[]): PolicyChange => ({
    kind,
    target,
    statement: statement.index,
    edits,
  });
  const changes: PolicyChange[] = statement.matches.flatMap((match) => contextChanges(request, match));
  const { action, identity } = request;
  const list = Array.isArray(raw['Action']) ? raw['Action'] : undefined;
  const at = list?.findIndex((item) => String(item).toLowerCase() === action.toLowerCase()) ?? -1;
  if (list && list.length > 1 && at >= 0)
    changes.push(change('narrowDeny', { op: 'remove', path: [...path, 'Action', at] }));
  else if (raw['NotAction'] !== undefined)
    changes.push(change('narrowDeny', { op: 'append', path: [...path, 'NotAction'], value: action }));
  if (identity.kind !== 'service')
    changes.push(
      change('narrowDeny', {
        op: 'append',
        path: [...path, 'Condition', 'ArnNotEquals', 'aws:PrincipalArn'],
        value: identity.principal,
      }),
    );
  // Where nothing else allows, the Deny may have been meant as an Allow.
  changes.push(change('allowInstead', { op: 'set', path: [...path, 'Effect'], value: 'Allow' }));
  if (!alone) changes.push(change('removeDeny', { op: 'remove', path }));
  else if (list === undefined || list.length === 1)
    // A document needs a statement: all but this action stays denied.
    changes.push(
      change(
        'narrowDeny',
        { op: 'remove', path: [...path, 'Action'] },
        { op: 'set', path: [...path, 'NotAction'], value: [action] },
      ),
    );
  return changes;
}

const denies = (request: AccessRequest, decision: Decision): readonly PolicyChange[] =>
  placed(decision).flatMap((policy) =>
    policy.reason.statements
      .filter(({ effect, applies }) => effect === 'Deny' && applies)
      .flatMap((statement) => liftDeny(request, policy, statement, policy.reason.statements.length === 1)),
  );

function thinkable(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  if (decision.kind === 'explicitDeny') return denies(request, decision);
  switch (decision.decidedBy) {
    case 'keyPolicy':
      return keySide(request, decision);
    case 'identityPolicy':
      return [...identitySide(request, decision), ...keySide(request, decision)];
    case 'grant':
      return identitySide(request, decision);
    case 'permissionsBoundary':
    case 'sessionPolicy':
      return [...raiseCeiling(request, decision), ...keySide(request, decision)];
    case 'serviceControlPolicy':
    case 'resourceControlPolicy':
    case 'endpointPolicy':
      return raiseCeiling(request, decision);
  }
}

/** The edits that are worth trying against this denial. Each may still turn out not to help. */
export function candidates(request: AccessRequest, decision: Decision): readonly PolicyChange[] {
  const all = thinkable(request, decision);
  // services.json "awsManagedKeys": nobody but AWS changes their policies.
  return request.awsManagedKey ? all.filter(({ target }) => target.type !== 'keyPolicy') : all;
}
