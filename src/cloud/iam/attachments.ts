import { isRefusal, managedPolicyText, type Operation, type Step } from '../../engine/index.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { iam } from './declare.ts';
import {
  arnFor,
  changeable,
  entity,
  entityKeys,
  nameIn,
  setAttached,
  type EntityKind,
  type Named,
} from './entities.ts';
import { common, limitExceeded, noSuchPolicy } from './refusals.ts';

/*
 * AttachUserPolicy and its like: nine operations. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
 */

type Attach = Named & { readonly PolicyArn: string };

/** IAM User Guide, reference_iam-quotas: default of managed policies on one. */
const most = 10;

/** How many hang on a policy, so that DeletePolicy need not look for them. */
export const attachments = (policy: string): string => `attached/${policy}`;
export const boundaries = (policy: string): string => `boundary/${policy}`;

function operationsOf(kind: EntityKind): readonly Operation[] {
  const on = (input: Named, step: Step) => arnFor(kind, nameIn(kind, input), step);
  const context = (input: Attach, step: Step) => ({
    ...(kind === 'Group' ? {} : entityKeys(kind, nameIn(kind, input), step)),
    'iam:PolicyARN': input.PolicyArn,
  });
  return [
    iam<Attach>({
      name: `Attach${kind}Policy`,
      refusals: [...common, 'PolicyNotAttachable'],
      on,
      context,
      run(input, step) {
        const found = changeable(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const { PolicyArn } = input;
        if (!isOwnOrAws(PolicyArn, step) || managedPolicyText(PolicyArn, step.view) === undefined)
          return noSuchPolicy(PolicyArn);
        if (found.attached.includes(PolicyArn)) return undefined;
        if (found.attached.length >= most) return limitExceeded(`PoliciesPer${kind}`, most);
        setAttached(found, [...found.attached, PolicyArn], step);
        step.view.count(attachments(PolicyArn), 1);
        return undefined;
      },
    }),
    iam<Attach>({
      name: `Detach${kind}Policy`,
      refusals: common,
      on,
      context,
      run(input, step) {
        const found = changeable(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const { PolicyArn } = input;
        if (!found.attached.includes(PolicyArn)) {
          return { ...noSuchPolicy(PolicyArn), message: `Policy ${PolicyArn} was not found.` };
        }
        setAttached(
          found,
          found.attached.filter((arn) => arn !== PolicyArn),
          step,
        );
        step.view.count(attachments(PolicyArn), -1);
        return undefined;
      },
    }),
    iam<Named & PageInput, object>({
      name: `ListAttached${kind}Policies`,
      readOnly: true,
      refusals: common,
      on,
      run(input, step) {
        const found = entity(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const { page, members } = pageOf(found.attached.toSorted(), input, (arn) => arn);
        const AttachedPolicies = page.map((arn) => ({
          PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
          PolicyArn: arn,
        }));
        return { AttachedPolicies, ...members };
      },
    }),
  ];
}

/** A policy of another account cannot be attached. */
export const isOwnOrAws = (arn: string, { identity }: Step): boolean =>
  arn.startsWith('arn:aws:iam::aws:policy/') || arn.startsWith(`arn:aws:iam::${identity.account}:policy/`);

export const attachmentOperations: readonly Operation[] = (['User', 'Role', 'Group'] as const).flatMap(
  operationsOf,
);
