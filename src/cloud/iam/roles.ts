import {
  isRefusal,
  namingPolicy,
  ref,
  shownText,
  under,
  type Operation,
  type PrincipalArn,
  type PrincipalRec,
  type Step,
} from '../../engine/index.ts';
import { upperLetters } from '../ids.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { boundaryFault, dropBoundary } from './boundaries.ts';
import { iam } from './declare.ts';
import { trustDocumentFault } from './documents.ts';
import {
  arnFor,
  entityArn,
  entityKeys,
  findPrincipal,
  isServiceLinked,
  pathOf,
  principal,
} from './entities.ts';
import { alreadyExists, common, deleteConflict, invalidInput, unmodifiable } from './refusals.ts';
import { tagsFault, tagsOf } from './tags.ts';
import { boundaryOutput, creationKeys, type CreateEntity } from './users.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its like

type RoleNamed = { readonly RoleName: string };

interface CreateRole extends CreateEntity, RoleNamed {
  readonly AssumeRolePolicyDocument: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
}

/** An hour, unless the role says otherwise (IAM API Reference, CreateRole). */
export const defaultSessionSeconds = 3600;

const trustOf = ({ arn }: PrincipalRec, view: Step['view']): string | undefined => {
  const trust = view.get(ref.trustPolicy(arn));
  return trust && shownText(trust, view);
};

const roleOutput = (rec: PrincipalRec, { view }: Step): Readonly<Record<string, unknown>> => ({
  Path: pathOf(rec.arn),
  RoleName: rec.name,
  RoleId: rec.principalId,
  Arn: rec.arn,
  CreateDate: new Date(rec.created ?? 0),
  AssumeRolePolicyDocument: trustOf(rec, view),
  ...(rec.description === undefined ? {} : { Description: rec.description }),
  MaxSessionDuration: rec.maxSessionDuration ?? defaultSessionSeconds,
  ...(rec.boundary === undefined ? {} : { PermissionsBoundary: boundaryOutput(rec.boundary) }),
  ...(rec.tags ? { Tags: tagsOf(rec.tags) } : {}),
});

const put = (rec: PrincipalRec, trust: string, { view }: Step): void => {
  view.put(ref.principal(rec.arn), rec);
  view.put(ref.trustPolicy(rec.arn), { role: rec.arn, ...namingPolicy(trust, view) });
};

const changeableRole = (name: string, step: Step) => {
  const rec = principal('Role', name, step);
  return !isRefusal(rec) && isServiceLinked(rec.arn) ? unmodifiable(rec.name) : rec;
};

interface ServiceLinked {
  readonly AWSServiceName: string;
  readonly Description?: string;
  readonly CustomSuffix?: string;
}

/** `AWSServiceRoleForAutoScaling` of `autoscaling.amazonaws.com`. OURS: services spell their names as they like. */
function serviceLinkedName({ AWSServiceName, CustomSuffix }: ServiceLinked): string {
  const [host = ''] = AWSServiceName.split('.');
  const name = `AWSServiceRoleFor${host.charAt(0).toUpperCase()}${host.slice(1)}`;
  return CustomSuffix === undefined ? name : `${name}_${CustomSuffix}`;
}

