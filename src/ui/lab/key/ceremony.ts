import { asymmetricPrimitives, keySpecs } from '../../../client/index.ts';
import type { Bytes, KeySpec } from '../../../engine/index.ts';
import { fromBase64 } from '../../format/bytes.ts';

/*
 * What the owner of key material does outside KMS: makes it, or reads it from a file, and wraps it. All of it happens in this
 * page; nothing of it goes to KMS but the wrapped bytes.
 */

type Primitives = Awaited<ReturnType<typeof asymmetricPrimitives>>;
type Spec = Parameters<Primitives['readPublicKey']>[0];
type Algorithm = Parameters<Primitives['wrapForImport']>[0]['algorithm'];

const draw = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));

/** Fresh material of the right kind: 32 bytes, an HMAC key of its own length, or a private key as PKCS #8. */
export async function freshMaterial(spec: KeySpec, region: string): Promise<Bytes> {
  const facts = keySpecs[spec];
  if (facts.class === 'symmetric') return draw(region.startsWith('cn-') ? 16 : 32);
  if (facts.class === 'hmac') return draw(Number(spec.slice('HMAC_'.length)) / 8);
  if (spec.startsWith('RSA_')) {
    const pair = await crypto.subtle.generateKey(
      {
        name: 'RSA-OAEP',
        modulusLength: Number(spec.slice('RSA_'.length)),
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['decrypt', 'encrypt'],
    );
    return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  }
  const { generateKeyPair } = await asymmetricPrimitives();
  return generateKeyPair(spec as Spec, draw).private; // neither of the classes above: asymmetric
}

/** The bytes of a file: PEM is opened, anything else is taken as it is. */
export function materialIn(file: Bytes): Bytes {
  const text = new TextDecoder().decode(file);
  const [, body] = /-----BEGIN [^-]+-----([\s\S]*?)-----END/.exec(text) ?? [];
  return (body === undefined ? undefined : fromBase64(body)) ?? file;
}

/** Wraps material with the public key of GetParametersForImport. Undefined: too long for one step of this algorithm. */
export async function wrapped(
  material: Bytes,
  wrapping: { readonly spki: Bytes; readonly spec: string; readonly algorithm: string },
): Promise<Bytes | undefined> {
  const { readPublicKey, isKeyFault, wrapForImport } = await asymmetricPrimitives();
  // KMS took both names a moment ago.
  const publicKey = readPublicKey(wrapping.spec as Spec, wrapping.spki);
  if (isKeyFault(publicKey))
    throw new Error(`the wrapping key does not read: expected ${publicKey.expected}`);
  return wrapForImport({ algorithm: wrapping.algorithm as Algorithm, publicKey, material, random: draw });
}

/** First bytes of SHA-256: tells one material from another without showing it. */
export async function fingerprint(material: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', material)).slice(0, 8);
}

/** What goes with a key, recommended first: specs.json import "algorithms". KMS refuses the others, which one may try. */
export const algorithmsFor = (spec: KeySpec): readonly string[] => {
  if (spec.startsWith('RSA_')) return ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1'];
  return keySpecs[spec].class === 'asymmetric'
    ? ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1', 'RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']
    : ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'];
};
