import {
  fromBase64,
  fromUtf8,
  hmacSha256,
  materialIdentifier,
  toBase64,
  toHex,
  utf8,
} from './crypto/index.ts';
import { primitives } from './asymmetric.ts';
import type { AsymmetricSpec, WrappingAlgorithm } from './crypto/asymmetric/index.ts';
import { openForSelf, sealForSelf, symmetricLength } from './hsm.ts';
import { keySpecs } from './keySpecs.ts';
import {
  epochMs,
  refuse,
  type Bytes,
  type EpochMs,
  type KeyArn,
  type KeyId,
  type KeyRec,
  type KeySpec,
  type Refusal,
} from './model/index.ts';
import type { Step } from './operation.ts';

/*
 * Imported key material: specs.json "import". The import token is the wrapping key's private half, sealed by the HSM for
 * itself, with what it is good for; nothing of it is stored.
 */

const dayInMs = 86_400_000;
export const tokenLivesMs = dayInMs;
export const longestValidityMs = 365 * dayInMs;

interface Token {
  readonly key: string;
  readonly algorithm: WrappingAlgorithm;
  readonly wrappingSpec: AsymmetricSpec;
  readonly until: number;
  /** PKCS#8, base64. */
  readonly wrapping: string;
}

/** Only keys of origin EXTERNAL can have imported material (key-states.json note 9). */
export const notExternal = (rec: KeyRec): Refusal | undefined =>
  rec.Origin === 'EXTERNAL'
    ? undefined
    : refuse(
        'UnsupportedOperationException',
        `${rec.arn} origin is ${rec.Origin} which is not valid for this operation.`,
        'key-states.json note 9',
      );

export async function makeImportToken(
  rec: KeyRec,
  wrappingSpec: KeySpec,
  algorithm: string,
  step: Step,
): Promise<{ readonly ImportToken: Bytes; readonly PublicKey: Bytes; readonly until: EpochMs }> {
  const pair = await step.env.keyPair(wrappingSpec);
  const until = epochMs(step.env.at + tokenLivesMs);
  // wrappingFault has let only RSA and SM2 specs and known algorithms through.
  const token: Token = {
    key: rec.arn,
    algorithm: algorithm as WrappingAlgorithm,
    wrappingSpec: wrappingSpec as AsymmetricSpec,
    until,
    wrapping: toBase64(pair.private),
  };
  return {
    ImportToken: await sealForSelf(step, utf8(JSON.stringify(token)), 'import token'),
    PublicKey: pair.public,
    until,
  };
}

/** Opens a token, or says why it is none: of another key, too old, or not one of this Region. */
export async function readImportToken(
  bytes: Bytes,
  rec: KeyRec,
  step: Step,
): Promise<(Pick<Token, 'algorithm' | 'wrappingSpec'> & { readonly wrapping: Bytes }) | Refusal> {
  const because = 'specs.json import order';
  const plain = await openForSelf(step, bytes, 'import token');
  const text = plain && fromUtf8(plain);
  if (text === undefined) return refuse('InvalidImportTokenException', '', because);
  // Sealed by ourselves a moment ago: the shape is what makeImportToken wrote.
  const token = JSON.parse(text) as Token;
  if (token.key !== rec.arn) return refuse('InvalidImportTokenException', '', because);
  if (token.until <= step.env.at) return refuse('ExpiredImportTokenException', '', because);
  const wrapping = fromBase64(token.wrapping);
  if (!wrapping) throw new Error('an import token of ours holds no wrapping key');
  return { algorithm: token.algorithm, wrappingSpec: token.wrappingSpec, wrapping };
}

/**
 * specs.json import "algorithms" and "forbidden": which wrapping goes with which key. OURS: what is said of
 * a wrapping that does not go is in no recording; it says nothing here.
 */
export function wrappingFault(
  KeySpec: KeySpec,
  wrappingSpec: KeySpec,
  algorithm: string,
): Refusal | undefined {
  const wrong = refuse('ValidationException', '', 'specs.json import algorithms');
  if (algorithm === 'RSAES_PKCS1_V1_5')
    return refuse('UnsupportedOperationException', '', 'specs.json import forbidden');
  if ((algorithm === 'SM2PKE') !== (wrappingSpec === 'SM2')) return wrong;
  const isRsa = KeySpec.startsWith('RSA_');
  const keyWrap = algorithm.startsWith('RSA_AES_KEY_WRAP');
  const facts = keySpecs[KeySpec];
  if (algorithm === 'SM2PKE' && facts.class !== 'asymmetric') return wrong;
  if (isRsa && algorithm.startsWith('RSAES_OAEP')) return wrong;
  if (keyWrap && facts.class !== 'asymmetric') return wrong;
  if (KeySpec === 'ECC_NIST_P521' && wrappingSpec === 'RSA_2048' && algorithm.startsWith('RSAES_OAEP'))
    return wrong;
  return undefined;
}

export interface Material {
  readonly secret: Bytes;
  readonly publicKey: Bytes | undefined;
  /** The same for the same material, in every Region: OURS, how KMS knows it again is not documented. */
  readonly fingerprint: string;
}

/** Reads what was wrapped as material for a key of this spec. */
export async function readMaterial(plain: Bytes, KeySpec: KeySpec, key: KeyArn): Promise<Material | Refusal> {
  const wrong = refuse('IncorrectKeyMaterialException', '', 'specs.json import wrongMaterial');
  const facts = keySpecs[KeySpec];
  const fingerprint = fingerprintOf(plain);
  if (facts.class === 'symmetric') {
    return plain.length === symmetricLength(key)
      ? { secret: plain, publicKey: undefined, fingerprint }
      : wrong;
  }
  if (facts.class === 'hmac') {
    const least = Number(KeySpec.slice('HMAC_'.length)) / 8;
    return plain.length >= least && plain.length <= 128
      ? { secret: plain, publicKey: undefined, fingerprint }
      : wrong;
  }
  const { importKeyPair, isKeyFault } = await primitives();
  // Neither class above: an asymmetric spec.
  const pair = importKeyPair(KeySpec as AsymmetricSpec, plain);
  if (isKeyFault(pair)) return wrong;
  // Of the key as this HSM writes it: the same key may come in more than one encoding.
  return { secret: pair.private, publicKey: pair.public, fingerprint: fingerprintOf(pair.private) };
}

const fingerprintOf = (secret: Bytes): string => toHex(hmacSha256(secret, utf8('KMS Lab key material')));

/**
 * Identifier of imported material. "Based on the KMS key ID and the imported key material" (model, ImportKeyMaterial): the
 * same again after it was deleted, and in every related multi-Region key. OURS: how it is computed.
 */
export const importedMaterialId = (secret: Bytes, key: KeyId): string =>
  materialIdentifier(hmacSha256(secret, utf8(`KMS Lab material of ${key}`)));
