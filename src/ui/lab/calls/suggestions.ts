import type { KeyDetail } from '../../../client/index.ts';
import { algorithmsOf, aliasArn, parseAliasName } from '../../../client/index.ts';
import { offeredRegions } from '../../strings.ts';
import type { Caller } from './shelf.svelte.ts';

/** What this world has to offer for a member of a request. */
export function suggestionsFor(
  member: string,
  lab: Pick<Caller, 'keys' | 'principals'>,
  detail: KeyDetail | undefined,
  stores: readonly { readonly id: string; readonly name: string }[],
): readonly string[] {
  switch (member) {
    case 'KeyId':
    case 'TargetKeyId':
    case 'SourceKeyId':
    case 'DestinationKeyId':
      return lab.keys.flatMap(({ rec, aliases }) => [...aliases.slice(0, 1), rec.arn]);
    case 'AliasName':
      return lab.keys.flatMap(({ aliases }) => aliases);
    case 'GranteePrincipal':
    case 'RetiringPrincipal':
      return lab.principals.map(({ rec }) => rec.arn);
    case 'GrantId':
      return detail?.grants.map(({ grantId }) => grantId) ?? [];
    case 'KeyMaterialId':
      return detail?.materials.map(({ materialId }) => materialId) ?? [];
    case 'ReplicaRegion':
    case 'PrimaryRegion':
      return offeredRegions;
    case 'CustomKeyStoreId':
      return stores.map(({ id }) => id);
    case 'CustomKeyStoreName':
      return stores.map(({ name }) => name);
    case 'TagKeys':
      return detail?.tags.map(({ TagKey }) => TagKey) ?? [];
    case 'PolicyName':
      return ['default'];
    default:
      return [];
  }
}

export const isKeyMember = (member: string): boolean => /^(Source|Destination|Target)?KeyId$/.test(member);

/** How a key can be named, and what its name then is. */
export function keyNames(
  detail: KeyDetail,
): readonly { readonly form: KeyNameForm; readonly text: string }[] {
  const { rec } = detail;
  const alias = detail.aliases[0] === undefined ? undefined : parseAliasName(detail.aliases[0]);
  return [
    { form: 'arn', text: rec.arn },
    { form: 'id', text: rec.key },
    ...(alias
      ? [
          { form: 'alias' as const, text: alias },
          { form: 'aliasArn' as const, text: aliasArn(rec.region, rec.account, alias) },
        ]
      : []),
    { form: 'none', text: '' },
  ];
}
export type KeyNameForm = 'arn' | 'id' | 'alias' | 'aliasArn' | 'none';

/** Whether an algorithm goes with the key; other closed words always do. */
export function fitsKey(member: string, value: string, detail: KeyDetail | undefined): boolean {
  if (!detail || !/Algorithm$/.test(member) || member === 'WrappingAlgorithm') return true;
  return algorithmsOf(detail.rec).includes(value);
}

/** The value that a member begins with, for a key: what makes the call work as it is. */
export function startOf(
  operation: string,
  member: string,
  required: boolean,
  detail: KeyDetail | undefined,
): unknown {
  if (member === 'KeyId' || member === 'TargetKeyId' || member === 'SourceKeyId') {
    // Listings are narrowed by a key only when one asks for it.
    if (operation === 'ListAliases' || operation === 'RetireGrant' || operation === 'ListRetirableGrants')
      return undefined;
    return (member === 'TargetKeyId' ? detail?.rec.key : detail?.rec.arn) ?? undefined;
  }
  if (/Algorithm$/.test(member) && member !== 'WrappingAlgorithm' && detail) {
    const own = algorithmsOf(detail.rec);
    // Optional for symmetric keys, where it can only be one.
    return required || own[0] !== 'SYMMETRIC_DEFAULT' ? (own.at(-1) ?? undefined) : undefined;
  }
  return starts[`${operation}.${member}`] ?? starts[member];
}
const starts: Readonly<Record<string, unknown>> = {
  Plaintext: 'The quick brown fox',
  Message: 'The quick brown fox',
  'GenerateDataKey.KeySpec': 'AES_256',
  'GenerateDataKeyWithoutPlaintext.KeySpec': 'AES_256',
  'GenerateRandom.NumberOfBytes': 32,
  KeyPairSpec: 'ECC_NIST_P256',
  WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
  WrappingKeySpec: 'RSA_4096',
  ReplicaRegion: 'eu-west-1',
  'ScheduleKeyDeletion.PendingWindowInDays': 30,
};
