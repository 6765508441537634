import {
  awsManagedPolicies,
  managedPolicyText,
  ref,
  under,
  type ManagedPolicyRec,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { upperLetters } from '../ids.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { attachments, boundaries } from './attachments.ts';
import { isHeld } from './boundaries.ts';
import { iam } from './declare.ts';
import { identityDocumentFault } from './documents.ts';
import { entityArn, pathOf } from './entities.ts';
import {
  alreadyExists,
  common,
  deleteConflict,
  limitExceeded,
  noSuchEntity,
  noSuchPolicy,
} from './refusals.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html and its like

type PolicyNamed = { readonly PolicyArn: string };
type VersionNamed = PolicyNamed & { readonly VersionId: string };

/** IAM User Guide, reference_iam-quotas. */
const mostVersions = 5;
const mostCharacters = 6144;

function documentFault(text: string): Refusal | undefined {
  const fault = identityDocumentFault(text);
  if (fault) return fault;
  const size = text.replace(/\s/g, '').length;
  return size > mostCharacters ? limitExceeded('PolicySize', mostCharacters) : undefined;
}

const count = (name: string, { view }: Step): number => view.get(ref.counter(name))?.count ?? 0;

const policyOutput = (rec: ManagedPolicyRec, step: Step) => ({
  PolicyName: rec.name,
  PolicyId: rec.policyId,
  Arn: rec.arn,
  Path: pathOf(rec.arn),
  DefaultVersionId: rec.defaultVersion,
  AttachmentCount: count(attachments(rec.arn), step),
  PermissionsBoundaryUsageCount: count(boundaries(rec.arn), step),
  IsAttachable: true,
  ...(rec.description === undefined ? {} : { Description: rec.description }),
  CreateDate: new Date(rec.created),
  UpdateDate: new Date(rec.updated),
});

/** OURS: AWS's own policies have one version here. */
const awsOutput = (arn: string, step: Step) => ({
  PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
  Arn: arn,
  Path: pathOf(arn),
  DefaultVersionId: 'v1',
  AttachmentCount: count(attachments(arn), step),
  PermissionsBoundaryUsageCount: count(boundaries(arn), step),
  IsAttachable: true,
});

const own = (arn: string, { view, identity }: Step): ManagedPolicyRec | undefined => {
  const rec = view.get(ref.managedPolicy(arn));
  return rec?.account === identity.account ? rec : undefined;
};

const noSuchVersion = (arn: string, version: string): Refusal => ({
  ...noSuchPolicy(arn),
  message: `Policy ${arn} version ${version} does not exist or is not attachable.`,
});

const on = ({ PolicyArn }: PolicyNamed) => PolicyArn;

export const policyOperations: readonly Operation[] = [
  iam<
    {
      readonly PolicyName: string;
      readonly Path?: string;
      readonly PolicyDocument: string;
      readonly Description?: string;
    },
    object
  >({
    name: 'CreatePolicy',
    refusals: [...common, 'EntityAlreadyExists', 'MalformedPolicyDocument'],
    on: ({ PolicyName, Path }, { identity }) => entityArn(identity.account, 'Policy', PolicyName, Path),
    run({ PolicyName, Path, PolicyDocument, Description }, step) {
      const { view, identity, env } = step;
      const arn = entityArn(identity.account, 'Policy', PolicyName, Path);
      const same = view
        .range('ref', { prefix: under.managedPolicies(identity.account), n: 10_000 })
        .some(({ rec }) => (rec as ManagedPolicyRec).name === PolicyName);
      if (same)
        return alreadyExists(
          `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
        );
      const fault = documentFault(PolicyDocument);
      if (fault) return fault;
      const rec: ManagedPolicyRec = {
        arn,
        account: identity.account,
        name: PolicyName,
        description: Description,
        policyId: `ANPA${upperLetters(17, env)}`,
        defaultVersion: 'v1',
        versions: ['v1'],
        nextVersion: 2,
        created: env.at,
        updated: env.at,
      };
      view.put(ref.managedPolicy(arn), rec);
      view.put(ref.policyVersion(arn, 'v1'), {
        policy: arn,
        version: 'v1',
        document: PolicyDocument,
        created: env.at,
      });
      return { Policy: policyOutput(rec, step) };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<PolicyNamed, object>({
    name: 'GetPolicy',
    readOnly: true,
    refusals: common,
    on,
    run({ PolicyArn }, step) {
      const rec = own(PolicyArn, step);
      if (rec) return { Policy: policyOutput(rec, step) };
      return awsManagedPolicies.includes(PolicyArn)
        ? { Policy: awsOutput(PolicyArn, step) }
        : noSuchEntity(`Policy ${PolicyArn}`);
    },
  }),
  iam<VersionNamed, object>({
    name: 'GetPolicyVersion',
    readOnly: true,
    refusals: common,
    on,
    run({ PolicyArn, VersionId }, step) {
      const rec = own(PolicyArn, step);
      const version = rec && step.view.get(ref.policyVersion(PolicyArn, VersionId));
      if (rec && version) {
        const { document, created } = version;
        return { PolicyVersion: versionOutput(rec, VersionId, document, created) };
      }
      const text = VersionId === 'v1' && !rec ? managedPolicyText(PolicyArn, step.view) : undefined;
      return text !== undefined && awsManagedPolicies.includes(PolicyArn)
        ? { PolicyVersion: { Document: text, VersionId, IsDefaultVersion: true } }
        : noSuchVersion(PolicyArn, VersionId);
    },
  }),
  iam<PageInput & { readonly Scope?: 'All' | 'AWS' | 'Local' }, object>({
    name: 'ListPolicies',
    readOnly: true,
    refusals: common,
    on: (_, { identity }) => `arn:aws:iam::${identity.account}:policy/`,
    run(input, step) {
      const { Scope = 'All' } = input;
      const mine = step.view
        .range('ref', { prefix: under.managedPolicies(step.identity.account), n: 10_000 })
        .map(({ rec }) => policyOutput(rec as ManagedPolicyRec, step));
      const theirs = awsManagedPolicies.map((arn) => awsOutput(arn, step));
      const all = [...(Scope === 'AWS' ? [] : mine), ...(Scope === 'Local' ? [] : theirs)];
      const { page, members } = pageOf(
        all.toSorted((a, b) => (a.Arn < b.Arn ? -1 : 1)),
        input,
        ({ Arn }) => Arn,
      );
      return { Policies: page, ...members };
    },
  }),
  iam<PolicyNamed & PageInput, object>({
    name: 'ListPolicyVersions',
    readOnly: true,
    refusals: common,
    on,
    run(input, step) {
      const rec = own(input.PolicyArn, step);
      if (!rec) return noSuchPolicy(input.PolicyArn);
      const { page, members } = pageOf(rec.versions.toSorted(), input, (version) => version);
      const Versions = page.map((VersionId) => ({
        VersionId,
        IsDefaultVersion: VersionId === rec.defaultVersion,
        CreateDate: new Date(step.view.get(ref.policyVersion(rec.arn, VersionId))?.created ?? rec.created),
      }));
      return { Versions, ...members };
    },
  }),
  iam<PolicyNamed & { readonly PolicyDocument: string; readonly SetAsDefault?: boolean }, object>({
    name: 'CreatePolicyVersion',
    refusals: [...common, 'MalformedPolicyDocument'],
    on,
    run({ PolicyArn, PolicyDocument, SetAsDefault = false }, step) {
      const { view, env } = step;
      const rec = own(PolicyArn, step);
      if (!rec) return noSuchPolicy(PolicyArn);
      const fault = documentFault(PolicyDocument);
      if (fault) return fault;
      if (rec.versions.length >= mostVersions) {
        return {
          ...limitExceeded('VersionsPerPolicy', mostVersions),
          message: `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`,
        };
      }
      const version = `v${rec.nextVersion}`;
      const after: ManagedPolicyRec = {
        ...rec,
        versions: [...rec.versions, version],
        nextVersion: rec.nextVersion + 1,
        defaultVersion: SetAsDefault ? version : rec.defaultVersion,
        updated: env.at,
      };
      view.put(ref.managedPolicy(PolicyArn), after);
      view.put(ref.policyVersion(PolicyArn, version), {
        policy: PolicyArn,
        version,
        document: PolicyDocument,
        created: env.at,
      });
      return {
        PolicyVersion: { VersionId: version, IsDefaultVersion: SetAsDefault, CreateDate: new Date(env.at) },
      };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<VersionNamed>({
    name: 'SetDefaultPolicyVersion',
    refusals: common,
    on,
    run({ PolicyArn, VersionId }, step) {
      const rec = own(PolicyArn, step);
      if (!rec?.versions.includes(VersionId)) return noSuchVersion(PolicyArn, VersionId);
      step.view.put(ref.managedPolicy(PolicyArn), {
        ...rec,
        defaultVersion: VersionId,
        updated: step.env.at,
      });
      return undefined;
    },
  }),
  iam<VersionNamed>({
    name: 'DeletePolicyVersion',
    refusals: [...common, 'DeleteConflict'],
    on,
    run({ PolicyArn, VersionId }, step) {
      const rec = own(PolicyArn, step);
      if (!rec?.versions.includes(VersionId)) return noSuchVersion(PolicyArn, VersionId);
      if (VersionId === rec.defaultVersion)
        return deleteConflict('Cannot delete the default version of a policy.');
      const versions = rec.versions.filter((version) => version !== VersionId);
      step.view.put(ref.managedPolicy(PolicyArn), { ...rec, versions, updated: step.env.at });
      step.view.put(ref.policyVersion(PolicyArn, VersionId), undefined);
      return undefined;
    },
  }),
  iam<PolicyNamed>({
    name: 'DeletePolicy',
    refusals: [...common, 'DeleteConflict'],
    on,
    run({ PolicyArn }, step) {
      const rec = own(PolicyArn, step);
      if (!rec) return noSuchPolicy(PolicyArn);
      if (isHeld(PolicyArn, step)) return deleteConflict('Cannot delete a policy attached to entities.');
      if (rec.versions.length > 1) {
        return deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      step.view.put(ref.managedPolicy(PolicyArn), undefined);
      step.view.put(ref.policyVersion(PolicyArn, rec.defaultVersion), undefined);
      return undefined;
    },
  }),
];

const versionOutput = (rec: ManagedPolicyRec, VersionId: string, Document: string, created: number) => ({
  Document,
  VersionId,
  IsDefaultVersion: VersionId === rec.defaultVersion,
  CreateDate: new Date(created),
});
