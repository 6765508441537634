import {
  concat,
  equalBytes,
  hmacSha256,
  isRefusal,
  type Bytes,
  type Refusal,
  type Region,
  type S3BucketRec,
  type S3Encryption,
  type S3Sealing,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Context, type DataKey, type Kms } from '../callingKms.ts';
import { heldKey, holderName, holdKey, mustOpen, ownKey, openData, sealData } from '../keeping.ts';
import { invalidArgument, invalidRequest, worded, wrongCustomerKey } from './words.ts';

/*
 * The five ways in which S3 encrypts an object (services.json S3 "modes"). All real: AES-256-GCM over the bytes, with a key
 * that is either wrapped by KMS, by S3's own key, or not here at all.
 */

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

/** Members of a request that say how to encrypt. */
export interface EncryptionRequest {
  readonly ServerSideEncryption?: Exclude<S3Encryption, 'customer'>;
  readonly SSEKMSKeyId?: string;
  /** Base64 of a JSON object with pairs of text. */
  readonly SSEKMSEncryptionContext?: string;
  readonly BucketKeyEnabled?: boolean;
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: Bytes;
}

/** Members of a request that reads an object under SSE-C. */
export type CustomerKeyRequest = Pick<EncryptionRequest, 'SSECustomerAlgorithm' | 'SSECustomerKey'>;

/** How a new object will be encrypted: the request's own words, else the bucket's. */
export interface Plan {
  readonly algorithm: S3Encryption;
  readonly keyId: string;
  readonly bucketKey: boolean;
  readonly extra: Context;
  readonly customerKey: Bytes | undefined;
}

const s3Key = 'alias/aws/s3';

export function planOf(request: EncryptionRequest, bucket: S3BucketRec): Plan | Refusal {
  const { ServerSideEncryption, SSEKMSKeyId, SSECustomerKey, SSECustomerAlgorithm, BucketKeyEnabled } =
    request;
  const extra = extraContext(request.SSEKMSEncryptionContext);
  if (isRefusal(extra)) return extra;
  const plain = { keyId: '', bucketKey: false, extra: {}, customerKey: undefined };
  if (SSECustomerKey !== undefined || SSECustomerAlgorithm !== undefined) {
    const fault = customerKeyFault(request);
    if (fault) return fault;
    if (ServerSideEncryption !== undefined)
      return invalidArgument(
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      );
    return { ...plain, algorithm: 'customer', customerKey: SSECustomerKey };
  }
  const asked = ServerSideEncryption ?? (SSEKMSKeyId === undefined ? bucket.encryption.algorithm : undefined);
  if (asked === undefined || (asked === 'AES256' && SSEKMSKeyId !== undefined))
    return invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  if (asked === 'AES256') return { ...plain, algorithm: 'AES256' };
  const ofBucket = bucket.encryption.algorithm === asked ? bucket.encryption.keyId : undefined;
  return {
    algorithm: asked,
    keyId: SSEKMSKeyId ?? ofBucket ?? s3Key,
    // Not with two layers (services.json S3 modes DSSE-KMS).
    bucketKey: asked === 'aws:kms' && (BucketKeyEnabled ?? bucket.encryption.bucketKey),
    extra,
    customerKey: undefined,
  };
}

/** The pairs that a caller adds. The one that S3 sets is S3's. */
function extraContext(given: string | undefined): Context | Refusal {
  if (given === undefined) return {};
  const bad = invalidArgument(
    'The header x-amz-server-side-encryption-context is not base64 of a JSON object with pairs of text.',
  );
  try {
    const parsed: unknown = JSON.parse(atob(given));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return bad;
    const pairs = Object.entries(parsed).filter(([name]) => name !== 'aws:s3:arn');
    return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
      ? Object.fromEntries(pairs)
      : bad;
  } catch {
    return bad;
  }
}

function customerKeyFault({ SSECustomerKey, SSECustomerAlgorithm }: CustomerKeyRequest): Refusal | undefined {
  if (SSECustomerAlgorithm !== 'AES256' || SSECustomerKey === undefined)
    return invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm and a key.',
    );
  return SSECustomerKey.length === 32
    ? undefined
    : invalidArgument('The secret key was invalid for the specified algorithm.');
}

/** KMS as S3 calls it: the caller himself, in the Region of the bucket. */
const kmsFor = (step: Step, region: Region): Kms =>
  kmsAs(step, { kind: 'forward', via: 's3' }, { worded, region });

