import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { concat, uint32, utf8 } from '../codec.ts';
import { drawLength, orderOf, scalarFrom, sm2Curve } from './curves.ts';
import { childrenOf, der, integerOf, octetsOf, readElement } from './der.ts';
import { equalSecret, xorInto } from './hashes.ts';
import { bytesOf, inverse, mod, numberOf } from './numbers.ts';
import { sm3 } from './sm3.ts';
import type { CurvePrivateKey, CurvePublicKey } from './specs.ts';

/* SM2 (GB/T 32918-2016): signature (part 2) and public key encryption (part 4), both with SM3. */

const n = orderOf('SM2');
const { Point } = sm2Curve;
const { a, b, Gx, Gy } = Point.CURVE();
const coordinate = (value: bigint): Bytes => bytesOf(value, 32);

/** KMS signs with this identity and has no way to name another (specs.json "distinguishingId"). */
const distinguishingId = utf8('1234567812345678');

/** Part 2 §5.5, §6.1 A1–A2: e = SM3(Z ‖ M). What a caller who sends a digest has computed as well. */
export function sm2Digest(point: Bytes, message: Bytes, id: Bytes = distinguishingId): Bytes {
  const idBits = id.length * 8;
  const z = sm3(
    concat(
      Uint8Array.of(idBits >> 8, idBits),
      id,
      ...[a, b, Gx, Gy].map(coordinate),
      // x ‖ y of the public key, without the 04.
      point.slice(1),
    ),
  );
  return sm3(concat(z, message));
}

/** Part 2 §6.1 A4–A7; undefined for the nonces that the standard sends back. */
export function signWithNonce(secret: bigint, digest: Bytes, k: bigint): Bytes | undefined {
  const { x } = Point.BASE.multiply(k).toAffine();
  const r = mod(numberOf(digest) + x, n);
  const undo = inverse(1n + secret, n);
  if (r === 0n || r + k === n || undo === undefined) return undefined;
  const s = mod(undo * mod(k - r * secret, n), n);
  return s === 0n ? undefined : der.sequence(der.integer(r), der.integer(s));
}

/**
 * OURS: the nonce comes from key, digest and draw together (in the manner of RFC 6979 §3.6), so that two messages never
 * share one, not even when a seeded world repeats its draws.
 */
export function signSm2({ secret }: CurvePrivateKey, digest: Bytes, random: Random): Bytes {
  const entropy = random(32);
  for (let round = 0; ; round++) {
    const wide = hmac(sha512, secret, concat(uint32(round), digest, entropy)).slice(0, drawLength('SM2'));
    const signature = signWithNonce(numberOf(secret), digest, numberOf(scalarFrom(wide, 'SM2')));
    if (signature) return signature;
  }
}

/** Part 2 §7.1. The signature is DER, strictly. */
export function verifySm2({ point }: CurvePublicKey, digest: Bytes, signature: Bytes): boolean {
  const fields = childrenOf(readElement(signature, 'DER'));
  const [r, s] = (fields?.length === 2 ? fields : []).map(integerOf);
  if (r === undefined || s === undefined || r < 1n || r >= n || s < 1n || s >= n) return false;
  const t = mod(r + s, n);
  if (t === 0n) return false;
  const found = Point.BASE.mulAddUnsafe(s, Point.fromBytes(point), t);
  return !found.is0() && mod(numberOf(digest) + found.toAffine().x, n) === r;
}

/** Part 4 §5.4.3: the key derivation is that of ANSI X9.63, with SM3. */
const stretched = (x: Bytes, y: Bytes, length: number): Bytes =>
  concat(...Array.from({ length: Math.ceil(length / 32) }, (_, i) => sm3(concat(x, y, uint32(i + 1))))).slice(
    0,
    length,
  );

interface Sm2Cipher {
  readonly x: bigint;
  readonly y: bigint;
  readonly hash: Bytes;
  readonly text: Bytes;
}

/** Part 4 §6.1 A1–A7; undefined when the derived mask is all zero. */
export function encryptWithNonce(point: Bytes, message: Bytes, k: bigint): Sm2Cipher | undefined {
  const c1 = Point.BASE.multiply(k).toAffine();
  const shared = Point.fromBytes(point).multiply(k).toAffine();
  const [x2, y2] = [coordinate(shared.x), coordinate(shared.y)];
  const mask = stretched(x2, y2, message.length);
  if (mask.every((byte) => byte === 0)) return undefined;
  return { x: c1.x, y: c1.y, hash: sm3(concat(x2, message, y2)), text: xorInto(mask, message) };
}

/**
 * SM2PKE as KMS takes it: the "ASN.1 format" of
 * https://docs.aws.amazon.com/kms/latest/developerguide/offline-operations.html (SM2OfflineOperationHelper), which is
 * SEQUENCE { x, y, hash, ciphertext } (GB/T 35276-2017 §7.2) and what OpenSSL writes.
 */
export function encryptSm2({ point }: CurvePublicKey, message: Bytes, random: Random): Bytes {
  if (message.length === 0) throw new RangeError('"message" expected at least one byte');
  for (;;) {
    const cipher = encryptWithNonce(point, message, numberOf(scalarFrom(random(drawLength('SM2')), 'SM2')));
    if (cipher === undefined) continue;
    const { x, y, hash, text } = cipher;
    return der.sequence(der.integer(x), der.integer(y), der.octetString(hash), der.octetString(text));
  }
}

function readCipher(ciphertext: Bytes): Sm2Cipher | undefined {
  const [first, second, third, fourth, ...more] = childrenOf(readElement(ciphertext, 'DER')) ?? [];
  const [x, y] = [integerOf(first), integerOf(second)];
  const [hash, text] = [octetsOf(third), octetsOf(fourth)];
  if (x === undefined || y === undefined || hash?.length !== 32 || !text?.length || more.length > 0)
    return undefined;
  return { x, y, hash, text };
}

/** Part 4 §7.1. Undefined on any error. */
export function decryptSm2({ secret }: CurvePrivateKey, ciphertext: Bytes): Bytes | undefined {
  const cipher = readCipher(ciphertext);
  const c1 = cipher && pointAt(cipher.x, cipher.y);
  if (cipher === undefined || c1 === undefined) return undefined;
  const shared = c1.multiply(numberOf(secret)).toAffine();
  const [x2, y2] = [coordinate(shared.x), coordinate(shared.y)];
  const mask = stretched(x2, y2, cipher.text.length);
  const maskIsZero = mask.every((byte) => byte === 0);
  const message = xorInto(mask, cipher.text);
  const fits = equalSecret(sm3(concat(x2, message, y2)), cipher.hash);
  return fits && !maskIsZero ? message : undefined;
}

function pointAt(x: bigint, y: bigint): InstanceType<typeof Point> | undefined {
  try {
    const point = Point.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}
