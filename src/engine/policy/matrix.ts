import { decide } from './decide.ts';
import type { AccessRequest, Decision } from './types.ts';
import { actionNamed } from './vocabulary.ts';

/** Somebody to ask about, with all that is theirs. What is absent is taken from the base request. */
export interface MatrixPrincipal
  extends
    Pick<AccessRequest, 'identity' | 'identityPolicies'>,
    Partial<
      Pick<
        AccessRequest,
        | 'context'
        | 'permissionsBoundary'
        | 'sessionPolicies'
        | 'serviceControlPolicies'
        | 'managementAccount'
        | 'endpointPolicy'
      >
    > {}

/** What a cell of the matrix says: the decision without its tree, which `decide` makes again when somebody looks. */
export interface MatrixCell extends Pick<Decision, 'allowed' | 'kind' | 'decidedBy' | 'because' | 'message'> {
  /** ARN of the caller. */
  readonly principal: string;
  readonly action: string;
}

export interface AccessMatrix {
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  /** A row for each principal, a cell for each action. */
  readonly rows: readonly (readonly MatrixCell[])[];
}

/** The base request as somebody else, or another action, would make it. */
export function requestOf(base: AccessRequest, principal: MatrixPrincipal, action: string): AccessRequest {
  return {
    ...base,
    permissionsBoundary: undefined,
    sessionPolicies: undefined,
    serviceControlPolicies: undefined,
    ...principal,
    context: { ...base.context, ...principal.context },
    action,
    // What is no action of KMS keeps what the base request says of it.
    worksAcrossAccounts: actionNamed(action)?.crossAccount ?? base.worksAcrossAccounts,
  };
}

/** Whose context keys are whose: those of the base request's caller must not stick to others. */
const callerKeys =
  /^(aws:(principal|userid|username|multifactor|tokenissue|source(identity|arn|account|org)|federated)|kms:calleraccount)/i;

function withoutCaller(context: AccessRequest['context']): AccessRequest['context'] {
  return Object.fromEntries(Object.entries(context).filter(([key]) => !callerKeys.test(key)));
}

const derived = ({ identity }: MatrixPrincipal): AccessRequest['context'] =>
  identity.kind === 'service'
    ? {}
    : {
        'kms:CallerAccount': identity.account,
        'aws:PrincipalAccount': identity.account,
        'aws:PrincipalArn': identity.principal,
      };

/** Who may do what to one key: every cell is a decision of its own. */
export function accessMatrix(
  principals: readonly MatrixPrincipal[],
  actions: readonly string[],
  base: AccessRequest,
): AccessMatrix {
  const shared = { ...base, context: withoutCaller(base.context) };
  const rows = principals.map((principal) => {
    const own = { ...principal, context: { ...derived(principal), ...principal.context } };
    return actions.map((action): MatrixCell => {
      const { allowed, kind, decidedBy, because, message } = decide(requestOf(shared, own, action));
      return { principal: principal.identity.arn, action, allowed, kind, decidedBy, because, message };
    });
  });
  return { principals: principals.map(({ identity }) => identity.arn), actions, rows };
}

export interface MatrixChange {
  readonly principal: string;
  readonly action: string;
  readonly before: MatrixCell;
  readonly after: MatrixCell;
}

/** The cells that differ, also those that differ in what decides only. Cells that one side lacks are left out. */
export function diffMatrix(before: AccessMatrix, after: AccessMatrix): readonly MatrixChange[] {
  const name = ({ principal, action }: MatrixCell): string => `${principal} ${action}`;
  const was = new Map(before.rows.flat().map((cell) => [name(cell), cell]));
  return after.rows.flat().flatMap((cell) => {
    const old = was.get(name(cell));
    if (!old || (old.kind === cell.kind && old.decidedBy === cell.decidedBy && old.because === cell.because))
      return [];
    return [{ principal: cell.principal, action: cell.action, before: old, after: cell }];
  });
}
