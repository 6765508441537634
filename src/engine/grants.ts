import { fromBase64, fromUtf8, equalBytes, toBase64, concat, toHex, utf8 } from './crypto/index.ts';
import { tokenTag } from './hsm.ts';
import { keySpecs } from './keySpecs.ts';
import {
  indexKey,
  ref,
  refuse,
  type Bytes,
  type GrantRec,
  type KeyArn,
  type KeyRec,
  type Refusal,
} from './model/index.ts';
import type { Step } from './operation.ts';

/*
 * Grants: policy.md §6.
 */

/** Operations that a grant may give for each class of key and usage. */
const byUsage: Readonly<Record<string, readonly string[]>> = {
  symmetric: [
    'Encrypt',
    'Decrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
  ],
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret'],
  ENCAPSULATE_DECAPSULATE: ['Encapsulate', 'Decapsulate'],
};
const always = ['DescribeKey', 'CreateGrant', 'RetireGrant'];

export function grantableOperations({
  KeySpec,
  KeyUsage,
}: Pick<KeyRec, 'KeySpec' | 'KeyUsage'>): readonly string[] {
  const facts = keySpecs[KeySpec];
  const own = byUsage[facts.class === 'symmetric' ? 'symmetric' : KeyUsage] ?? [];
  return [...own, ...always, ...(facts.class === 'asymmetric' ? ['GetPublicKey'] : [])];
}

/** `111122223333:aws:ec2-infrastructure:i-…`: how grants name what a service runs for an account (services.json EBS). */
export const isInfrastructure = (userid: string): boolean => /^\d{12}:aws:/.test(userid);

/** quotas.json "grantsPerKey". */
export const grantsPerKey = 50_000;

const tokenVersion = 1;
const tagBytes = 16;

/**
 * A grant token: what the grant is, a nonce (each answer has a token of its own), and a tag that only this Region's HSM
 * can make. OURS: AWS's tokens are opaque text of a few hundred characters.
 */
export async function grantToken(grant: GrantRec, step: Step): Promise<string> {
  const text = `${grant.key} ${grant.grantId} ${toHex(step.env.random(16))}`;
  const tag = await tokenTag(step, 'grant token', text);
  return toBase64(concat(new Uint8Array([tokenVersion]), tag.slice(0, tagBytes), utf8(text)));
}

/** Which grant a token is for, whether or not that grant still exists. Undefined: no token of this Region. */
export async function readGrantToken(
  token: string,
  step: Step,
): Promise<{ readonly key: KeyArn; readonly grantId: string } | undefined> {
  const bytes = fromBase64(token);
  if (!bytes || bytes[0] !== tokenVersion) return undefined;
  const tag: Bytes = bytes.slice(1, 1 + tagBytes);
  const text = fromUtf8(bytes.slice(1 + tagBytes));
  if (text === undefined) return undefined;
  const right = await tokenTag(step, 'grant token', text);
  const [key, grantId] = text.split(' ');
  if (!equalBytes(tag, right.slice(0, tagBytes)) || key === undefined || grantId === undefined)
    return undefined;
  return { key: key as KeyArn, grantId };
}

export const invalidToken: Refusal = refuse('InvalidGrantTokenException', '', 'policy.md §6 token');

/** The grants that tokens name, by key. */
export type NamedGrants = ReadonlyMap<KeyArn, ReadonlySet<string>>;

export const noGrantsNamed: NamedGrants = new Map();

/** Reads the GrantTokens of a request: one that is none refuses the call. */
export async function readGrantTokens(tokens: readonly string[], step: Step): Promise<NamedGrants | Refusal> {
  const named = new Map<KeyArn, Set<string>>();
  for (const token of tokens) {
    const read = await readGrantToken(token, step);
    if (!read) return invalidToken;
    named.set(read.key, (named.get(read.key) ?? new Set<string>()).add(read.grantId));
  }
  return named;
}

/**
 * The grants on a key that may count for the caller: those visible by now, and those whose token came with the call.
 * A token of another key, or of a grant that is gone, is of no use here.
 */
export function grantsFor(key: KeyArn, named: NamedGrants, step: Step): readonly GrantRec[] {
  const { arn, principal, principalId, account, kind } = step.identity;
  const grantees = new Set<string>([arn]);
  if (kind !== 'service') {
    grantees.add(principal).add(`arn:aws:iam::${account}:root`);
    const userid = `${principalId}:${arn.slice(arn.lastIndexOf('/') + 1)}`;
    if (isInfrastructure(userid)) grantees.add(userid);
  }
  const byToken = named.get(key);
  const found: GrantRec[] = [];
  for (const grantee of grantees) {
    const prefix = indexKey.grantByGrantee(key, grantee);
    for (const { rec } of step.view.range('grantByGrantee', { prefix, n: grantsPerKey })) {
      const grant = rec as GrantRec; // the index holds nothing else
      if (grant.visible <= step.env.at || byToken?.has(grant.grantId)) found.push(grant);
    }
  }
  return found;
}

/** What a listing shows of a grant; members that were not given are left out (FACTS.md "Values"). */
export function grantEntry(grant: GrantRec): Readonly<Record<string, unknown>> {
  const {
    GranteePrincipal,
    GranteeServicePrincipal,
    RetiringPrincipal,
    RetiringServicePrincipal,
    Constraints,
    Name,
  } = grant;
  return {
    KeyId: grant.key,
    GrantId: grant.grantId,
    ...(Name === undefined ? {} : { Name }),
    CreationDate: new Date(grant.CreationDate),
    ...(GranteePrincipal === undefined ? {} : { GranteePrincipal }),
    ...(GranteeServicePrincipal === undefined ? {} : { GranteeServicePrincipal }),
    ...(RetiringPrincipal === undefined ? {} : { RetiringPrincipal }),
    ...(RetiringServicePrincipal === undefined ? {} : { RetiringServicePrincipal }),
    IssuingAccount: `arn:aws:iam::${grant.IssuingAccount}:root`,
    Operations: grant.Operations,
    ...(Constraints === undefined ? {} : { Constraints }),
  };
}

/**
 * OURS: of the two codes that the model has, InvalidGrantIdException is for what no grant ID looks like, and
 * NotFoundException for one that is not there.
 */
export const grantIdFault = (GrantId: string | undefined): Refusal | undefined =>
  GrantId === undefined || /^[0-9a-f]{64}$/.test(GrantId)
    ? undefined
    : refuse('InvalidGrantIdException', '', 'model.json errors InvalidGrantIdException');

/** Takes a grant away. */
export function removeGrant(grant: GrantRec, step: Step): void {
  step.view.put(ref.grant(grant.key, grant.grantId), undefined);
  step.view.count(`grants/${grant.key}`, -1);
}
