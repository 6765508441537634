import { parseArn, type KeyArn, type PrincipalArn, type Region } from '../../engine/index.ts';
import type { CallRequest, Genesis, LabApi, WorldApi, WorldInfo } from '../api.ts';
import type { DenialReport } from './study.ts';

/*
 * A world in which the denial stands: the accounts, the caller with its policies, the key with its policy, and whatever
 * else was pasted, made by real calls, so that a person can go on from there. The key gets an ID of this lab; the pasted
 * texts follow it.
 */

export interface DenialWorld {
  readonly info: WorldInfo;
  /** Whom to act as. */
  readonly principal: PrincipalArn;
  readonly key: KeyArn | undefined;
  readonly region: Region;
  /** What could not be made, in AWS's words. */
  readonly problems: readonly string[];
}

type Report = Extract<DenialReport, { ok: true }>;

/** The account that manages the organization, which its policies do not reach. */
const management = '999988887777';
const admin = (account: string): string => `arn:aws:iam::${account}:user/LabAdmin`;
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Users and roles that a text names; a session stands for its role. */
function principalsIn(text: string): readonly string[] {
  const named = text.match(/arn:aws[\w-]*:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+/g) ?? [];
  const sessions = [...text.matchAll(/arn:(aws[\w-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\//g)].map(
    ([, partition = 'aws', account = '', role = '']) => `arn:${partition}:iam::${account}:role/${role}`,
  );
  return [...named, ...sessions];
}

interface Plan {
  readonly report: Report;
  readonly caller: string;
  readonly callerAccount: string;
  readonly owner: string;
  readonly region: Region;
  readonly realKey: string | undefined;
}

function planOf(report: Report): Plan {
  const { request, facts } = report;
  const { identity, resource, resourceAccount } = request;
  const arn = parseArn(resource);
  return {
    report,
    caller: identity.principal,
    callerAccount: identity.account ?? resourceAccount,
    owner: resourceAccount,
    region: (arn?.service === 'kms' ? arn.region : (facts.region ?? 'us-east-1')) as Region, // of an ARN that was read
    realKey: arn?.service === 'kms' ? arn.resource.replace(/^key\//, '') : undefined,
  };
}

/** Every text that can name somebody. */
const allTexts = ({ report: { request, documents } }: Plan): readonly string[] => [
  request.keyPolicy ?? '',
  ...request.identityPolicies.map(({ document }) => document),
  ...documents.resourceControlPolicies.flat().map(({ document }) => document),
  JSON.stringify(documents.grants),
];

function genesisOf(plan: Plan, seed: string, retold: (text: string) => string): Genesis {
  const { request, documents } = plan.report;
  const people = new Set(allTexts(plan).flatMap(principalsIn));
  if (/:(user|role)\//.test(plan.caller)) people.add(plan.caller);
  const hasOrganization =
    documents.serviceControlPolicies.length + documents.resourceControlPolicies.length > 0;
  const accounts = new Set([
    plan.callerAccount,
    plan.owner,
    ...[...people].map((arn) => arn.split(':')[4] ?? ''),
  ]);
  if (hasOrganization) accounts.add(management);
  for (const account of accounts) people.add(admin(account));
  const policiesOf = (arn: string): readonly (object | string)[] =>
    arn === plan.caller
      ? request.identityPolicies.map(({ document }) => retold(document))
      : arn === admin(arn.split(':')[4] ?? '')
        ? [everything]
        : [];
  return {
    seed,
    switches: { throttling: false, propagation: false },
    accounts: [...accounts].map((id) => ({
      id,
      name: id === management ? 'Management' : id === plan.owner ? 'Owner of the key' : id,
      principals: [...people]
        .filter((arn) => arn.split(':')[4] === id)
        .map((arn) => ({ arn, policies: policiesOf(arn) })),
    })),
  };
}

/** Carries out the calls; answers the ARN of the key. */
class Maker {
  readonly problems: string[] = [];
  readonly #world: WorldApi;
  readonly #plan: Plan;
  readonly #retold: (text: string) => string;
  constructor(world: WorldApi, plan: Plan, retold: (text: string) => string) {
    this.#world = world;
    this.#plan = plan;
    this.#retold = retold;
  }

  async #call(
    principal: string,
    operation: string,
    input: CallRequest['input'],
    service?: CallRequest['service'],
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { result } = await this.#world.call({
      ...(service === undefined ? {} : { service }),
      operation,
      input,
      principal: principal as PrincipalArn, // made by the genesis
      region: this.#plan.region,
      group: 'denial',
    });
    if (result.ok) return result.output;
    this.problems.push(`${operation}: ${result.refusal.refused}: ${result.refusal.message}`);
    return undefined;
  }

  async key(): Promise<KeyArn | undefined> {
    const { report, owner, realKey } = this.#plan;
    if (realKey === undefined) return undefined;
    const root = `arn:aws:iam::${owner}:root`;
    const policy = report.request.keyPolicy;
    const made =
      (await this.#call(root, 'CreateKey', {
        Description: 'The key of the denial',
        ...(policy === undefined
          ? {}
          : { Policy: this.#retold(policy), BypassPolicyLockoutSafetyCheck: true }),
      })) ?? (await this.#call(root, 'CreateKey', { Description: 'The key of the denial, default policy' }));
    return (made?.['KeyMetadata'] as { readonly Arn: KeyArn } | undefined)?.Arn; // CreateKey's answer
  }

  async rest(key: KeyArn | undefined): Promise<string> {
    const { report, caller, callerAccount, owner } = this.#plan;
    const { documents } = report;
    const boss = admin(callerAccount);
    const kind = caller.includes(':role/') ? 'Role' : 'User';
    const name = caller.slice(caller.lastIndexOf('/') + 1);
    const [boundary] = documents.permissionsBoundary;
    if (boundary) {
      await this.#call(
        boss,
        'CreatePolicy',
        { PolicyName: 'Boundary', PolicyDocument: this.#retold(boundary.document) },
        'iam',
      );
      const PermissionsBoundary = `arn:aws:iam::${callerAccount}:policy/Boundary`;
      await this.#call(
        boss,
        `Put${kind}PermissionsBoundary`,
        { [`${kind}Name`]: name, PermissionsBoundary },
        'iam',
      );
    }
    const [endpoint] = documents.endpointPolicy;
    if (endpoint)
      await this.#call(
        boss,
        'CreateVpcEndpoint',
        { VpcId: 'vpc-0a1b2c3d', PolicyDocument: this.#retold(endpoint.document) },
        'ec2',
      );
    for (const grant of key === undefined ? [] : documents.grants) {
      const { GranteePrincipal, RetiringPrincipal, Operations, Constraints } = grant;
      if (GranteePrincipal === undefined) continue;
      await this.#call(`arn:aws:iam::${owner}:root`, 'CreateGrant', {
        KeyId: key,
        GranteePrincipal,
        Operations,
        ...(RetiringPrincipal === undefined ? {} : { RetiringPrincipal }),
        ...(Constraints === undefined ? {} : { Constraints }),
      });
    }
    const trust = documents.trustPolicy[0];
    if (trust && report.request.action === 'sts:AssumeRole') {
      const role = report.request.resource.slice(report.request.resource.lastIndexOf('/') + 1);
      await this.#call(
        admin(owner),
        'UpdateAssumeRolePolicy',
        { RoleName: role, PolicyDocument: trust.document },
        'iam',
      );
    }
    await this.#organization();
    return this.#session(kind, name, boss);
  }

  async #organization(): Promise<void> {
    const { report, callerAccount, owner } = this.#plan;
    const { serviceControlPolicies: scps, resourceControlPolicies: rcps } = report.documents;
    if (scps.length + rcps.length === 0) return;
    const boss = admin(management);
    const org = (operation: string, input: CallRequest['input']) =>
      this.#call(boss, operation, input, 'organizations');
    await org('CreateOrganization', { FeatureSet: 'ALL' });
    for (const account of new Set([callerAccount, owner]))
      await org('InviteAccountToOrganization', { Target: { Id: account, Type: 'ACCOUNT' } });
    const roots = (await org('ListRoots', {}))?.['Roots'] as readonly { readonly Id: string }[] | undefined;
    const root = roots?.[0]?.Id ?? '';
    const attach = async (levels: typeof scps, Type: string, account: string): Promise<void> => {
      for (const [at, level] of levels.entries()) {
        for (const { name, document } of level) {
          const made = await org('CreatePolicy', {
            Name: `${name} ${at + 1}`,
            Description: '',
            Type,
            Content: this.#retold(document),
          });
          const id = (made?.['Policy'] as { readonly PolicySummary: { readonly Id: string } } | undefined)
            ?.PolicySummary.Id;
          // The last level is the account's own; all above are put on the root.
          if (id !== undefined)
            await org('AttachPolicy', { PolicyId: id, TargetId: at === levels.length - 1 ? account : root });
        }
      }
    };
    await attach(scps, 'SERVICE_CONTROL_POLICY', callerAccount);
    await attach(rcps, 'RESOURCE_CONTROL_POLICY', owner);
  }

  /** Whom to act as: a session with its session policy where one was pasted; a role itself otherwise. */
  async #session(kind: string, name: string, boss: string): Promise<string> {
    const { report, caller } = this.#plan;
    const [policy] = report.documents.sessionPolicies;
    if (!policy || kind !== 'Role') return caller;
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: boss }, Action: 'sts:AssumeRole' }],
    });
    await this.#call(boss, 'UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument }, 'iam');
    const session = report.request.identity.arn;
    const RoleSessionName = session.slice(session.lastIndexOf('/') + 1);
    const made = await this.#call(
      boss,
      'AssumeRole',
      { RoleArn: caller, RoleSessionName, Policy: this.#retold(policy.document) },
      'sts',
    );
    return (made?.['AssumedRoleUser'] as { readonly Arn: string } | undefined)?.Arn ?? caller;
  }
}

/** Makes the world and keeps it under a name; does not open it. */
export async function worldOf(lab: LabApi, report: Report, name: string): Promise<DenialWorld> {
  const plan = planOf(report);
  const seed = crypto.randomUUID();
  // The key's ID is drawn from the seed and the number of the step: made once to learn it, then again with the texts.
  const first = await lab.sandbox(genesisOf(plan, seed, (text) => text));
  const probe = await new Maker(first, plan, (text) => text).key();
  await first.close();
  const id = probe?.slice(probe.lastIndexOf('/') + 1);
  const retold = (text: string): string =>
    plan.realKey === undefined || id === undefined ? text : text.replaceAll(plan.realKey, id);
  const world = await lab.sandbox(genesisOf(plan, seed, retold));
  try {
    const maker = new Maker(world, plan, retold);
    const key = await maker.key();
    const principal = await maker.rest(key);
    const { blob } = await world.exportFile({ title: name });
    const [info] = await lab.importFile(blob, { rename: name });
    if (!info) throw new Error('a file of one world holds one');
    // Made by the genesis, or answered by STS.
    return { info, principal: principal as PrincipalArn, key, region: plan.region, problems: maker.problems };
  } finally {
    await world.close();
  }
}