/** A key to encrypt an object with, and what has to lie beside the object to have it again. */
export interface ObjectKey {
  readonly plain: Bytes;
  readonly sealing: S3Sealing;
  /** DSSE: S3's own layer. */
  readonly outer: Bytes | undefined;
}

const bare = {
  keyArn: undefined,
  bucketKey: false,
  context: undefined,
  wrapped: undefined,
  inner: undefined,
  customerKeyCheck: undefined,
};

export interface Place {
  readonly bucket: S3BucketRec;
  readonly key: string;
}

/** The key of a new object. Calls KMS as the plan says. */
export async function newObjectKey(
  plan: Plan,
  { bucket, key }: Place,
  step: Step,
): Promise<ObjectKey | Refusal> {
  const here = objectArn(bucket.name, key);
  const { algorithm } = plan;
  if (algorithm === 'customer') {
    if (!plan.customerKey) throw new Error('SSE-C was planned without a key');
    const salt = step.env.random(16);
    const customerKeyCheck = concat(salt, hmacSha256(salt, plan.customerKey));
    return { plain: plan.customerKey, outer: undefined, sealing: { ...bare, algorithm, customerKeyCheck } };
  }
  if (algorithm === 'AES256') {
    const plain = step.env.random(32);
    const inner = sealData(step, await ownKey(step, 's3', bucket.region), plain, here);
    return { plain, outer: undefined, sealing: { ...bare, algorithm, inner } };
  }
  if (plan.bucketKey) {
    const context = { 'aws:s3:arn': bucketArn(bucket.name), ...plan.extra };
    const bucketKey = await bucketKeyFor(plan.keyId, context, bucket, step);
    if (isRefusal(bucketKey)) return bucketKey;
    const plain = step.env.random(32);
    const { keyArn, wrapped } = bucketKey;
    const inner = sealData(step, bucketKey.plain, plain, here);
    return {
      plain,
      outer: undefined,
      sealing: { ...bare, algorithm, keyArn, bucketKey: true, context, wrapped, inner },
    };
  }
  const context = { 'aws:s3:arn': here, ...plan.extra };
  const made = await kmsFor(step, bucket.region).dataKey(plan.keyId, context);
  if (isRefusal(made)) return made;
  const sealing: S3Sealing = { ...bare, algorithm, keyArn: made.keyArn, context, wrapped: made.wrapped };
  if (algorithm === 'aws:kms') return { plain: made.plain, outer: undefined, sealing };
  const outer = step.env.random(32);
  const inner = sealData(step, await ownKey(step, 's3', bucket.region), outer, here);
  return { plain: made.plain, outer, sealing: { ...sealing, inner } };
}

/** The key of an object that is there. Calls KMS when it hangs on a key of KMS. */
export async function keyOfObject(
  sealing: S3Sealing,
  { bucket, key }: Place,
  request: CustomerKeyRequest,
  step: Step,
): Promise<Pick<ObjectKey, 'plain' | 'outer'> | Refusal> {
  const here = objectArn(bucket.name, key);
  const { algorithm, wrapped, context = {}, inner, customerKeyCheck } = sealing;
  const given = request.SSECustomerKey !== undefined || request.SSECustomerAlgorithm !== undefined;
  if (algorithm === 'customer') return customersKey(request, customerKeyCheck);
  if (given) return invalidRequest('The encryption parameters are not applicable to this object.');
  if (algorithm === 'AES256') {
    if (!inner) throw new Error(`the key of ${here} is not beside it`);
    return { plain: mustOpen(await ownKey(step, 's3', bucket.region), inner, here), outer: undefined };
  }
  if (!wrapped) throw new Error(`the data key of ${here} is not beside it`);
  if (sealing.bucketKey) {
    if (!inner) throw new Error(`the key of ${here} is not beside it`);
    const bucketKey = await knownBucketKey(sealing, bucket, step);
    return isRefusal(bucketKey) ? bucketKey : { plain: mustOpen(bucketKey, inner, here), outer: undefined };
  }
  // The ciphertext names its key: S3 does not (S3's denials speak of "the resource associated with this ciphertext").
  const plain = await kmsFor(step, bucket.region).decrypt(wrapped, context);
  if (isRefusal(plain)) return plain;
  return { plain, outer: inner && mustOpen(await ownKey(step, 's3', bucket.region), inner, here) };
}

