import {
  isRefusal,
  ref,
  under,
  type GroupRec,
  type Operation,
  type PrincipalRec,
  type Step,
} from '../../engine/index.ts';
import { upperLetters } from '../ids.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { iam } from './declare.ts';
import { arnFor, entityArn, findGroup, missing, pathOf, principal } from './entities.ts';
import { alreadyExists, common, deleteConflict, limitExceeded } from './refusals.ts';
import { userOutput } from './users.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html and its like

type GroupNamed = { readonly GroupName: string };
type Member = GroupNamed & { readonly UserName: string };

/** How many users are in a group, so that DeleteGroup need not look for them. */
const membersOf = (group: string): string => `members/${group}`;

/** IAM User Guide, reference_iam-quotas. */
const groupsPerUser = 10;

const groupOutput = (rec: GroupRec) => ({
  Path: pathOf(rec.arn),
  GroupName: rec.name,
  GroupId: rec.groupId,
  Arn: rec.arn,
  CreateDate: new Date(rec.created),
});

const on = ({ GroupName }: GroupNamed, step: Step) => arnFor('Group', GroupName, step);

export const groupOperations: readonly Operation[] = [
  iam<GroupNamed & { readonly Path?: string }, object>({
    name: 'CreateGroup',
    refusals: [...common, 'EntityAlreadyExists'],
    on: ({ GroupName, Path }, { identity }) => entityArn(identity.account, 'Group', GroupName, Path),
    run({ GroupName, Path }, step) {
      const { identity, env, view } = step;
      if (findGroup(GroupName, step)) return alreadyExists(`Group with name ${GroupName} already exists.`);
      const rec: GroupRec = {
        arn: entityArn(identity.account, 'Group', GroupName, Path),
        account: identity.account,
        name: GroupName,
        groupId: `AGPA${upperLetters(17, env)}`,
        created: env.at,
        attached: [],
      };
      view.put(ref.group(rec.arn), rec);
      return { Group: groupOutput(rec) };
    },
    shows: (output) => ({ ...output }),
  }),
  iam<GroupNamed>({
    name: 'DeleteGroup',
    refusals: [...common, 'DeleteConflict'],
    on,
    run({ GroupName }, step) {
      const rec = findGroup(GroupName, step);
      if (!rec) return missing('Group', GroupName);
      if ((step.view.get(ref.counter(membersOf(rec.arn)))?.count ?? 0) > 0)
        return deleteConflict('Cannot delete entity, must remove users from group first.');
      if (step.view.range('ref', { prefix: under.identityPolicies(rec.arn), n: 1 }).length > 0)
        return deleteConflict('Cannot delete entity, must delete policies first.');
      if (rec.attached.length > 0)
        return deleteConflict('Cannot delete entity, must detach all policies first.');
      step.view.put(ref.group(rec.arn), undefined);
      return undefined;
    },
  }),
  iam<GroupNamed & PageInput, object>({
    name: 'GetGroup',
    readOnly: true,
    refusals: common,
    on,
    run(input, step) {
      const rec = findGroup(input.GroupName, step);
      if (!rec) return missing('Group', input.GroupName);
      const users = step.view
        .range('ref', { prefix: `principal/arn:aws:iam::${step.identity.account}:user/`, n: 10_000 })
        .map(({ rec: user }) => user as PrincipalRec)
        .filter(({ groups = [] }) => groups.includes(rec.arn));
      const { page, members } = pageOf(users, input, ({ arn }) => arn);
      return { Group: groupOutput(rec), Users: page.map(userOutput), ...members };
    },
  }),
  iam<PageInput & { readonly PathPrefix?: string }, object>({
    name: 'ListGroups',
    readOnly: true,
    refusals: common,
    on: (_, { identity }) => `arn:aws:iam::${identity.account}:group/`,
    run(input, { view, identity }) {
      const prefix = `group/arn:aws:iam::${identity.account}:group${input.PathPrefix ?? '/'}`;
      const recs = view.range('ref', { prefix, n: 1000 }).map(({ rec }) => rec as GroupRec);
      const { page, members } = pageOf(recs, input, ({ arn }) => arn);
      return { Groups: page.map(groupOutput), ...members };
    },
  }),
  iam<Member>({
    name: 'AddUserToGroup',
    refusals: common,
    on,
    run({ GroupName, UserName }, step) {
      const group = findGroup(GroupName, step);
      if (!group) return missing('Group', GroupName);
      const user = principal('User', UserName, step);
      if (isRefusal(user)) return user;
      const groups = user.groups ?? [];
      if (groups.includes(group.arn)) return undefined;
      if (groups.length >= groupsPerUser) return limitExceeded('GroupsPerUser', groupsPerUser);
      step.view.put(ref.principal(user.arn), { ...user, groups: [...groups, group.arn] });
      step.view.count(membersOf(group.arn), 1);
      return undefined;
    },
  }),
  iam<Member>({
    name: 'RemoveUserFromGroup',
    refusals: common,
    on,
    run({ GroupName, UserName }, step) {
      const group = findGroup(GroupName, step);
      if (!group) return missing('Group', GroupName);
      const user = principal('User', UserName, step);
      if (isRefusal(user)) return user;
      const groups = user.groups ?? [];
      // OURS: taking somebody out who is not in is no error.
      if (!groups.includes(group.arn)) return undefined;
      const left = groups.filter((arn) => arn !== group.arn);
      step.view.put(ref.principal(user.arn), { ...user, groups: left });
      step.view.count(membersOf(group.arn), -1);
      return undefined;
    },
  }),
  iam<PageInput & { readonly UserName: string }, object>({
    name: 'ListGroupsForUser',
    readOnly: true,
    refusals: common,
    on: ({ UserName }, step) => arnFor('User', UserName, step),
    run(input, step) {
      const user = principal('User', input.UserName, step);
      if (isRefusal(user)) return user;
      const groups = (user.groups ?? []).flatMap((arn) => step.view.get(ref.group(arn)) ?? []);
      const { page, members } = pageOf(
        groups.toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
        input,
        ({ arn }) => arn,
      );
      return { Groups: page.map(groupOutput), ...members };
    },
  }),
];
