import {
  fullAccess,
  indexKey,
  isRefusal,
  organizationPolicy,
  parsePolicy,
  ref,
  type Operation,
  type OrganizationRec,
  type OrgNodeRec,
  type OrgPolicyRec,
  type OrgPolicyType,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { lowerLetters } from '../ids.ts';
import { arnOfNode, attachments, common, fault, managed, nodeIn, organizations } from './declare.ts';

/*
 * Service and resource control policies: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
 * and its like. Numbers: AWS Organizations User Guide, orgs_reference_limits.
 */

const mostCharacters = 5120;
/** On one root, organizational unit or account, of one type. */
const mostAttached = 5;

type PolicyNamed = { readonly PolicyId: string };
type Attachment = PolicyNamed & { readonly TargetId: string };

const kindOf = (type: OrgPolicyType) =>
  type === 'SERVICE_CONTROL_POLICY' ? 'serviceControl' : 'resourceControl';

function contentFault(type: OrgPolicyType, text: string): Refusal | undefined {
  const document = parsePolicy(text, kindOf(type));
  if (isRefusal(document)) return fault('MalformedPolicyDocumentException', document.message);
  // AWS Organizations User Guide, orgs_manage_policies_rcps_syntax: a customer's RCP denies only, to everybody.
  const allows = document.statements.some(({ effect }) => effect === 'Allow');
  if (type === 'RESOURCE_CONTROL_POLICY' && allows)
    return fault(
      'MalformedPolicyDocumentException',
      'The provided policy document does not meet the requirements of the specified policy type.',
    );
  return text.length > mostCharacters
    ? fault('ConstraintViolationException', 'You have exceeded the maximum size of a policy.')
    : undefined;
}

const noPolicy = (id: string): Refusal =>
  fault('PolicyNotFoundException', `We can't find a policy with the PolicyId that you specified: ${id}`);

const summary = (organization: OrganizationRec, { id, name, description, type }: OrgPolicyRec) => ({
  Id: id,
  Arn: `arn:aws:organizations::${organization.managementAccount}:policy/${organization.id}/${type.toLowerCase()}/${id}`,
  Name: name,
  Description: description,
  Type: type,
  AwsManaged: false,
});

const awsType = (id: string): OrgPolicyType | undefined =>
  id === fullAccess.scp
    ? 'SERVICE_CONTROL_POLICY'
    : id === fullAccess.rcp
      ? 'RESOURCE_CONTROL_POLICY'
      : undefined;

const awsSummary = (id: string, type: OrgPolicyType, step: Step) => ({
  Id: id,
  Arn: `arn:aws:organizations::aws:policy/${type.toLowerCase()}/${id}`,
  Name: organizationPolicy(id, step.view)?.name ?? id,
  Type: type,
  AwsManaged: true,
});

const own = (organization: OrganizationRec, id: string, { view }: Step): OrgPolicyRec | undefined => {
  const rec = view.get(ref.orgPolicy(id));
  return rec?.organization === organization.id ? rec : undefined;
};

const typeOf = (organization: OrganizationRec, id: string, step: Step): OrgPolicyType | undefined =>
  awsType(id) ?? own(organization, id, step)?.type;

const attachedTo = (node: OrgNodeRec, type: OrgPolicyType): readonly string[] =>
  type === 'SERVICE_CONTROL_POLICY' ? node.serviceControlPolicies : node.resourceControlPolicies;

const withAttached = (node: OrgNodeRec, type: OrgPolicyType, ids: readonly string[]): OrgNodeRec =>
  type === 'SERVICE_CONTROL_POLICY'
    ? { ...node, serviceControlPolicies: ids }
    : { ...node, resourceControlPolicies: ids };

/** The organization, the place and the type of an attachment, or why there is none. */
function parts({ PolicyId, TargetId }: Attachment, step: Step) {
  const organization = managed(step);
  if (isRefusal(organization)) return organization;
  const type = typeOf(organization, PolicyId, step);
  if (!type) return noPolicy(PolicyId);
  const node = nodeIn(organization, TargetId, step);
  if (!node)
    return fault(
      'TargetNotFoundException',
      `We can't find a root, OU, account, or policy with the TargetId that you specified: ${TargetId}`,
    );
  return { type, node, ids: attachedTo(node, type) };
}

export const policyOperations: readonly Operation[] = [
  organizations<
    {
      readonly Name: string;
      readonly Description: string;
      readonly Type: OrgPolicyType;
      readonly Content: string;
    },
    object
  >({
    name: 'CreatePolicy',
    refusals: [
      ...common,
      'MalformedPolicyDocumentException',
      'ConstraintViolationException',
      'DuplicatePolicyException',
      'PolicyTypeNotAvailableForOrganizationException',
    ],
    on: () => '*',
    run({ Name, Description, Type, Content }, step) {
      const { env, view } = step;
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      if (Type !== 'SERVICE_CONTROL_POLICY' && Type !== 'RESOURCE_CONTROL_POLICY')
        return fault(
          'PolicyTypeNotAvailableForOrganizationException',
          `${String(Type)} is not simulated here.`,
        );
      const same = view
        .range('orgPolicyByOrganization', {
          prefix: indexKey.orgPolicyByOrganization(organization.id),
          n: 10_000,
        })
        .some(({ rec }) => (rec as OrgPolicyRec).name === Name);
      if (same) return fault('DuplicatePolicyException', 'A policy with the same name already exists.');
      const wrong = contentFault(Type, Content);
      if (wrong) return wrong;
      const rec: OrgPolicyRec = {
        id: `p-${lowerLetters(8, env)}`,
        organization: organization.id,
        name: Name,
        description: Description,
        type: Type,
        document: Content,
      };
      view.put(ref.orgPolicy(rec.id), rec);
      return { Policy: { PolicySummary: summary(organization, rec), Content } };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<PolicyNamed, object>({
    name: 'DescribePolicy',
    readOnly: true,
    refusals: [...common, 'PolicyNotFoundException'],
    on: () => '*',
    run({ PolicyId }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const rec = own(organization, PolicyId, step);
      if (rec) return { Policy: { PolicySummary: summary(organization, rec), Content: rec.document } };
      const type = awsType(PolicyId);
      return type
        ? {
            Policy: {
              PolicySummary: awsSummary(PolicyId, type, step),
              Content: organizationPolicy(PolicyId, step.view)?.document,
            },
          }
        : noPolicy(PolicyId);
    },
  }),
  organizations<
    PolicyNamed & { readonly Name?: string; readonly Description?: string; readonly Content?: string },
    object
  >({
    name: 'UpdatePolicy',
    refusals: [
      ...common,
      'PolicyNotFoundException',
      'MalformedPolicyDocumentException',
      'ConstraintViolationException',
    ],
    on: () => '*',
    run({ PolicyId, Name, Description, Content }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const rec = own(organization, PolicyId, step);
      if (!rec) return noPolicy(PolicyId);
      const wrong = Content === undefined ? undefined : contentFault(rec.type, Content);
      if (wrong) return wrong;
      const after = {
        ...rec,
        name: Name ?? rec.name,
        description: Description ?? rec.description,
        document: Content ?? rec.document,
      };
      step.view.put(ref.orgPolicy(PolicyId), after);
      return { Policy: { PolicySummary: summary(organization, after), Content: after.document } };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<PolicyNamed>({
    name: 'DeletePolicy',
    refusals: [...common, 'PolicyNotFoundException', 'PolicyInUseException'],
    on: () => '*',
    run({ PolicyId }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      if (!own(organization, PolicyId, step)) return noPolicy(PolicyId);
      if ((step.view.get(ref.counter(attachments(PolicyId)))?.count ?? 0) > 0)
        return fault('PolicyInUseException', 'The policy is attached to one or more entities.');
      step.view.put(ref.orgPolicy(PolicyId), undefined);
      return undefined;
    },
  }),
  organizations<{ readonly Filter: OrgPolicyType }, object>({
    name: 'ListPolicies',
    readOnly: true,
    refusals: common,
    on: () => '*',
    run({ Filter }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const mine = step.view
        .range('orgPolicyByOrganization', {
          prefix: indexKey.orgPolicyByOrganization(organization.id),
          n: 10_000,
        })
        .map(({ rec }) => rec as OrgPolicyRec)
        .filter(({ type }) => type === Filter);
      const theirs = [fullAccess.scp, fullAccess.rcp].filter((id) => awsType(id) === Filter);
      return {
        Policies: [
          ...theirs.map((id) => awsSummary(id, Filter, step)),
          ...mine.map((rec) => summary(organization, rec)),
        ],
      };
    },
  }),
  organizations<Attachment>({
    name: 'AttachPolicy',
    refusals: [
      ...common,
      'PolicyNotFoundException',
      'TargetNotFoundException',
      'DuplicatePolicyAttachmentException',
      'ConstraintViolationException',
    ],
    on: ({ TargetId }, step) => arnOfNode(TargetId, step),
    run(input, step) {
      const found = parts(input, step);
      if (isRefusal(found)) return found;
      const { node, type, ids } = found;
      if (ids.includes(input.PolicyId)) {
        return fault(
          'DuplicatePolicyAttachmentException',
          'A policy with the specified name and type already exists on the target.',
        );
      }
      if (ids.length >= mostAttached) {
        return fault(
          'ConstraintViolationException',
          `You have attached the maximum number of policies of this type: ${mostAttached}.`,
        );
      }
      step.view.put(ref.orgNode(node.id), withAttached(node, type, [...ids, input.PolicyId]));
      if (awsType(input.PolicyId) === undefined) step.view.count(attachments(input.PolicyId), 1);
      return undefined;
    },
  }),
  organizations<Attachment>({
    name: 'DetachPolicy',
    refusals: [
      ...common,
      'PolicyNotFoundException',
      'TargetNotFoundException',
      'PolicyNotAttachedException',
      'ConstraintViolationException',
    ],
    on: ({ TargetId }, step) => arnOfNode(TargetId, step),
    run(input, step) {
      const found = parts(input, step);
      if (isRefusal(found)) return found;
      const { node, type, ids } = found;
      if (!ids.includes(input.PolicyId))
        return fault('PolicyNotAttachedException', "The policy isn't attached to the specified target.");
      // policy.md §1: RCPFullAWSAccess stays. Organizations User Guide: at least one SCP at every place.
      if (ids.length === 1 || input.PolicyId === fullAccess.rcp) {
        return fault(
          'ConstraintViolationException',
          'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
        );
      }
      step.view.put(
        ref.orgNode(node.id),
        withAttached(
          node,
          type,
          ids.filter((id) => id !== input.PolicyId),
        ),
      );
      if (awsType(input.PolicyId) === undefined) step.view.count(attachments(input.PolicyId), -1);
      return undefined;
    },
  }),
  organizations<{ readonly TargetId: string; readonly Filter: OrgPolicyType }, object>({
    name: 'ListPoliciesForTarget',
    readOnly: true,
    refusals: [...common, 'TargetNotFoundException'],
    on: ({ TargetId }, step) => arnOfNode(TargetId, step),
    run({ TargetId, Filter }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const node = nodeIn(organization, TargetId, step);
      if (!node) return fault('TargetNotFoundException', `There is no target ${TargetId}.`);
      const Policies = attachedTo(node, Filter).flatMap((id): readonly object[] => {
        const rec = own(organization, id, step);
        const type = awsType(id);
        if (rec) return [summary(organization, rec)];
        return type ? [awsSummary(id, type, step)] : [];
      });
      return { Policies };
    },
  }),
];
