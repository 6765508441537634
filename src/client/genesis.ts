import {
  epochMs,
  parseAccountId,
  parseArn,
  ref,
  serviceFaults,
  rootArn,
  type AccountId,
  type Change,
  type Diff,
  type PrincipalArn,
  type PrincipalKind,
  type Random,
  type Rec,
  type Ref,
  type TableName,
  type Tables,
  type WorldRec,
} from '../engine/index.ts';
import type { Genesis, GenesisAccount } from './api.ts';

const fullAccess = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

const defaultAccount = (id: string, name: string): GenesisAccount => ({
  id,
  name,
  principals: [
    { arn: `arn:aws:iam::${id}:user/Admin`, policies: [fullAccess] },
    { arn: `arn:aws:iam::${id}:user/Alice` },
    { arn: `arn:aws:iam::${id}:role/ExampleRole` },
  ],
});

/** OURS: the two accounts and six principals of AWS's own examples, so that pasted policies work at once. */
export const defaultAccounts: readonly GenesisAccount[] = [
  defaultAccount('111122223333', 'Main'),
  defaultAccount('444455556666', 'Partner'),
];

/** A description of a world that cannot be built; the message names the place. */
export class GenesisError extends Error {
  override readonly name = 'GenesisError';
}

function refuse(place: string, why: string): never {
  throw new GenesisError(`The world cannot be made: ${place} ${why}`);
}

/**
 * The first entry of a world: settings, clock, accounts, principals with their identity policies and access keys.
 * @param genesis checked here: it may come from a file
 * @param random the draws of entry 1, for unique ids
 */
export function genesisDiff(genesis: Genesis, random: Random): Diff {
  const made = new Map<Ref, Rec>();
  const put = <T extends TableName>(at: Ref<T>, rec: Tables[T], place: string): void => {
    if (made.has(at)) refuse(place, 'is there twice.');
    made.set(at, rec);
  };
  put(ref.world, settings(genesis), 'seed');
  put(
    ref.clock,
    genesis.now === undefined ? { mode: 'running', offset: 0 } : { mode: 'frozen', at: date(genesis.now) },
    'now',
  );
  const accounts = genesis.accounts ?? defaultAccounts;
  if (!Array.isArray(accounts) || accounts.length === 0)
    refuse('accounts', 'must be a list of at least one account.');
  accounts.forEach((given, i) => buildAccount(given, `accounts[${i}]`, put, random));
  return [...made].map(([at, after]): Change => ({ ref: at, before: undefined, after }));
}

type Put = <T extends TableName>(at: Ref<T>, rec: Tables[T], place: string) => void;

function buildAccount(given: GenesisAccount, place: string, put: Put, random: Random): void {
  const account = typeof given?.id === 'string' ? parseAccountId(given.id) : undefined;
  if (!account) return refuse(`${place}.id`, `must be twelve digits, got ${JSON.stringify(given?.id)}.`);
  put(ref.account(account), { account, name: given.name ?? account }, `${place}.id`);
  const root = rootArn(account);
  const principals: NonNullable<GenesisAccount['principals']> = [{ arn: root }, ...(given.principals ?? [])];
  principals.forEach(({ arn, policies = [] }, i) => {
    const where = i === 0 ? place : `${place}.principals[${i - 1}]`;
    if (i > 0 && arn === (root as string)) {
      // Allowed to be named, because it is there in any case.
      if (policies.length > 0)
        refuse(`${where}.policies`, 'is not possible: a root user has no identity policies.');
      return;
    }
    const { kind, name } = principalKind(arn, account, `${where}.arn`);
    const principal = arn as PrincipalArn; // checked by principalKind
    put(
      ref.principal(principal),
      { arn: principal, account, kind, name, principalId: uniqueId(kind, account, random) },
      `${where}.arn`,
    );
    policies.forEach((policy, j) => {
      const policyName = `policy-${j + 1}`;
      const document = policyText(policy, `${where}.policies[${j}]`);
      put(ref.identityPolicy(principal, policyName), { principal, name: policyName, document }, where);
    });
    if (kind === 'role') return; // a role has sessions, made when somebody asks for one
    const accessKeyId = `AKIA${letters(16, random)}`;
    put(
      ref.credential(accessKeyId),
      { accessKeyId, principal, sessionName: undefined, sessionToken: undefined, expires: undefined },
      where,
    );
  });
}

const switches = { throttling: true, propagation: true, fault: undefined } as const;

function settings({ seed, now, switches: given = {} }: Genesis): WorldRec {
  if (seed !== undefined && (typeof seed !== 'string' || seed === ''))
    refuse('seed', 'must be a text that is not empty.');
  // OURS: while a clock is frozen no quota refills, and five CreateKey calls would use it up for good. Can be asked for.
  return { format: 1, seed, ...checkSwitches({ throttling: now === undefined, ...given }) };
}

/** The switches as given, the others as they are in AWS. */
export function checkSwitches(
  given: NonNullable<Genesis['switches']>,
): Pick<WorldRec, 'throttling' | 'propagation' | 'fault'> {
  const faults: readonly unknown[] = [undefined, ...serviceFaults];
  for (const name of Object.keys(given))
    if (!(name in switches)) refuse(`switches.${name}`, 'is not a switch.');
  const { throttling = true, propagation = true, fault } = given;
  if (typeof throttling !== 'boolean') refuse('switches.throttling', 'must be true or false.');
  if (typeof propagation !== 'boolean') refuse('switches.propagation', 'must be true or false.');
  if (!faults.includes(fault)) refuse('switches.fault', `must be one of ${faults.slice(1).join(', ')}.`);
  return { throttling, propagation, fault };
}

function date(text: string): ReturnType<typeof epochMs> {
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? refuse('now', `must be an ISO date, got ${JSON.stringify(text)}.`) : epochMs(at);
}

/** IAM names: identifiers of 1 to 64 letters, digits and +=,.@-_ behind an optional path. */
function principalKind(
  arn: string,
  account: AccountId,
  place: string,
): { readonly kind: PrincipalKind; readonly name: string } {
  const parts = typeof arn === 'string' ? parseArn(arn) : undefined;
  if (!parts || parts.service !== 'iam' || parts.region !== '')
    return refuse(place, `is not the ARN of a user or role: ${JSON.stringify(arn)}.`);
  if (parts.account !== account)
    return refuse(place, `belongs to account ${parts.account}, not to ${account}.`);
  if (parts.resource === 'root') return { kind: 'root', name: 'root' };
  const [, kind, name] = /^(user|role)\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/.exec(parts.resource) ?? [];
  if ((kind !== 'user' && kind !== 'role') || name === undefined)
    return refuse(place, `names neither a user nor a role: ${JSON.stringify(arn)}.`);
  return { kind, name };
}

/** The text of a policy that is at least a JSON object; whether it is a good policy, the engine says when it is asked. */
function policyText(policy: object | string, place: string): string {
  let parsed: unknown = policy;
  try {
    if (typeof policy === 'string') parsed = JSON.parse(policy);
  } catch {
    refuse(place, 'is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    refuse(place, 'must be a policy document.');
  return typeof policy === 'string' ? policy : JSON.stringify(policy, undefined, 2);
}

/** IAM's unique ids: AIDA for users, AROA for roles and 17 more; the account's number for the root user. */
const uniqueId = (kind: PrincipalKind, account: AccountId, random: Random): string =>
  kind === 'root' ? account : (kind === 'user' ? 'AIDA' : 'AROA') + letters(17, random);

/** Upper-case letters and the digits 2 to 7, as IAM's identifiers have them. */
export const letters = (n: number, random: Random): string =>
  Array.from(random(n), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
