import { compiled, type Asked, type CompiledPolicy } from './compile.ts';
import { Context } from './context.ts';
import { deniedBy, hidden, notAllowedBy } from './sentences.ts';
import {
  policyTypes,
  type AccessRequest,
  type Decision,
  type PolicyReason,
  type PolicyType,
} from './types.ts';

/** One policy of the caller or the key, judged. */
function judge(
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

const keyPolicy = (request: AccessRequest, asked: Asked): readonly PolicyReason[] => {
  if (request.judgedOn === 'account') return notInPath.keyPolicy;
  if (request.keyPolicy === undefined) return [bare('keyPolicy', 'silent')];
  return [judge('keyPolicy', 'default', compiled.key(request.keyPolicy), asked)];
};

const isOwn = ({ identity, resourceAccount }: AccessRequest): boolean => identity.account === resourceAccount;

/** Where only the caller's side speaks, or speaks too, a root user needs no policy to be allowed (policy.md §4). */
const identityPolicies = (request: AccessRequest, asked: Asked): readonly PolicyReason[] => {
  if (request.identity.kind === 'root') {
    const needed = request.judgedOn === 'account' || !isOwn(request);
    return needed ? [bare('identityPolicy', 'allows')] : notInPath.identityPolicy;
  }
  if (request.identityPolicies.length === 0) return [bare('identityPolicy', 'silent')];
  return request.identityPolicies.map(({ name, document }) =>
    judge('identityPolicy', name, compiled.identity(document), asked),
  );
};

/**
 * Every policy type has its place here, in the order of `policyTypes`. A type that this world does not have yet is "not
 * in the path"; to add one, put its judge in place of `notInPath` and its step into `decide`.
 */
const judgesOf: Readonly<
  Record<PolicyType, (request: AccessRequest, asked: Asked) => readonly PolicyReason[]>
> = {
  serviceControlPolicy: () => notInPath.serviceControlPolicy,
  resourceControlPolicy: () => notInPath.resourceControlPolicy,
  endpointPolicy: () => notInPath.endpointPolicy,
  keyPolicy,
  identityPolicy: identityPolicies,
  permissionsBoundary: () => notInPath.permissionsBoundary,
  sessionPolicy: () => notInPath.sessionPolicy,
  grant: () => notInPath.grant,
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

/** ListKeys, CreateKey, aliases: the caller's own account alone. */
function onAccount(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  // OURS: AWS's text for another account's alias is unknown; it reveals as little as for a key.
  if (!isOwn(request)) return lack('identityPolicy', hidden(request), 'policy.md §5');
  if (says(policies, 'identityPolicy', 'allows')) return allow('identityPolicy', 'policy.md §5');
  return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), 'policy.md §8 row 1');
}

/** Steps 3 and 4 in the key's own account. */
function onOwnKey(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  if (request.keyPolicy === undefined) {
    if (!request.namedByCiphertext)
      throw new Error(`"decide" expected the key policy of ${request.resource}, got none`);
    return lack('keyPolicy', hidden(request), 'policy.md §8 row 8');
  }
  if (says(policies, 'keyPolicy', 'allows')) return allow('keyPolicy', 'policy.md §3');
  if (!says(policies, 'keyPolicy', 'delegates')) {
    return lack('keyPolicy', notAllowedBy(request, 'keyPolicy'), 'policy.md §8 row 2');
  }
  if (says(policies, 'identityPolicy', 'allows')) return allow('identityPolicy', 'policy.md §3');
  const row = request.namedByCiphertext ? 7 : 1;
  return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), `policy.md §8 row ${row}`);
}

/** Steps 3 and 4 for a key of another account: both sides must say yes (policy.md §5). */
function onForeignKey(request: AccessRequest, policies: readonly PolicyReason[]): Step {
  if (!request.worksAcrossAccounts) return lack('keyPolicy', hidden(request), 'policy.md §5');
  const owner = says(policies, 'keyPolicy', 'allows') || says(policies, 'keyPolicy', 'delegates');
  if (!owner) return lack('keyPolicy', hidden(request), hiddenRow(request));
  if (!says(policies, 'identityPolicy', 'allows')) {
    return lack('identityPolicy', notAllowedBy(request, 'identityPolicy'), 'policy.md §8 row 6');
  }
  return allow(request.identity.kind === 'root' ? 'keyPolicy' : 'identityPolicy', 'policy.md §5');
}

/** May this caller do this to this resource, and what says so: policy.md §2, in its order. */
export function decide(request: AccessRequest): Decision {
  const { identity, action, resource } = request;
  const asked: Asked = { identity, action, resource, context: new Context(request.context) };
  const policies: PolicyReason[] = [];
  for (const type of policyTypes) policies.push(...judgesOf[type](request, asked));

  const onKey = isOwn(request) ? onOwnKey : onForeignKey;
  const step =
    explicitDeny(request, policies) ??
    // Step 2, the ceilings (RCP, SCP, endpoint policy), goes here; boundary and session policy (step 5) go where
    // `onOwnKey` and `onForeignKey` ask the identity policies.
    (request.judgedOn === 'account' ? onAccount : onKey)(request, policies);

  const { kind, decidedBy, message, because } = step;
  return { allowed: kind === 'allow', action, resource, decidedBy, kind, policies, message, because };
}
