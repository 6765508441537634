import { compiled, type Asked, type CompiledPolicy } from './compile.ts';
import { Context } from './context.ts';
import { issuerOf, judgeGrant, judgeRetiring } from './grants.ts';
import { deniedBy, hidden, notAllowedBy } from './sentences.ts';
import {
  policyTypes,
  type AccessRequest,
  type Decision,
  type NamedPolicy,
  type PolicyLevels,
  type PolicyReason,
  type PolicyType,
} from './types.ts';

/** Without the context, which holds on to a whole request. */
type Question = Omit<Asked, 'context'>;
interface Judged {
  readonly question: Question;
  readonly reason: PolicyReason;
}

/** What steady policies said last, newest first: reasons are values, and may be given out again. */
const judgedBefore = new WeakMap<CompiledPolicy, Judged[]>();
const judgedKept = 8;

const asksTheSame = (a: Question, b: Question): boolean =>
  a.action === b.action &&
  a.resource === b.resource &&
  a.bounded === b.bounded &&
  (a.identity === b.identity ||
    (a.identity.arn === b.identity.arn &&
      a.identity.principal === b.identity.principal &&
      a.identity.account === b.identity.account &&
      a.identity.kind === b.identity.kind));

/** One policy of the caller or the key, judged. */
function judge(
  type: PolicyType,
  name: string | undefined,
  policy: CompiledPolicy,
  asked: Asked,
): PolicyReason {
  if (!policy.steady) return judgeAnew(type, name, policy, asked);
  const before = judgedBefore.get(policy) ?? [];
  for (const { question, reason } of before)
    if (reason.type === type && reason.name === name && asksTheSame(question, asked)) return reason;
  const reason = judgeAnew(type, name, policy, asked);
  const { identity, action, resource, bounded } = asked;
  const question = { identity, action, resource, bounded };
  judgedBefore.set(policy, [{ question, reason }, ...before.slice(0, judgedKept - 1)]);
  return reason;
}

function judgeAnew(
  type: PolicyType,
  name: string | undefined,
  policy: CompiledPolicy,
  asked: Asked,
): PolicyReason {
  const statements = policy.statements.map((statement) => statement(asked));
  let verdict: PolicyReason['verdict'] = 'silent';
  for (const { applies, effect, delegates } of statements) {
    if (!applies) continue;
    if (effect === 'Deny') return { type, name, verdict: 'denies', statements };
    if (!delegates) verdict = 'allows';
    else if (verdict === 'silent') verdict = 'delegates';
  }
  return { type, name, verdict, statements };
}

const bare = (type: PolicyType, verdict: PolicyReason['verdict']): PolicyReason => ({
  type,
  name: undefined,
  verdict,
  statements: [],
});

const notInPath = Object.fromEntries(
  policyTypes.map((type) => [type, [bare(type, 'notInPath')]]),
) as unknown as Readonly<Record<PolicyType, readonly PolicyReason[]>>; // `fromEntries` forgets the keys.

type Judge = (request: AccessRequest, asked: Asked) => readonly PolicyReason[];

/** policy.md §6: kms:RetireGrant is judged on the grant, and has no effect in key policies and RCPs. */
const retires = ({ action }: AccessRequest): boolean => action.toLowerCase() === 'kms:retiregrant';

/** A service has no account to be foreign to: the key's side alone decides about it. */
const isOwn = ({ identity, resourceAccount }: AccessRequest): boolean =>
  identity.kind === 'service' || identity.account === resourceAccount;

/** A role that a service made for itself: organizations' policies do not reach its sessions (policy.md §1). */
const isServiceLinked = ({ identity }: AccessRequest): boolean =>
  identity.principal.includes(':role/aws-service-role/');

function judgeLevels(
  type: PolicyType,
  levels: PolicyLevels | undefined,
  compile: (document: string) => CompiledPolicy,
  asked: Asked,
): readonly PolicyReason[] {
  if (!levels || levels.length === 0) return notInPath[type];
  return levels.flatMap((policies, level) =>
    policies.length === 0
      ? [{ ...bare(type, 'silent'), level }]
      : policies.map(({ name, document }) => ({ ...judge(type, name, compile(document), asked), level })),
  );
}

const serviceControlPolicies: Judge = (request, asked) => {
  const { identity, managementAccount } = request;
  const exempt =
    identity.kind === 'service' || identity.account === managementAccount || isServiceLinked(request);
  return judgeLevels(
    'serviceControlPolicy',
    exempt ? undefined : request.serviceControlPolicies,
    compiled.serviceControl,
    asked,
  );
};

