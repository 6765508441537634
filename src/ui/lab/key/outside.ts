import { asymmetricPrimitives } from '../../../client/index.ts';
import type { Bytes, KeySpec } from '../../../engine/index.ts';

/*
 * A signature checked as anybody checks it who has the public key and no KMS: where the browser knows the algorithm, by the
 * browser's own WebCrypto, which shares no line with the lab's engine.
 */

export interface Signed {
  readonly spki: Bytes;
  readonly spec: KeySpec;
  readonly algorithm: string;
  readonly message: Bytes;
  readonly signature: Bytes;
}
/** `by`: the browser's cryptography, or this page's for what no browser has. */
export interface Outcome {
  readonly valid: boolean;
  readonly by: 'browser' | 'page';
}

type Primitives = Awaited<ReturnType<typeof asymmetricPrimitives>>;
type Spec = Parameters<Primitives['readPublicKey']>[0];
type Algorithm = Parameters<Primitives['verify']>[0]['algorithm'];

/** Bits of the hash in an algorithm's name. */
export const hashBits = (algorithm: string): number => Number(/SHA_(\d+)$/.exec(algorithm)?.[1] ?? 0);

export const digestOf = async (algorithm: string, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest(`SHA-${hashBits(algorithm)}`, message));

/** Which of KMS's forms of a message go with the algorithm here. The others are in the form of the call. */
export function messageTypesOf(algorithm: string): readonly ('RAW' | 'DIGEST')[] {
  if (algorithm === 'ED25519_PH_SHA_512') return ['DIGEST'];
  return /^(RSASSA|ECDSA)/.test(algorithm) ? ['RAW', 'DIGEST'] : ['RAW'];
}

const curves: Partial<Readonly<Record<KeySpec, { readonly namedCurve: string; readonly bytes: number }>>> = {
  ECC_NIST_P256: { namedCurve: 'P-256', bytes: 32 },
  ECC_NIST_P384: { namedCurve: 'P-384', bytes: 48 },
  ECC_NIST_P521: { namedCurve: 'P-521', bytes: 66 },
};

/** KMS answers r and s as DER (RFC 3279 §2.2.3), WebCrypto wants them side by side. Undefined: no such DER. */
export function sideBySide(der: Bytes, bytes: number): Bytes | undefined {
  let at = 0;
  const next = (tag: number): number | undefined => {
    if (der[at] !== tag) return undefined;
    const short = der[at + 1] ?? 0x80;
    const long = short === 0x81 ? der[at + 2] : undefined;
    at += long === undefined ? 2 : 3;
    const length = long ?? short;
    return short > 0x81 || short === 0x80 || at + length > der.length ? undefined : length;
  };
  const whole = next(0x30);
  if (whole === undefined || at + whole !== der.length) return undefined;
  const out = new Uint8Array(2 * bytes);
  for (const end of [bytes, 2 * bytes]) {
    const length = next(0x02);
    if (length === undefined) return undefined;
    const digits = der.subarray(at, at + length);
    const first = digits.findIndex((byte) => byte !== 0);
    const number = first === -1 ? digits.subarray(length) : digits.subarray(first);
    if (number.length > bytes) return undefined;
    out.set(number, end - number.length);
    at += length;
  }
  return at === der.length ? out : undefined;
}

async function byBrowser(signed: Signed): Promise<boolean | undefined> {
  const { spki, spec, algorithm, message, signature } = signed;
  const hash = `SHA-${hashBits(algorithm)}`;
  const { subtle } = crypto;
  if (spec.startsWith('RSA_')) {
    const name = algorithm.includes('_PSS_') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
    const key = await subtle.importKey('spki', spki, { name, hash }, false, ['verify']);
    return subtle.verify({ name, saltLength: hashBits(algorithm) / 8 }, key, signature, message);
  }
  const curve = curves[spec];
  if (curve) {
    const raw = sideBySide(signature, curve.bytes);
    if (!raw) return false;
    const { namedCurve } = curve;
    const key = await subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve }, false, ['verify']);
    return subtle.verify({ name: 'ECDSA', hash }, key, raw, message);
  }
  if (algorithm === 'ED25519_SHA_512') {
    const key = await subtle.importKey('spki', spki, 'Ed25519', false, ['verify']).catch(() => undefined);
    return key && subtle.verify('Ed25519', key, signature, message);
  }
  return undefined;
}

export async function verifiedOutside(signed: Signed): Promise<Outcome> {
  const known = await byBrowser(signed);
  if (known !== undefined) return { valid: known, by: 'browser' };
  const { readPublicKey, isKeyFault, verify } = await asymmetricPrimitives();
  const { spki, spec, algorithm, message, signature } = signed;
  // A key with a signing algorithm is asymmetric, and its own list named the algorithm.
  const publicKey = readPublicKey(spec as Spec, spki);
  if (isKeyFault(publicKey)) throw new Error(`the public key does not read: expected ${publicKey.expected}`);
  const what = messageTypesOf(algorithm).includes('RAW')
    ? { message }
    : { digest: await digestOf(algorithm, message) };
  return { valid: verify({ ...what, algorithm: algorithm as Algorithm, publicKey, signature }), by: 'page' };
}
