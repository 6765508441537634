import {
  isRefusal,
  managedPolicyText,
  ref,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { attachments, boundaries, isOwnOrAws } from './attachments.ts';
import { iam } from './declare.ts';
import { arnFor, entityKeys, isServiceLinked, nameIn, principal, type Named } from './entities.ts';
import { common, noSuchPolicy, unmodifiable } from './refusals.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html and its like

/** Counts the boundary too: a policy that is one cannot be deleted. */
export function boundaryFault(arn: string | undefined, step: Step): Refusal | undefined {
  if (arn === undefined) return undefined;
  if (!isOwnOrAws(arn, step) || managedPolicyText(arn, step.view) === undefined) return noSuchPolicy(arn);
  step.view.count(boundaries(arn), 1);
  return undefined;
}

/** Whoever is deleted gives the boundary free. */
export function dropBoundary(arn: string | undefined, { view }: Step): void {
  if (arn !== undefined) view.count(boundaries(arn), -1);
}

/** Whether anybody holds a policy: attached, or as a boundary. */
export const isHeld = (policy: string, { view }: Step): boolean =>
  [attachments(policy), boundaries(policy)].some((name) => (view.get(ref.counter(name))?.count ?? 0) > 0);

function operationsOf(kind: 'User' | 'Role'): readonly Operation[] {
  const on = (input: Named, step: Step) => arnFor(kind, nameIn(kind, input), step);
  return [
    iam<Named & { readonly PermissionsBoundary: string }>({
      name: `Put${kind}PermissionsBoundary`,
      refusals: [...common, 'PolicyNotAttachable'],
      on,
      context: (input, step) => ({
        ...entityKeys(kind, nameIn(kind, input), step),
        'iam:PermissionsBoundary': input.PermissionsBoundary,
      }),
      run(input, step) {
        const rec = principal(kind, nameIn(kind, input), step);
        if (isRefusal(rec)) return rec;
        if (isServiceLinked(rec.arn)) return unmodifiable(rec.name);
        const fault = boundaryFault(input.PermissionsBoundary, step);
        if (fault) return fault;
        dropBoundary(rec.boundary, step);
        step.view.put(ref.principal(rec.arn), { ...rec, boundary: input.PermissionsBoundary });
        return undefined;
      },
    }),
    iam<Named>({
      name: `Delete${kind}PermissionsBoundary`,
      refusals: common,
      on,
      context: (input, step) => entityKeys(kind, nameIn(kind, input), step),
      run(input, step) {
        const rec = principal(kind, nameIn(kind, input), step);
        if (isRefusal(rec)) return rec;
        if (isServiceLinked(rec.arn)) return unmodifiable(rec.name);
        dropBoundary(rec.boundary, step);
        step.view.put(ref.principal(rec.arn), { ...rec, boundary: undefined });
        return undefined;
      },
    }),
  ];
}

export const boundaryOperations: readonly Operation[] = (['User', 'Role'] as const).flatMap(operationsOf);