/** OURS: they guard keys; for CreateKey, lists and aliases policy.md says nothing of them. */
const resourceControlPolicies: Judge = (request, asked) => {
  const exempt =
    request.judgedOn === 'account' ||
    request.resourceAccount === request.managementAccount ||
    request.awsManagedKey ||
    isServiceLinked(request) ||
    retires(request);
  return judgeLevels(
    'resourceControlPolicy',
    exempt ? undefined : request.resourceControlPolicies,
    compiled.resourceControl,
    asked,
  );
};

const endpointPolicy: Judge = ({ endpointPolicy: document }, asked) =>
  document === undefined
    ? notInPath.endpointPolicy
    : [judge('endpointPolicy', undefined, compiled.endpoint(document), asked)];

const keyPolicy: Judge = (request, asked) => {
  if (request.judgedOn === 'account' || retires(request)) return notInPath.keyPolicy;
  if (request.keyPolicy === undefined) return [bare('keyPolicy', 'silent')];
  return [judge('keyPolicy', 'default', compiled.key(request.keyPolicy), asked)];
};

/** Where only the caller's side speaks, or speaks too, a root user needs no policy to be allowed (policy.md §4). */
const identityPolicies: Judge = (request, asked) => {
  if (request.identity.kind === 'service') return notInPath.identityPolicy;
  if (request.identity.kind === 'root') {
    const needed = request.judgedOn === 'account' || !isOwn(request) || retires(request);
    return needed ? [bare('identityPolicy', 'allows')] : notInPath.identityPolicy;
  }
  if (request.identityPolicies.length === 0) return [bare('identityPolicy', 'silent')];
  return request.identityPolicies.map(({ name, document }) =>
    judge('identityPolicy', name, compiled.identity(document), asked),
  );
};

/** Root users and services have neither. */
const attached = (
  type: PolicyType,
  request: AccessRequest,
  policies: readonly NamedPolicy[],
  asked: Asked,
): readonly PolicyReason[] => {
  const { kind } = request.identity;
  if (kind === 'service' || kind === 'root' || policies.length === 0) return notInPath[type];
  return policies.map(({ name, document }) => judge(type, name, compiled.identity(document), asked));
};

const permissionsBoundary: Judge = (request, asked) => {
  const { permissionsBoundary: boundary } = request;
  return boundary
    ? attached('permissionsBoundary', request, [boundary], asked)
    : notInPath.permissionsBoundary;
};

const sessionPolicies: Judge = (request, asked) =>
  attached('sessionPolicy', request, request.sessionPolicies ?? [], asked);

const grants: Judge = (request, asked) => {
  const { grants: all = [], retires: one } = request;
  if (retires(request)) {
    const targets = one ? [one] : all;
    return targets.length === 0 ? notInPath.grant : targets.map((grant) => judgeRetiring(grant, asked));
  }
  if (request.judgedOn === 'account' || all.length === 0) return notInPath.grant;
  return all.map((grant) => judgeGrant(grant, request, asked));
};

/** Every policy type has its judge here, in the order of `policyTypes`. */
const judgesOf: Readonly<Record<PolicyType, Judge>> = {
  serviceControlPolicy: serviceControlPolicies,
  resourceControlPolicy: resourceControlPolicies,
  endpointPolicy,
  keyPolicy,
  identityPolicy: identityPolicies,
  permissionsBoundary,
  sessionPolicy: sessionPolicies,
  grant: grants,
};

/** What a step of the order says; undefined leaves it to the next. */
type Step = Pick<Decision, 'kind' | 'decidedBy' | 'message' | 'because'>;

const allow = (decidedBy: PolicyType, because: string): Step => ({
  kind: 'allow',
  decidedBy,
  message: '',
  because,
});
const lack = (decidedBy: PolicyType, message: string, because: string): Step => ({
  kind: 'implicitDeny',
  decidedBy,
  message,
  because,
});

const hiddenRow = (request: AccessRequest): string => `policy.md §8 row ${request.namedByCiphertext ? 8 : 5}`;

