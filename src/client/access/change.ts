import {
  applyPolicyChange,
  decide,
  grantsOf,
  isRefusal,
  permissionsOf,
  policyDocumentAt,
  smallestChange,
  ref,
  type AccessRequest,
  type AskedPermission,
  type Catalogue,
  type Env,
  type GrantRec,
  type KeyArn,
  type MatrixChange,
  type MatrixPrincipal,
  type PolicyChange,
  type View,
} from '../../engine/index.ts';
import type { CallFacts, CallProposal, ChangeAdvice, ChangeOptions, ProposedEdit } from '../api.ts';
import { callOf } from '../callOf.ts';
import { actionsAsked, everyPrincipal, principalsAsked, principalsNamed } from './ask.ts';
import { carryOut, ownerOf, retryOf } from './carryOut.ts';
import { withoutResource } from './trust.ts';

/*
 * The smallest change that lets a denied call pass. A call can need several permissions, each of which may lack something:
 * they are mended in order, and a change for one counts for those after it.
 */

/** The world after some changes, as each permission sees it. */
interface State {
  readonly requests: readonly AccessRequest[];
  readonly made: readonly { readonly permission: number; readonly change: PolicyChange }[];
  readonly alsoOpens: readonly MatrixChange[];
}

/** Does a change made for one permission lie in documents that the other is judged by too? */
function isShared(change: PolicyChange, one: AccessRequest, other: AccessRequest): boolean {
  switch (change.target.type) {
    case 'keyPolicy':
    case 'grant':
    case 'request':
      return one.resource === other.resource;
    case 'resourceControlPolicy':
      return one.resourceAccount === other.resourceAccount;
    default:
      return true;
  }
}

function after(
  state: State,
  permission: number,
  changes: readonly PolicyChange[],
  opens: State['alsoOpens'],
): State {
  const mended = state.requests[permission];
  const requests = state.requests.map((request) => {
    let now = request;
    for (const change of changes) {
      if (mended && isShared(change, mended, request)) now = applyPolicyChange(now, change) ?? now;
    }
    return now;
  });
  return {
    requests,
    made: [...state.made, ...changes.map((change) => ({ permission, change }))],
    alsoOpens: [...state.alsoOpens, ...opens],
  };
}

/** Grants for others belong to the key's side too: what an edit opens for them hangs on them. */
function withAllGrants({ request, trusts }: AskedPermission, view: View, env: Env): AccessRequest {
  if (request.judgedOn === 'account' || request.retires || trusts) return request;
  const mine = request.grants ?? [];
  const known = new Set(mine.map(({ grantId }) => grantId));
  const { visible, pending } = grantsOf(view, request.resource as KeyArn, env);
  const isOther = ({ grantId }: GrantRec) => !known.has(grantId);
  return {
    ...request,
    grants: [...mine, ...visible.filter(isOther)],
    pendingGrants: pending.filter(isOther),
  };
}

/** What `change.target` names, whole. A trust policy is shown as IAM has it. */
function documentAt(request: AccessRequest, { target }: PolicyChange, trusts: boolean): string | undefined {
  const text = policyDocumentAt(request, target);
  return text !== undefined && trusts && target.type === 'keyPolicy' ? withoutResource(text) : text;
}

export async function smallestChangeOf(
  view: View,
  facts: CallFacts,
  options: ChangeOptions,
  env: Env,
  catalogue: Catalogue,
): Promise<ChangeAdvice> {
  const asked = await permissionsOf(view, callOf(facts), env, catalogue);
  if (isRefusal(asked)) return { allowed: false, refusal: asked, proposals: [] };
  return adviceOn(view, facts, asked, options, env);
}

