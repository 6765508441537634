import { ed25519, ed25519ph } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ecdh, weierstrass, type ECDH, type ECDSA } from '@noble/curves/abstract/weierstrass.js';
import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { bytesOf, numberOf } from './numbers.ts';
import type { CurveSpec } from './specs.ts';

/** The recommended curve of GB/T 32918.5-2017. */
const sm2Point = weierstrass({
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
});
export const sm2Curve: ECDH = ecdh(sm2Point);

/** Those that ECDSA is defined for. */
export const ecdsaCurves: Readonly<Record<Exclude<CurveSpec, 'SM2'>, ECDSA>> = {
  ECC_NIST_P256: p256,
  ECC_NIST_P384: p384,
  ECC_NIST_P521: p521,
  ECC_SECG_P256K1: secp256k1,
};
export const curves: Readonly<Record<CurveSpec, ECDH>> = { ...ecdsaCurves, SM2: sm2Curve };
export { ed25519, ed25519ph };

export const orderOf = (spec: CurveSpec): bigint => curves[spec].Point.Fn.ORDER;

/**
 * A secret from 1 to n-1, as long as the order: FIPS 186-5 A.2.1, 64 bits more than the order has, so that the bias of
 * the remainder does not matter. `below` narrows the upper end (SM2: n-2).
 */
export function scalarFrom(bytes: Bytes, spec: CurveSpec, below = orderOf(spec)): Bytes {
  return bytesOf(1n + (numberOf(bytes) % (below - 1n)), curves[spec].lengths.secretKey ?? 0);
}
export const drawLength = (spec: CurveSpec): number => (curves[spec].lengths.secretKey ?? 0) + 8;
export const drawSecret = (spec: CurveSpec, random: Random): Bytes =>
  // GB/T 32918.1 §6.1: an SM2 secret ends at n-2, since 1 + d must have an inverse.
  scalarFrom(random(drawLength(spec)), spec, spec === 'SM2' ? orderOf(spec) - 1n : orderOf(spec));

/** Whether the secret has its length and lies in its range. */
export const isSecret = (spec: CurveSpec, secret: Bytes): boolean =>
  curves[spec].utils.isValidSecretKey(secret) && (spec !== 'SM2' || numberOf(secret) < orderOf(spec) - 1n);

/** 04 ‖ x ‖ y. */
export const pointOf = (spec: CurveSpec, secret: Bytes): Bytes => curves[spec].getPublicKey(secret, false);

/** The uncompressed form of a point that lies on the curve and is not at infinity; undefined otherwise. */
export function checkedPoint(spec: CurveSpec, point: Bytes): Bytes | undefined {
  try {
    return curves[spec].Point.fromBytes(point).toBytes(false);
  } catch {
    // Length, prefix, range or equation: noble tells them apart only by text.
    return undefined;
  }
}