/** Step 1: a Deny anywhere. OURS: of several, the first in the order of `policyTypes` is named. */
function explicitDeny(request: AccessRequest, policies: readonly PolicyReason[]): Step | undefined {
  const type = policies.find(({ verdict }) => verdict === 'denies')?.type;
  if (type === undefined || type === 'grant') return undefined;
  // A foreigner is not told what the key policy says.
  const hides = type === 'keyPolicy' && !isOwn(request);
  return {
    kind: 'explicitDeny',
    decidedBy: type,
    message: hides ? hidden(request) : deniedBy(request, type),
    because: hides ? hiddenRow(request) : 'policy.md §8 row 3',
  };
}

const says = (
  policies: readonly PolicyReason[],
  type: PolicyType,
  verdict: PolicyReason['verdict'],
): boolean => policies.some((policy) => policy.type === type && policy.verdict === verdict);

const inPath = (policies: readonly PolicyReason[], type: PolicyType): boolean =>
  policies.some((policy) => policy.type === type && policy.verdict !== 'notInPath');

/** Some policy of every level allows. Policies without levels are one level. */
function everyLevelAllows(policies: readonly PolicyReason[], type: PolicyType): boolean {
  const allowing = new Map<number, boolean>();
  for (const { type: its, verdict, level = 0 } of policies) {
    if (its === type) allowing.set(level, verdict === 'allows' || (allowing.get(level) ?? false));
  }
  return [...allowing.values()].every(Boolean);
}

/** The first of these types that is in the path and does not allow. */
function ceiling(
  types: readonly Exclude<PolicyType, 'grant'>[],
  request: AccessRequest,
  policies: readonly PolicyReason[],
): Step | undefined {
  const low = types.find((type) => inPath(policies, type) && !everyLevelAllows(policies, type));
  return low && lack(low, notAllowedBy(request, low), 'policy.md §8 row 4');
}

/** Step 2: what every call has to pass. */
const outerCeilings = (request: AccessRequest, policies: readonly PolicyReason[]): Step | undefined =>
  ceiling(['resourceControlPolicy', 'serviceControlPolicy', 'endpointPolicy'], request, policies);

/** Step 5: what an allow has to pass that came from identity policies, or through the role (policy.md §4). */
const underCeilings = (request: AccessRequest, policies: readonly PolicyReason[], allowed: Step): Step =>
  ceiling(['permissionsBoundary', 'sessionPolicy'], request, policies) ?? allowed;

/**
 * How an allow reaches the caller: straight, and then boundary and session policy do not limit it; through the role that
 * the session is of, and then they do; or through the account, and then IAM has to allow as well (policy.md §4).
 * Everybody, `Principal: "*"`, is straight, also with a condition on aws:PrincipalArn (IAM User Guide,
 * reference_policies_elements_principal, "IAM role principals").
 */
type Route = 'straight' | 'role' | 'account';
const routes: readonly Route[] = ['straight', 'role', 'account'];

/** The most direct way of all statements of these policies that apply. */
function routeOf(policies: readonly PolicyReason[], type: 'keyPolicy' | 'grant'): Route | undefined {
  let best: Route | undefined;
  for (const policy of policies) {
    if (policy.type !== type || policy.verdict === 'silent' || policy.verdict === 'notInPath') continue;
    for (const { applies, effect, delegates, via } of policy.statements) {
      if (!applies || effect === 'Deny') continue;
      const route = delegates ? 'account' : via === 'role' ? 'role' : 'straight';
      if (best === undefined || routes.indexOf(route) < routes.indexOf(best)) best = route;
    }
  }
  return best;
}

const allowsIdentity = (policies: readonly PolicyReason[]): boolean =>
  says(policies, 'identityPolicy', 'allows');

/** ListKeys, CreateKey, aliases: the caller's own account alone. */
function onAccount(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  // OURS: AWS's text for another account's alias is unknown; it reveals as little as for a key.
  if (!isOwn(request)) return lack('identityPolicy', hidden(request), 'policy.md §5');
  if (allowsIdentity(policies)) {
    return underCeilings(request, policies, allow('identityPolicy', 'policy.md §5'));
  }
  return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), 'policy.md §8 row 1');
}

