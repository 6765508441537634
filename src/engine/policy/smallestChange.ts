import { candidates } from './candidates.ts';
import {
  applyPolicyChange,
  policyDocumentAt,
  type PolicyChange,
  type PolicyChangeKind,
  type PolicyChangeTarget,
} from './change.ts';
import { decide } from './decide.ts';
import { NoSuchPlace } from './edits.ts';
import { accessMatrix, diffMatrix, requestOf, type MatrixChange, type MatrixPrincipal } from './matrix.ts';
import type { AccessRequest, Decision } from './types.ts';

export interface SmallestChangeOptions {
  /** The most edits of one proposal; 3 unless told. */
  readonly mostEdits?: number;
  /** The most decisions that the search makes; 2,000 unless told. */
  readonly mostDecisions?: number;
  /** The most proposals; 12 unless told. */
  readonly mostProposals?: number;
  /** Kinds of edits that are not wanted: what else would do? */
  readonly without?: readonly PolicyChangeKind[];
  /** Who else is asked, for what, to find what an edit would open beside the call. */
  readonly probes?: { readonly principals: readonly MatrixPrincipal[]; readonly actions: readonly string[] };
}

export interface Proposal {
  readonly changes: readonly PolicyChange[];
  /** The request in the world after the changes, and what was decided there: it is allowed. */
  readonly request: AccessRequest;
  readonly decision: Decision;
  /** Cells of the probes that were denied and would be allowed. */
  readonly alsoOpens: readonly MatrixChange[];
}

interface Node {
  readonly changes: readonly PolicyChange[];
  readonly request: AccessRequest;
  readonly decision: Decision;
}

/** The same edits in another order are the same world. */
const worldOf = (changes: readonly PolicyChange[]): string =>
  changes
    .map(({ target, edits, creates }) => JSON.stringify([target, edits, creates]))
    .sort()
    .join('\n');

const shared = new Set<PolicyChangeTarget['type']>([
  'keyPolicy',
  'resourceControlPolicy',
  'endpointPolicy',
  'grant',
]);

/** Does a change made for one caller reach another: the key's side does, their own documents only if they are theirs too. */
const reaches = (change: PolicyChange, request: AccessRequest, principal: MatrixPrincipal): boolean => {
  const { target } = change;
  if (shared.has(target.type)) return true;
  if (target.type === 'request') return false;
  if (target.type === 'serviceControlPolicy') {
    return (
      principal.identity.account === request.identity.account &&
      policyDocumentAt(request, target) ===
        policyDocumentAt(requestOf(request, principal, request.action), target)
    );
  }
  return principal.identity.principal === request.identity.principal;
};

/** What else the world after the changes lets happen. */
function opened(
  request: AccessRequest,
  changes: readonly PolicyChange[],
  probes: SmallestChangeOptions['probes'],
): readonly MatrixChange[] {
  if (!probes) return [];
  const { principals, actions } = probes;
  const cells = principals.flatMap((principal) => {
    const before = accessMatrix([principal], actions, request);
    let own: AccessRequest = { ...requestOf(request, principal, request.action), context: request.context };
    for (const change of changes) {
      if (reaches(change, request, principal)) own = applyPolicyChange(own, change) ?? own;
    }
    const { identityPolicies, permissionsBoundary, sessionPolicies, serviceControlPolicies } = own;
    const theirs = {
      ...principal,
      identityPolicies,
      permissionsBoundary,
      sessionPolicies,
      serviceControlPolicies,
    };
    return diffMatrix(before, accessMatrix([theirs], actions, own));
  });
  return cells.filter(
    ({ principal, action, before, after }) =>
      after.allowed && !before.allowed && !(principal === request.identity.arn && action === request.action),
  );
}

/** The world after some changes, or undefined when one of them cannot be made without another. */
function after(request: AccessRequest, changes: readonly PolicyChange[]): Node | undefined {
  let now: AccessRequest | undefined = request;
  try {
    for (const change of changes) now = now && applyPolicyChange(now, change);
  } catch (error) {
    // What an edit works on was brought by one that is left out.
    if (error instanceof NoSuchPlace) return undefined;
    throw error;
  }
  return now && { changes, request: now, decision: decide(now) };
}

/**
 * A way to a permission can pass an edit that the last one made idle: candidates follow the decision of the moment, and
 * not every step towards it is needed in the end. What is left out has to leave the call allowed.
 */
function withoutIdle(request: AccessRequest, node: Node): Node {
  for (const idle of node.changes) {
    const rest = after(
      request,
      node.changes.filter((change) => change !== idle),
    );
    if (rest?.decision.allowed) return withoutIdle(request, rest);
  }
  return node;
}

/** Those with as few edits as any, each world once. */
function fewest(nodes: readonly Node[]): readonly Node[] {
  const least = Math.min(...nodes.map(({ changes }) => changes.length));
  const byWorld = new Map(nodes.map((node) => [worldOf(node.changes), node]));
  return [...byWorld.values()].filter(({ changes }) => changes.length === least);
}

/**
 * The fewest real edits that make this request succeed: all proposals with as few as any, those that open least first.
 * Every one has been carried out and decided. None when nothing within the bounds helps; none when it is allowed already.
 */
export function smallestChange(
  request: AccessRequest,
  options: SmallestChangeOptions = {},
): readonly Proposal[] {
  const { mostEdits = 3, mostDecisions = 2_000, mostProposals = 12, without = [], probes } = options;
  const first = decide(request);
  if (first.allowed) return [];
  let left = mostDecisions;
  const seen = new Set<string>();
  let nodes: readonly Node[] = [{ changes: [], request, decision: first }];
  for (let edits = 1; edits <= mostEdits; edits++) {
    const next: Node[] = [];
    const found: Node[] = [];
    for (const node of nodes) {
      for (const change of candidates(node.request, node.decision)) {
        if (without.includes(change.kind)) continue;
        const changes = [...node.changes, change];
        const world = worldOf(changes);
        if (seen.has(world) || left <= 0) continue;
        seen.add(world);
        const changed = applyPolicyChange(node.request, change);
        if (!changed) continue;
        left--;
        const decision = decide(changed);
        (decision.allowed ? found : next).push({ changes, request: changed, decision });
      }
    }
    if (found.length > 0) {
      return fewest(found.map((node) => withoutIdle(request, node)))
        .map((node) => ({ ...node, alsoOpens: opened(request, node.changes, probes) }))
        .sort((a, b) => a.alsoOpens.length - b.alsoOpens.length)
        .slice(0, mostProposals);
    }
    nodes = next;
  }
  return [];
}