function customersKey(
  request: CustomerKeyRequest,
  check: Bytes | undefined,
): { readonly plain: Bytes; readonly outer: undefined } | Refusal {
  const { SSECustomerKey } = request;
  if (!SSECustomerKey)
    return invalidRequest(
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  const fault = customerKeyFault(request);
  if (fault) return fault;
  const salt = check?.slice(0, 16);
  return salt && check && equalBytes(hmacSha256(salt, SSECustomerKey), check.slice(16))
    ? { plain: SSECustomerKey, outer: undefined }
    : wrongCustomerKey();
}

/**
 * How long S3 uses a bucket key. OURS: "time-limited" is all that the guide says.
 */
export const bucketKeySeconds = 3600;

/** Each requester fetches his own (services.json S3 "policyTrap"). */
const holderOf = (bucket: S3BucketRec, { identity }: Step, what: string): string =>
  holderName('s3', bucket.region, bucketArn(bucket.name), identity.principal, what);

const heldSaid = (bucket: S3BucketRec, { identity }: Step): string =>
  `the bucket key of ${bucket.name}, as ${identity.principal} fetched it`;

/** The bucket-level key that new objects are wrapped with. */
async function bucketKeyFor(
  keyId: string,
  context: Context,
  bucket: S3BucketRec,
  step: Step,
): Promise<DataKey | Refusal> {
  const holder = holderOf(bucket, step, `put|${keyId}|${JSON.stringify(context)}`);
  const known = await heldKey(step, holder, heldSaid(bucket, step));
  if (known) return known;
  const key = await kmsFor(step, bucket.region).dataKey(keyId, context);
  if (isRefusal(key)) return key;
  await holdKey(step, { holder, what: heldSaid(bucket, step), key, forSeconds: bucketKeySeconds });
  return key;
}

/** The bucket-level key of an object that is there. */
async function knownBucketKey(
  { wrapped, keyArn, context = {} }: S3Sealing,
  bucket: S3BucketRec,
  step: Step,
): Promise<Bytes | Refusal> {
  if (!wrapped || !keyArn) throw new Error(`a bucket key of ${bucket.name} is not beside its object`);
  const holder = holderOf(bucket, step, `get|${shortName(wrapped)}`);
  const known = await heldKey(step, holder, heldSaid(bucket, step));
  if (known) return known.plain;
  const plain = await kmsFor(step, bucket.region).decrypt(wrapped, context);
  if (isRefusal(plain)) return plain;
  const key: DataKey = { plain, wrapped, keyArn };
  await holdKey(step, { holder, what: heldSaid(bucket, step), key, forSeconds: bucketKeySeconds });
  return plain;
}

/** A wrapped key by its last bytes, which are random. */
const shortName = (wrapped: Bytes): string =>
  Array.from(wrapped.slice(-12), (byte) => byte.toString(16).padStart(2, '0')).join('');

const under = ({ algorithm, keyArn, bucketKey }: S3Sealing): string => {
  if (algorithm === 'customer') return 'the key that came with the request';
  if (keyArn === undefined) return "a data key under S3's own key";
  return `a data key under ${keyArn}${bucketKey ? ', by way of the bucket key' : ''}`;
};

/** Encrypts the bytes of an object. */
export function sealBody(
  plain: Bytes,
  { plain: key, outer, sealing }: ObjectKey,
  place: string,
  step: Step,
): Bytes {
  step.note({ kind: 'dataSealed', what: place, byteLength: plain.length, under: under(sealing) });
  const body = sealData(step, key, plain, place);
  return outer ? sealData(step, outer, body, place) : body;
}

/** Decrypts them. */
export function openBody(
  body: Bytes,
  { plain: key, outer }: Pick<ObjectKey, 'plain' | 'outer'>,
  sealing: S3Sealing,
  place: string,
  step: Step,
): Bytes {
  const inside = outer ? openData(outer, body, place) : body;
  const plain = inside && openData(key, inside, place);
  if (!plain) throw new Error(`${place} does not open under its own key`);
  step.note({ kind: 'dataOpened', what: place, byteLength: plain.length, under: under(sealing) });
  return plain;
}

/** Members of an answer that say how an object is encrypted. */
export const sealingShown = ({ algorithm, keyArn, bucketKey }: S3Sealing) =>
  algorithm === 'customer'
    ? { SSECustomerAlgorithm: 'AES256' }
    : {
        ServerSideEncryption: algorithm,
        ...(keyArn === undefined ? {} : { SSEKMSKeyId: keyArn }),
        ...(bucketKey ? { BucketKeyEnabled: true } : {}),
      };
