import {
  operation,
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
  /** ARN of what it acts on, `*` for lists and the like. */
  readonly on: (input: I, step: Step) => string;
  readonly context?: (input: I, step: Step) => ConditionKeys;
  readonly run: (input: I, step: Step) => O | Refusal | Promise<O | Refusal>;
  /** What CloudTrail keeps of the answer; a reading operation leaves nothing. */
  readonly shows?: (output: O) => Readonly<Record<string, unknown>>;
  /** Members of the request that CloudTrail keeps. */
  readonly members: readonly string[];
}

export const declareIn =
  (service: ServiceName) =>
  <I, O = undefined>(declared: Declared<I, O>): Operation => {
    const { name, readOnly = false, refusals, on, context, run, shows, members } = declared;
    return operation<I, O>({
      name,
      plane: 'control',
      readOnly,
      worksAcrossAccounts: false,
      refusals,
      find: () => ({ keys: [] }),
      permissions: (input, _located, step): readonly Permission[] => [
        { action: `${service}:${name}`, resource: on(input, step), context: context?.(input, step) },
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
