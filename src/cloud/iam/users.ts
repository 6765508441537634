import {
  indexKey,
  isRefusal,
  ref,
  secretOf,
  under,
  type ConditionKeys,
  type CredentialRec,
  type Operation,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { upperLetters } from '../ids.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { boundaryFault, dropBoundary } from './boundaries.ts';
import { iam } from './declare.ts';
import { arnFor, entityArn, entityKeys, findPrincipal, pathOf, principal } from './entities.ts';
import {
  alreadyExists,
  common,
  deleteConflict,
  invalidInput,
  limitExceeded,
  noSuchEntity,
} from './refusals.ts';
import { requestTagKeys, tagsFault, tagsOf, type Tag } from './tags.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html and its like

export interface CreateEntity {
  readonly Path?: string;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly Tag[];
}

/** Condition keys of a request that makes a user or a role. */
export const creationKeys = ({ PermissionsBoundary, Tags = [] }: CreateEntity): ConditionKeys => ({
  ...requestTagKeys(Tags),
  ...(PermissionsBoundary === undefined ? {} : { 'iam:PermissionsBoundary': PermissionsBoundary }),
});

type UserNamed = { readonly UserName: string };

/** Without a name it is the caller's own user. */
function ownName(UserName: string | undefined, { identity }: Step): string | Refusal {
  if (UserName !== undefined) return UserName;
  return identity.kind === 'user'
    ? identity.name
    : {
        ...invalidInput('Must specify userName when calling with non-User credentials'),
        refused: 'ValidationError',
      };
}

const ownArn = (UserName: string | undefined, step: Step): string => {
  const name = ownName(UserName, step);
  return isRefusal(name) ? '*' : arnFor('User', name, step);
};

export const userOutput = (rec: PrincipalRec): Readonly<Record<string, unknown>> => ({
  Path: pathOf(rec.arn),
  UserName: rec.name,
  UserId: rec.principalId,
  Arn: rec.arn,
  // OURS: what came with the world is as old as time.
  CreateDate: new Date(rec.created ?? 0),
  ...(rec.boundary === undefined ? {} : { PermissionsBoundary: boundaryOutput(rec.boundary) }),
  ...(rec.tags ? { Tags: tagsOf(rec.tags) } : {}),
});

export const boundaryOutput = (PermissionsBoundaryArn: string) => ({
  PermissionsBoundaryType: 'Policy',
  PermissionsBoundaryArn,
});

const accessKeysOf = (user: PrincipalArn, { view }: Step): readonly CredentialRec[] =>
  view
    .range('credentialByPrincipal', { prefix: indexKey.credentialByPrincipal(user), n: 100 })
    .map(({ rec }) => rec as CredentialRec);

const inlineOf = (arn: string, { view }: Step): number =>
  view.range('ref', { prefix: under.identityPolicies(arn), n: 1 }).length;

/** IAM User Guide, reference_iam-quotas. */
const keysPerUser = 2;

export const userOperations: readonly Operation[] = [
  iam<CreateEntity & UserNamed, object>({
    name: 'CreateUser',
    refusals: [...common, 'EntityAlreadyExists'],
    on: ({ UserName, Path }, { identity }) => entityArn(identity.account, 'User', UserName, Path),
    context: creationKeys,
    run({ UserName, Path = '/', PermissionsBoundary, Tags = [] }, step) {
      const { view, identity, env } = step;
      if (findPrincipal('User', UserName, step))
        return alreadyExists(`User with name ${UserName} already exists.`);
      const fault = tagsFault(Tags) ?? boundaryFault(PermissionsBoundary, step);
      if (fault) return fault;
      const arn = entityArn(identity.account, 'User', UserName, Path) as PrincipalArn;
      const rec: PrincipalRec = {
        arn,
        account: identity.account,
        kind: 'user',
        name: UserName,
        principalId: `AIDA${upperLetters(17, env)}`,
        created: env.at,
        boundary: PermissionsBoundary,
        tags: Tags.length > 0 ? Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) : undefined,
      };
      view.put(ref.principal(arn), rec);
      return { User: userOutput(rec) };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<UserNamed>({
    name: 'DeleteUser',
    refusals: [...common, 'DeleteConflict'],
    on: ({ UserName }, step) => arnFor('User', UserName, step),
    context: ({ UserName }, step) => entityKeys('User', UserName, step),
    run({ UserName }, step) {
      const rec = principal('User', UserName, step);
      if (isRefusal(rec)) return rec;
      if (inlineOf(rec.arn, step) > 0)
        return deleteConflict('Cannot delete entity, must delete policies first.');
      if ((rec.attached ?? []).length > 0)
        return deleteConflict('Cannot delete entity, must detach all policies first.');
      if ((rec.groups ?? []).length > 0)
        return deleteConflict('Cannot delete entity, must remove users from group first.');
      if (accessKeysOf(rec.arn, step).length > 0)
        return deleteConflict('Cannot delete entity, must delete access keys first.');
      dropBoundary(rec.boundary, step);
      step.view.put(ref.principal(rec.arn), undefined);
      return undefined;
    },
  }),
  iam<{ readonly UserName?: string }, object>({
    name: 'GetUser',
    readOnly: true,
    refusals: [...common, 'ValidationError'],
    on: ({ UserName }, step) => ownArn(UserName, step),
    run({ UserName }, step) {
      const name = ownName(UserName, step);
      const rec = isRefusal(name) ? name : principal('User', name, step);
      return isRefusal(rec) ? rec : { User: userOutput(rec) };
    },
  }),
  iam<PageInput & { readonly PathPrefix?: string }, object>({
    name: 'ListUsers',
    readOnly: true,
    refusals: common,
    on: (_, { identity }) => `arn:aws:iam::${identity.account}:user/`,
    run(input, { view, identity }) {
      const prefix = `principal/arn:aws:iam::${identity.account}:user${input.PathPrefix ?? '/'}`;
      const recs = view.range('ref', { prefix, n: 10_000 }).map(({ rec }) => rec as PrincipalRec);
      const { page, members } = pageOf(recs, input, ({ arn }) => arn);
      return { Users: page.map(userOutput), ...members };
    },
  }),
  iam<{ readonly UserName?: string }, { readonly AccessKey: Readonly<Record<string, unknown>> }>({
    name: 'CreateAccessKey',
    refusals: [...common, 'ValidationError'],
    on: ({ UserName }, step) => ownArn(UserName, step),
    async run({ UserName }, step) {
      const { view, env } = step;
      const name = ownName(UserName, step);
      const rec = isRefusal(name) ? name : principal('User', name, step);
      if (isRefusal(rec)) return rec;
      if (accessKeysOf(rec.arn, step).length >= keysPerUser)
        return limitExceeded('AccessKeysPerUser', keysPerUser);
      const accessKeyId = `AKIA${upperLetters(16, env)}`;
      view.put(ref.credential(accessKeyId), {
        accessKeyId,
        principal: rec.arn,
        sessionName: undefined,
        sessionToken: undefined,
        expires: undefined,
      });
      const SecretAccessKey = await secretOf({ view, env, note: () => {} }, accessKeyId);
      const { at } = env;
      return {
        AccessKey: {
          UserName: rec.name,
          AccessKeyId: accessKeyId,
          Status: 'Active',
          SecretAccessKey,
          CreateDate: new Date(at),
        },
      };
    },
    // The secret is told once, and to nobody else.
    shows: ({ AccessKey: { SecretAccessKey: _, ...shown } }) => ({ AccessKey: shown }),
  }),
  iam<{ readonly UserName?: string; readonly AccessKeyId: string }>({
    name: 'DeleteAccessKey',
    refusals: [...common, 'ValidationError'],
    on: ({ UserName }, step) => ownArn(UserName, step),
    run({ UserName, AccessKeyId }, step) {
      const name = ownName(UserName, step);
      const rec = isRefusal(name) ? name : principal('User', name, step);
      if (isRefusal(rec)) return rec;
      const at = ref.credential(AccessKeyId);
      if (step.view.get(at)?.principal !== rec.arn)
        return noSuchEntity(`The Access Key with id ${AccessKeyId}`);
      step.view.put(at, undefined);
      return undefined;
    },
  }),
  iam<PageInput & { readonly UserName?: string }, object>({
    name: 'ListAccessKeys',
    readOnly: true,
    refusals: [...common, 'ValidationError'],
    on: ({ UserName }, step) => ownArn(UserName, step),
    run(input, step) {
      const name = ownName(input.UserName, step);
      const rec = isRefusal(name) ? name : principal('User', name, step);
      if (isRefusal(rec)) return rec;
      const { page, members } = pageOf(accessKeysOf(rec.arn, step), input, ({ accessKeyId }) => accessKeyId);
      const AccessKeyMetadata = page.map(({ accessKeyId }) => ({
        UserName: rec.name,
        AccessKeyId: accessKeyId,
        Status: 'Active',
      }));
      return { AccessKeyMetadata, ...members };
    },
  }),
];
