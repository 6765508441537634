import {
  isRefusal,
  namingPolicy,
  parseAccountId,
  ref,
  rootArn,
  under,
  type AccountId,
  type AccountRec,
  type Operation,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { lowerLetters, upperLetters } from '../ids.ts';
import { common, fault, managed, newNode, organizations } from './declare.ts';

/*
 * New accounts of an organization: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
 * OURS: they are there with the call, where AWS takes minutes; CreateAccount says IN_PROGRESS all the same, and who asks
 * for the status hears that it has succeeded. Names and e-mail addresses are not kept from links, as AWS's model marks them
 * sensitive: they are invented, and a story without them makes other accounts.
 */

interface CreateAccount {
  readonly Email: string;
  readonly AccountName: string;
  readonly RoleName?: string;
}

const accountsOf = ({ view }: Step): readonly AccountRec[] =>
  view.range('ref', { prefix: under.accounts, n: 10_000 }).map(({ rec }) => rec as AccountRec);

/**
 * OURS: AWS draws numbers; here one follows from the e-mail address, so that whoever plays the same story again, by a
 * link, has the same account, also where its number stands inside of ARNs.
 */
function numberFor(email: string, step: Step): AccountId {
  let number = 0;
  for (const letter of email.toLowerCase()) number = (number * 257 + letter.charCodeAt(0)) % 999_999_999_989;
  for (;;) {
    const account = parseAccountId(String(number).padStart(12, '0'));
    if (account && number >= 10 ** 11 && !step.view.get(ref.account(account))) return account;
    number = (number + 100_000_000_003) % 999_999_999_989;
  }
}

/** Everything that a new account begins with: its root user, and the role by which the management account comes in. */
function begin(account: AccountId, RoleName: string, step: Step): void {
  const { view, env, identity } = step;
  const root: PrincipalRec = {
    arn: rootArn(account),
    account,
    kind: 'root',
    name: 'root',
    principalId: account,
  };
  const role: PrincipalRec = {
    arn: `arn:aws:iam::${account}:role/${RoleName}` as PrincipalArn, // the shape allows no other letters
    account,
    kind: 'role',
    name: RoleName,
    principalId: `AROA${upperLetters(17, env)}`,
    created: env.at,
    attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  };
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: rootArn(identity.account) }, Action: 'sts:AssumeRole' }],
  };
  view.put(ref.principal(root.arn), root);
  view.put(ref.principal(role.arn), role);
  view.put(ref.trustPolicy(role.arn), { role: role.arn, ...namingPolicy(JSON.stringify(trust), view) });
}

const succeeded = ({ account, name, creation }: AccountRec) => ({
  ...(creation && { Id: creation.request, RequestedTimestamp: new Date(creation.at) }),
  ...(creation && { CompletedTimestamp: new Date(creation.at) }),
  AccountName: name,
  State: 'SUCCEEDED',
  AccountId: account,
});

export const accountOperations: readonly Operation[] = [
  organizations<CreateAccount, object>({
    name: 'CreateAccount',
    refusals: common,
    on: () => '*',
    run({ Email, AccountName, RoleName = 'OrganizationAccountAccessRole' }, step) {
      const { env, view } = step;
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const request = `car-${lowerLetters(32, env)}`;
      const status = { Id: request, AccountName, RequestedTimestamp: new Date(env.at) };
      const email = Email.toLowerCase();
      // OURS: nobody has asked for a failed request again; it is told at once and not kept.
      if (accountsOf(step).some(({ creation }) => creation?.email === email))
        return { CreateAccountStatus: { ...status, State: 'FAILED', FailureReason: 'EMAIL_ALREADY_EXISTS' } };
      const account = numberFor(email, step);
      const rec: AccountRec = { account, name: AccountName, creation: { request, email, at: env.at } };
      view.put(ref.account(account), rec);
      begin(account, RoleName, step);
      view.put(
        ref.orgNode(account),
        newNode(organization, { id: account, kind: 'account', name: AccountName, parent: organization.root }),
      );
      return { CreateAccountStatus: { ...status, State: 'IN_PROGRESS' } };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<{ readonly CreateAccountRequestId: string }, object>({
    name: 'DescribeCreateAccountStatus',
    readOnly: true,
    refusals: [...common, 'CreateAccountStatusNotFoundException'],
    on: () => '*',
    run({ CreateAccountRequestId: request }, step): object | Refusal {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const made = accountsOf(step).find(({ creation }) => creation?.request === request);
      return made
        ? { CreateAccountStatus: succeeded(made) }
        : fault(
            'CreateAccountStatusNotFoundException',
            `There is no request ${request} of this organization.`,
          );
    },
  }),
];
