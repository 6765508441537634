import {
  operation,
  type AccountId,
  type ConditionKeys,
  type Operation,
  type Permission,
  type Refusal,
  type ServiceName,
  type Step,
} from '../engine/index.ts';

/*
 * What the operations of all cloud services share: no key, one permission on one resource, all members in the trail.
 */

export interface Declared<I, O> {
  readonly name: string;
  readonly readOnly?: boolean;
  readonly refusals: readonly string[];
  /** ARN of what it acts on, `*` for lists and the like. Not looked at with `asks`. */
  readonly on?: (input: I, step: Step) => string;
  /** Where one permission of the operation's own name on the caller's own account is not it. */
  readonly asks?: (input: I, step: Step) => readonly Asked[];
  /** Answers before anybody is asked for permission: that there is no such bucket. */
  readonly exists?: (input: I, step: Step) => Refusal | undefined;
  /** Of the objects, not of the resources: no trail has it unless asked to. */
  readonly dataEvent?: boolean;
  readonly context?: (input: I, step: Step) => ConditionKeys;
  readonly run: (input: I, step: Step) => O | Refusal | Promise<O | Refusal>;
  /** What CloudTrail keeps of the answer; a reading operation leaves nothing. */
  readonly shows?: (output: O) => Readonly<Record<string, unknown>>;
  /** Members of the request that CloudTrail keeps. */
  readonly members: readonly string[];
}

/** One permission on one resource, and whose that is. */
export interface Asked {
  /** `s3:PutObject` */
  readonly action: string;
  /** ARN */
  readonly on: string;
  readonly owner?: ResourceOwner | undefined;
  readonly context?: ConditionKeys | undefined;
}

/** A resource that may have a policy of its own: a bucket, a queue, a secret. */
export interface ResourceOwner {
  readonly account: AccountId;
  /** The resource's policy. */
  readonly policy: string | undefined;
  /** `bucket policy` */
  readonly called: string;
}

/**
 * A resource's policy as the decision reads one. A key policy is all there is to a key; beside other policies of resources
 * IAM of the owner's account decides too, which is what a statement for that account says (IAM User Guide, "Policy
 * evaluation logic").
 */
function withOwner({ policy, account }: ResourceOwner): string {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { readonly Statement?: unknown };
  const own = { Effect: 'Allow', Principal: { AWS: account }, Action: '*', Resource: '*' };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [...(Array.isArray(Statement) ? (Statement as readonly unknown[]) : [Statement]), own],
  });
}

const permissionOf = ({ action, on, owner, context }: Asked): Permission => ({
  action,
  resource: on,
  context,
  trust: owner && {
    account: owner.account,
    document: withOwner(owner),
    worded: (decision) => ({
      ...decision,
      policies: decision.policies.map((reason) =>
        reason.type === 'keyPolicy' ? { ...reason, name: owner.called } : reason,
      ),
    }),
  },
});

export const declareIn =
  (service: ServiceName) =>
  <I, O = undefined>(declared: Declared<I, O>): Operation => {
    const {
      name,
      readOnly = false,
      refusals,
      on,
      context,
      run,
      shows,
      members,
      asks,
      exists,
      dataEvent,
    } = declared;
    return operation<I, O>({
      name,
      plane: 'control',
      readOnly,
      worksAcrossAccounts: asks !== undefined,
      dataEvent,
      refusals,
      find: (input, step) => exists?.(input, step) ?? { keys: [] },
      permissions: (input, _located, step): readonly Permission[] =>
        asks?.(input, step).map(permissionOf) ?? [
          {
            action: `${service}:${name}`,
            resource: on?.(input, step) ?? '*',
            context: context?.(input, step),
          },
        ],
      run: (input, _located, step) => run(input, step),
      trail: {
        // The shapes have dropped every member that the API does not have.
        request: members as readonly (keyof I & string)[],
        response: shows ? (output) => inTrail(shows(output)) : 'none',
      },
    });
  };

/** Member names begin lower-case in CloudTrail, and dates are text. */
function inTrail(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name.charAt(0).toLowerCase() + name.slice(1), logged(one)]),
  );
}

function logged(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(logged);
  return typeof value === 'object' && value !== null
    ? inTrail(value as Readonly<Record<string, unknown>>)
    : value;
}