/** The same for permissions that have been put together already; `facts` is how they would be asked for. */
export async function adviceOn(
  view: View,
  facts: CallFacts,
  asked: readonly AskedPermission[],
  options: ChangeOptions,
  env: Env,
): Promise<ChangeAdvice> {
  const requests = asked.map((permission) => withAllGrants(permission, view, env));
  // A sentence of the operation itself (a root user may not take a role) no policy lifts.
  const hopeless = asked.some(({ request, trusts }) => {
    const decision = decide(request);
    return decision.allowed && trusts && !trusts.worded(decision).allowed;
  });
  const denied = requests.filter((request) => !decide(request).allowed);
  if (hopeless || denied.length === 0) return { allowed: !hopeless, refusal: undefined, proposals: [] };
  let states: readonly State[] = [{ requests, made: [], alsoOpens: [] }];
  for (const [i, permission] of asked.entries()) {
    const probes = await probesFor(view, permission, facts, options, env);
    states = states.flatMap((state) => {
      const now = state.requests[i];
      if (!now || decide(now).allowed) return [state];
      const { mostEdits, mostProposals = 8, without = [] } = options;
      const found = smallestChange(now, {
        ...(mostEdits === undefined ? {} : { mostEdits }),
        mostProposals,
        without,
        probes,
      });
      return found.map(({ changes, alsoOpens }) => after(state, i, changes, alsoOpens));
    });
  }
  const fewest = Math.min(...states.map(({ made }) => made.length));
  const proposals = states
    .filter(({ made }) => made.length === fewest)
    .sort((a, b) => a.alsoOpens.length - b.alsoOpens.length)
    .slice(0, options.mostProposals ?? 8);
  const told: CallProposal[] = [];
  for (const state of proposals) told.push(await toldOf(view, facts, asked, requests, state, env));
  return { allowed: false, refusal: undefined, proposals: told };
}

async function toldOf(
  view: View,
  facts: CallFacts,
  asked: readonly AskedPermission[],
  before: readonly AccessRequest[],
  { requests, made, alsoOpens }: State,
  env: Env,
): Promise<CallProposal> {
  const edits = made.flatMap(({ permission: i, change }): readonly ProposedEdit[] => {
    const [was, is, permission] = [before[i], requests[i], asked[i]];
    if (!was || !is || !permission) return [];
    const trusts = permission.trusts !== undefined;
    const { kind, target, statement } = change;
    return [
      {
        kind,
        target,
        statement,
        action: is.action,
        resource: is.resource,
        owner: ownerOf(view, is, change, trusts),
        trustPolicy: trusts && target.type === 'keyPolicy',
        before: documentAt(was, change, trusts),
        after: documentAt(is, change, trusts) ?? '',
      },
    ];
  });
  const steps = made.flatMap(({ permission: i, change }) => {
    const [was, is] = [before[i], requests[i]];
    return was && is ? [{ was, is, change, trusts: asked[i]?.trusts !== undefined }] : [];
  });
  return {
    edits,
    calls: await carryOut(view, facts, steps, env),
    retry: retryOf(facts, steps),
    grantToken: tokenOf(made),
    alsoOpens: cellsToShow(alsoOpens, before[0]),
  };
}

/** OURS: also where grants reach everywhere at once, the token of a new one is presented: it does no harm. */
function tokenOf(made: State['made']): CallProposal['grantToken'] {
  const kinds = made.map(({ change }) => change.kind);
  if (kinds.includes('useGrantToken')) return 'ofPendingGrant';
  return kinds.includes('addGrant') || kinds.includes('addGrantOperation') ? 'ofNewGrant' : undefined;
}

/** Each cell once, a role by its own name; what other sessions of the caller's role may then is his own doing. */
function cellsToShow(
  cells: readonly MatrixChange[],
  request: AccessRequest | undefined,
): readonly MatrixChange[] {
  const named = cells.map((cell) => ({ ...cell, principal: roleOf(cell.principal) }));
  const caller = request && roleOf(request.identity.arn);
  const others = named.filter(({ principal, action }) => principal !== caller || action !== request?.action);
  return [...new Map(others.map((cell) => [`${cell.principal} ${cell.action}`, cell])).values()];
}

/** The session of a role that a probe is made with stands for the role. OURS: its path is not in a session's ARN. */
const roleOf = (arn: string): string =>
  arn.replace(/^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/, 'arn:$1:iam::$2:role/$3');

/** Whoever could be let in beside the caller, and for what. */
async function probesFor(
  view: View,
  { request, trusts }: AskedPermission,
  facts: CallFacts,
  { principals, operations }: ChangeOptions,
  env: Env,
): Promise<{ readonly principals: readonly MatrixPrincipal[]; readonly actions: readonly string[] }> {
  if (trusts) {
    const named = await principalsNamed(view, principals ?? everyPrincipal(view), facts.region, {}, env);
    // A root user takes no role, whatever trusts it.
    const able = named.filter(({ principal }) => principal.identity.kind !== 'root');
    return { principals: able.map(({ principal }) => principal), actions: [request.action] };
  }
  const isKey = request.judgedOn === 'key' && view.get(ref.key(request.resource as KeyArn)) !== undefined;
  if (!isKey) return { principals: [], actions: [] };
  const named = await principalsAsked(view, { key: request.resource as KeyArn, principals }, env);
  return { principals: named.map(({ principal }) => principal), actions: actionsAsked(operations) };
}
