import {
  isRefusal,
  ref,
  under,
  type IdentityPolicyRec,
  type Operation,
  type PrincipalArn,
} from '../../engine/index.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { iam } from './declare.ts';
import { identityDocumentFault } from './documents.ts';
import { arnFor, changeable, entity, entityKeys, nameIn, type EntityKind, type Named } from './entities.ts';
import { common, limitExceeded, noSuchEntity } from './refusals.ts';

/*
 * PutUserPolicy, PutRolePolicy, PutGroupPolicy and their Get, Delete, List: twelve operations that differ by the kind of
 * what the policy hangs on. https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
 */

interface Put extends Named {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}
type One = Named & { readonly PolicyName: string };

/** All inline policies of one together, white space not counted (IAM User Guide, reference_iam-quotas). */
const mostCharacters: Readonly<Record<EntityKind, number>> = { User: 2048, Role: 10_240, Group: 5120 };

const size = (document: string): number => document.replace(/\s/g, '').length;

const keysOf = (kind: EntityKind) => (input: Named, step: Parameters<typeof entity>[2]) =>
  kind === 'Group' ? {} : entityKeys(kind, nameIn(kind, input), step);

function operationsOf(kind: EntityKind): readonly Operation[] {
  const on = (input: Named, step: Parameters<typeof entity>[2]) => arnFor(kind, nameIn(kind, input), step);
  const context = keysOf(kind);
  const missingPolicy = (name: string) => noSuchEntity(`The ${kind.toLowerCase()} policy with name ${name}`);
  return [
    iam<Put>({
      name: `Put${kind}Policy`,
      refusals: [...common, 'MalformedPolicyDocument'],
      on,
      context,
      run(input, step) {
        const found = changeable(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const fault = identityDocumentFault(input.PolicyDocument);
        if (fault) return fault;
        const others = step.view
          .range('ref', { prefix: under.identityPolicies(found.arn), n: 1000 })
          .map(({ rec }) => rec as IdentityPolicyRec)
          .filter(({ name }) => name !== input.PolicyName);
        const total = others.reduce((sum, { document }) => sum + size(document), size(input.PolicyDocument));
        if (total > mostCharacters[kind]) {
          return {
            ...limitExceeded('', 0),
            // OURS: the reference has no text; this is how people quote it.
            message: `Maximum policy size of ${mostCharacters[kind]} bytes exceeded for ${kind.toLowerCase()} ${found.name}`,
          };
        }
        step.view.put(ref.identityPolicy(found.arn, input.PolicyName), {
          principal: found.arn as PrincipalArn, // of a group too: what the policy hangs on
          name: input.PolicyName,
          document: input.PolicyDocument,
        });
        return undefined;
      },
    }),
    iam<One, object>({
      name: `Get${kind}Policy`,
      readOnly: true,
      refusals: common,
      on,
      context,
      run(input, { view, ...rest }) {
        const found = entity(kind, nameIn(kind, input), { view, ...rest });
        if (isRefusal(found)) return found;
        const policy = view.get(ref.identityPolicy(found.arn, input.PolicyName));
        return policy
          ? {
              [`${kind}Name`]: found.name,
              PolicyName: policy.name,
              // Query services answer documents URL-encoded (IAM API Reference, GetUserPolicy); SDKs decode them.
              PolicyDocument: policy.document,
            }
          : missingPolicy(input.PolicyName);
      },
    }),
    iam<One>({
      name: `Delete${kind}Policy`,
      refusals: common,
      on,
      context,
      run(input, step) {
        const found = changeable(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const at = ref.identityPolicy(found.arn, input.PolicyName);
        if (!step.view.get(at)) return missingPolicy(input.PolicyName);
        step.view.put(at, undefined);
        return undefined;
      },
    }),
    iam<Named & PageInput, object>({
      name: `List${kind}Policies`,
      readOnly: true,
      refusals: common,
      on,
      context,
      run(input, step) {
        const found = entity(kind, nameIn(kind, input), step);
        if (isRefusal(found)) return found;
        const names = step.view
          .range('ref', { prefix: under.identityPolicies(found.arn), n: 1000 })
          .map(({ rec }) => (rec as IdentityPolicyRec).name);
        const { page, members } = pageOf(names, input, (name) => name);
        return { PolicyNames: page, ...members };
      },
    }),
  ];
}

export const inlinePolicyOperations: readonly Operation[] = (['User', 'Role', 'Group'] as const).flatMap(
  operationsOf,
);