export const roleOperations: readonly Operation[] = [
  iam<CreateRole, object>({
    name: 'CreateRole',
    refusals: [...common, 'EntityAlreadyExists', 'MalformedPolicyDocument'],
    on: ({ RoleName, Path }, { identity }) => entityArn(identity.account, 'Role', RoleName, Path),
    context: creationKeys,
    run(input, step) {
      const { RoleName, Path = '/', Tags = [], PermissionsBoundary, AssumeRolePolicyDocument: trust } = input;
      const { identity, env } = step;
      if (Path.startsWith('/aws-service-role/'))
        return invalidInput('Path /aws-service-role/ is kept for service-linked roles.'); // OURS: the text
      if (findPrincipal('Role', RoleName, step))
        return alreadyExists(`Role with name ${RoleName} already exists.`);
      const fault =
        trustDocumentFault(trust, step) ?? tagsFault(Tags) ?? boundaryFault(PermissionsBoundary, step);
      if (fault) return fault;
      const rec: PrincipalRec = {
        arn: entityArn(identity.account, 'Role', RoleName, Path) as PrincipalArn,
        account: identity.account,
        kind: 'role',
        name: RoleName,
        principalId: `AROA${upperLetters(17, env)}`,
        created: env.at,
        description: input.Description,
        boundary: PermissionsBoundary,
        tags: Tags.length > 0 ? Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) : undefined,
        maxSessionDuration: input.MaxSessionDuration,
      };
      put(rec, trust, step);
      return { Role: roleOutput(rec, step) };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<ServiceLinked, object>({
    name: 'CreateServiceLinkedRole',
    refusals: common,
    on: (input, { identity }) =>
      entityArn(
        identity.account,
        'Role',
        serviceLinkedName(input),
        `/aws-service-role/${input.AWSServiceName}/`,
      ),
    context: ({ AWSServiceName }) => ({ 'iam:AWSServiceName': AWSServiceName }),
    run(input, step) {
      const { identity, env } = step;
      const name = serviceLinkedName(input);
      if (findPrincipal('Role', name, step))
        return invalidInput(
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      const path = `/aws-service-role/${input.AWSServiceName}/`;
      const rec: PrincipalRec = {
        arn: entityArn(identity.account, 'Role', name, path) as PrincipalArn,
        account: identity.account,
        kind: 'role',
        name,
        principalId: `AROA${upperLetters(17, env)}`,
        created: env.at,
        description: input.Description,
      };
      const trust = {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: input.AWSServiceName }, Action: 'sts:AssumeRole' },
        ],
      };
      put(rec, JSON.stringify(trust), step);
      return { Role: roleOutput(rec, step) };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<RoleNamed>({
    name: 'DeleteRole',
    refusals: [...common, 'DeleteConflict'],
    on: ({ RoleName }, step) => arnFor('Role', RoleName, step),
    context: ({ RoleName }, step) => entityKeys('Role', RoleName, step),
    run({ RoleName }, step) {
      const rec = changeableRole(RoleName, step);
      if (isRefusal(rec)) return rec;
      if (step.view.range('ref', { prefix: under.identityPolicies(rec.arn), n: 1 }).length > 0)
        return deleteConflict('Cannot delete entity, must delete policies first.');
      if ((rec.attached ?? []).length > 0)
        return deleteConflict('Cannot delete entity, must detach all policies first.');
      dropBoundary(rec.boundary, step);
      step.view.put(ref.principal(rec.arn), undefined);
      step.view.put(ref.trustPolicy(rec.arn), undefined);
      return undefined;
    },
  }),
  iam<RoleNamed, object>({
    name: 'GetRole',
    readOnly: true,
    refusals: common,
    on: ({ RoleName }, step) => arnFor('Role', RoleName, step),
    context: ({ RoleName }, step) => entityKeys('Role', RoleName, step),
    run({ RoleName }, step) {
      const rec = principal('Role', RoleName, step);
      return isRefusal(rec) ? rec : { Role: roleOutput(rec, step) };
    },
  }),
  iam<PageInput & { readonly PathPrefix?: string }, object>({
    name: 'ListRoles',
    readOnly: true,
    refusals: common,
    on: (_, { identity }) => `arn:aws:iam::${identity.account}:role/`,
    run(input, step) {
      const prefix = `principal/arn:aws:iam::${step.identity.account}:role${input.PathPrefix ?? '/'}`;
      const recs = step.view.range('ref', { prefix, n: 10_000 }).map(({ rec }) => rec as PrincipalRec);
      const { page, members } = pageOf(recs, input, ({ arn }) => arn);
      return { Roles: page.map((rec) => roleOutput(rec, step)), ...members };
    },
  }),
  iam<RoleNamed & { readonly Description?: string; readonly MaxSessionDuration?: number }, object>({
    name: 'UpdateRole',
    refusals: common,
    on: ({ RoleName }, step) => arnFor('Role', RoleName, step),
    context: ({ RoleName }, step) => entityKeys('Role', RoleName, step),
    run({ RoleName, Description, MaxSessionDuration }, step) {
      const rec = changeableRole(RoleName, step);
      if (isRefusal(rec)) return rec;
      step.view.put(ref.principal(rec.arn), {
        ...rec,
        description: Description ?? rec.description,
        maxSessionDuration: MaxSessionDuration ?? rec.maxSessionDuration,
      });
      return {};
    },
  }),
  iam<RoleNamed & { readonly PolicyDocument: string }>({
    name: 'UpdateAssumeRolePolicy',
    refusals: [...common, 'MalformedPolicyDocument'],
    on: ({ RoleName }, step) => arnFor('Role', RoleName, step),
    context: ({ RoleName }, step) => entityKeys('Role', RoleName, step),
    run({ RoleName, PolicyDocument }, step) {
      const rec = changeableRole(RoleName, step);
      if (isRefusal(rec)) return rec;
      const fault = trustDocumentFault(PolicyDocument, step);
      if (fault) return fault;
      step.view.put(ref.trustPolicy(rec.arn), { role: rec.arn, ...namingPolicy(PolicyDocument, step.view) });
      return undefined;
    },
  }),
];
