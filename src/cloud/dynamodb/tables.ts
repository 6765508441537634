import {
  hmacSha256,
  isRefusal,
  toHex,
  utf8,
  type Bytes,
  type DynamoTableRec,
  type EpochMs,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type DataKey, type Kms } from '../callingKms.ts';
import { declareIn } from '../declare.ts';
import { heldKey, holderName, holdKey, ownKey } from '../keeping.ts';
import { at } from '../refs.ts';
import { ofTheKey, worded } from './words.ts';

/*
 * A table's key: KMS key > table key > items (services.json DynamoDB "hierarchy"). OURS: items hang on the table key itself,
 * without data encryption keys between.
 */

export const dynamo = declareIn('dynamodb');

export const tableArn = (name: string, { identity, region }: Step): string =>
  `arn:aws:dynamodb:${region}:${identity.account}:table/${name}`;
export const tableOf = (name: string, { view, identity, region }: Step): DynamoTableRec | undefined =>
  view.get(at.dynamoTable(identity.account, region, name));
export const putTable = (rec: DynamoTableRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.dynamoTable(rec.account, rec.region, rec.name), rec);

const kmsFor = (step: Step): Kms => kmsAs(step, { kind: 'forward', via: 'dynamodb' }, { worded });
const host = (region: Region): string => `dynamodb.${region}.amazonaws.com`;

const contextOf = ({ name, account }: Pick<DynamoTableRec, 'name' | 'account'>) => ({
  'aws:dynamodb:tableName': name,
  'aws:dynamodb:subscriberId': account,
});

export type TableEncryption = Pick<DynamoTableRec, 'encryption' | 'keyId' | 'keyArn' | 'wrapped' | 'grantId'>;

export interface SseRequest {
  readonly Enabled?: boolean;
  readonly SSEType?: 'KMS';
  readonly KMSMasterKeyId?: string;
}

/** What DynamoDB does by its grant, in the background (services.json DynamoDB "background work"). */
const granted = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'DescribeKey',
  'RetireGrant',
];

/** A new table key, and the calls that it takes: DescribeKey, CreateGrant, GenerateDataKey. None for an AWS owned key. */
export async function newEncryption(
  { Enabled = false, KMSMasterKeyId }: SseRequest,
  table: Pick<DynamoTableRec, 'name' | 'account'>,
  step: Step,
): Promise<(TableEncryption & { readonly plain: Bytes }) | Refusal> {
  if (!Enabled) {
    const bare = { keyId: undefined, keyArn: undefined, wrapped: undefined, grantId: undefined };
    return { ...bare, encryption: 'AWS_OWNED', plain: await ownTableKey(table, step) };
  }
  const keyId = KMSMasterKeyId ?? 'alias/aws/dynamodb';
  const kms = kmsFor(step);
  const described = await kms.describe(keyId);
  if (isRefusal(described)) return described;
  const context = contextOf(table);
  const grant = await kms.createGrant({
    KeyId: described.arn,
    GranteePrincipal: host(step.region),
    RetiringPrincipal: host(step.region),
    Operations: granted,
    Constraints: { EncryptionContextSubset: context },
  });
  if (isRefusal(grant)) return grant;
  const key = await kms.dataKey(keyId, context);
  if (isRefusal(key)) return key;
  return {
    encryption: KMSMasterKeyId === undefined || described.KeyManager === 'AWS' ? 'AWS_MANAGED' : 'CUSTOMER',
    keyId: KMSMasterKeyId,
    keyArn: key.keyArn,
    wrapped: key.wrapped,
    grantId: grant.GrantId,
    plain: key.plain,
  };
}

/** Of a table under an AWS owned key: nobody outside is asked, and nobody sees it. */
const ownTableKey = async (table: Pick<DynamoTableRec, 'name' | 'account'>, step: Step): Promise<Bytes> =>
  hmacSha256(await ownKey(step, 'dynamodb'), utf8(`${table.account}/${table.name}`));

/** DynamoDB retires its own grant, whatever state the key is in. */
export async function retireGrant(
  { keyArn, grantId, account, region }: DynamoTableRec,
  step: Step,
): Promise<void> {
  if (!keyArn || grantId === undefined) return;
  const itself = { kind: 'service', service: host(region), sourceAccount: account } as const;
  await kmsAs(step, itself, { worded }).retireGrant(keyArn, grantId);
}

/** services.json DynamoDB "caching": a new Decrypt after five minutes without use, for each caller. */
export const idleSeconds = 300;

/** The table key in plain, for this caller. */
export async function tableKey(table: DynamoTableRec, step: Step): Promise<Bytes | Refusal> {
  const { wrapped, keyArn } = table;
  if (!wrapped || !keyArn) return ownTableKey(table, step);
  // Another key, another wrapped form: what was held of the old one is of no use.
  const holder = holderName(
    'dynamodb',
    table.region,
    table.arn,
    step.identity.principal,
    toHex(wrapped.slice(-12)),
  );
  const what = `the table key of ${table.name}, for ${step.identity.principal}`;
  const known = await heldKey(step, holder, what, idleSeconds);
  if (known) return known.plain;
  const plain = await kmsFor(step).decrypt(wrapped, contextOf(table));
  if (isRefusal(plain)) {
    // Also when this call is refused: DynamoDB has noticed.
    if (ofTheKey(plain) && table.inaccessible === undefined)
      putTable({ ...table, inaccessible: step.env.at }, { view: step.kept });
    return plain;
  }
  if (table.inaccessible !== undefined) putTable({ ...table, inaccessible: undefined }, step);
  const key: DataKey = { plain, wrapped, keyArn };
  await holdKey(step, { holder, what, key });
  return plain;
}

/** The place of an item: from outside not even its name can be read. */
export const itemId = (key: Bytes, partition: string): string =>
  toHex(hmacSha256(key, utf8(partition))).slice(0, 32);

const day = 86_400_000;
/** services.json DynamoDB "inaccessible": seven days to restore access, then the table is archived. */
const archivedAt = ({ inaccessible }: DynamoTableRec, now: EpochMs): boolean =>
  inaccessible !== undefined && now - inaccessible >= 7 * day;
export const archived = (table: DynamoTableRec, { env }: Step): boolean => archivedAt(table, env.at);

export function statusAt(table: DynamoTableRec, now: EpochMs): string {
  if (archivedAt(table, now)) return 'ARCHIVED';
  return table.inaccessible === undefined ? 'ACTIVE' : 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
}
export const statusOf = (table: DynamoTableRec, { env }: Step): string => statusAt(table, env.at);