/** Steps 3 to 5 in the key's own account. */
function onOwnKey(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  if (request.keyPolicy === undefined) {
    if (!request.namedByCiphertext)
      throw new Error(`"decide" expected the key policy of ${request.resource}, got none`);
    return lack('keyPolicy', hidden(request), 'policy.md §8 row 8');
  }
  const byKey = routeOf(policies, 'keyPolicy');
  const byGrant = routeOf(policies, 'grant');
  if (byKey === 'straight') return allow('keyPolicy', 'policy.md §3');
  if (byGrant === 'straight') return allow('grant', 'policy.md §6');
  if (byKey === 'role') return underCeilings(request, policies, allow('keyPolicy', 'policy.md §4'));
  // OURS: policy.md §4 speaks of key policies; a grant to the role is held to be limited like one.
  if (byGrant === 'role') return underCeilings(request, policies, allow('grant', 'policy.md §6'));
  if (byKey === undefined && byGrant === undefined) {
    return lack('keyPolicy', notAllowedBy(request, 'keyPolicy'), 'policy.md §8 row 2');
  }
  if (allowsIdentity(policies)) {
    return underCeilings(request, policies, allow('identityPolicy', 'policy.md §3'));
  }
  const row = request.namedByCiphertext ? 7 : 1;
  return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), `policy.md §8 row ${row}`);
}

/**
 * How a grant to a foreigner works for both sides at once: issued by the caller's account it is the caller's trust, issued
 * by the owner's it is so by the engine's option (policy.md §5).
 */
function foreignGrantRoute(request: AccessRequest, policies: readonly PolicyReason[]): Route | undefined {
  const { grants: all = [], identity, foreignGrantsNeedIdentityPolicy } = request;
  const trusted = foreignGrantsNeedIdentityPolicy
    ? new Set(all.filter((grant) => issuerOf(grant) === identity.account).map(({ grantId }) => grantId))
    : undefined;
  const counting = policies.filter(
    ({ type, name }) => type === 'grant' && (!trusted || (name !== undefined && trusted.has(name))),
  );
  return routeOf(counting, 'grant');
}

/** Steps 3 to 5 for a key of another account: both sides must say yes (policy.md §5). */
function onForeignKey(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  if (!request.worksAcrossAccounts) return lack('keyPolicy', hidden(request), 'policy.md §5');
  const byGrant = foreignGrantRoute(request, policies);
  if (byGrant === 'straight') return allow('grant', 'policy.md §5');
  if (byGrant === 'role') return underCeilings(request, policies, allow('grant', 'policy.md §5'));
  const owner = routeOf(policies, 'keyPolicy') ?? routeOf(policies, 'grant');
  if (!owner) return lack('keyPolicy', hidden(request), hiddenRow(request));
  if (!allowsIdentity(policies)) {
    return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), 'policy.md §8 row 6');
  }
  const decidedBy = request.identity.kind === 'root' ? 'keyPolicy' : 'identityPolicy';
  return underCeilings(request, policies, allow(decidedBy, 'policy.md §5'));
}

/** kms:RetireGrant (policy.md §6): by the grant itself, or IAM in an account that the grant names, or that issued it. */
function onGrant(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  const byGrant = routeOf(policies, 'grant');
  if (byGrant === 'straight') return allow('grant', 'policy.md §6');
  if (byGrant === 'role') return underCeilings(request, policies, allow('grant', 'policy.md §6'));
  // OURS: without a grant to look at, the key's own account is taken to have issued it.
  const delegated = byGrant === 'account' || (!inPath(policies, 'grant') && isOwn(request));
  if (delegated && allowsIdentity(policies)) {
    return underCeilings(request, policies, allow('identityPolicy', 'policy.md §6'));
  }
  // OURS: no sentence for RetireGrant is recorded. In the key's account it is the usual one; others learn nothing.
  return delegated || isOwn(request)
    ? lack('grant', notAllowedBy(request, 'identityPolicy'), 'policy.md §6')
    : lack('grant', hidden(request), 'policy.md §6');
}

function innerSteps(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  if (retires(request)) return onGrant(request, policies);
  if (request.judgedOn === 'account') return onAccount(request, policies);
  return (isOwn(request) ? onOwnKey : onForeignKey)(request, policies);
}

/** May this caller do this to this resource, and what says so: policy.md §2, in its order. */
export function decide(request: AccessRequest): Decision {
  const { identity, action, resource } = request;
  const hasBoundary = identity.kind === 'user' || identity.kind === 'session';
  const bounded = request.permissionsBoundary !== undefined && hasBoundary;
  const asked: Asked = { identity, action, resource, context: new Context(request), bounded };
  const policies: PolicyReason[] = [];
  for (const type of policyTypes) for (const reason of judgesOf[type](request, asked)) policies.push(reason);

  const { kind, decidedBy, message, because } =
    explicitDeny(request, policies) ?? outerCeilings(request, policies) ?? innerSteps(request, policies);
  return { allowed: kind === 'allow', action, resource, decidedBy, kind, policies, message, because };
}
