import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { childrenOf, der, integerOf, readElement, type Rules } from './der.ts';
import { bitLength, greatestCommonDivisor, inverse } from './numbers.ts';
import { isPrimeToImport, randomPrime } from './primes.ts';
import type { KeyFault, RsaPrivateKey, RsaPublicKey, RsaSpec } from './specs.ts';

const modulusBits: Readonly<Record<RsaSpec, number>> = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 };
export const modulusBytes = (spec: RsaSpec): number => modulusBits[spec] / 8;

/** F4, what every library and KMS use. */
const publicExponent = 65537n;

/** FIPS 186-5 A.1.3, with d = e⁻¹ mod lcm(p-1, q-1). */
export function generateRsa(spec: RsaSpec, random: Random): RsaPrivateKey {
  const bits = modulusBits[spec] / 2;
  const e = publicExponent;
  const first = randomPrime(bits, e, random);
  let second = randomPrime(bits, e, random);
  // Step 5.5: too near to each other and n could be split by Fermat's method.
  while (distance(first, second) >> BigInt(bits - 100) === 0n) second = randomPrime(bits, e, random);
  const [p, q] = first > second ? [first, second] : [second, first];
  const lambda = ((p - 1n) * (q - 1n)) / greatestCommonDivisor(p - 1n, q - 1n);
  const d = inverse(e, lambda);
  const qInv = inverse(q, p);
  if (d === undefined || qInv === undefined) throw new Error('two primes without an inverse');
  return { kind: 'RSA', spec, n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qInv };
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);

/** RSAPrivateKey (RFC 8017 A.1.2). */
export const rsaPrivateDer = ({ n, e, d, p, q, dp, dq, qInv }: RsaPrivateKey): Bytes =>
  der.sequence(der.integer(0n), ...[n, e, d, p, q, dp, dq, qInv].map(der.integer));

/** RSAPublicKey (RFC 8017 A.1.1). */
export const rsaPublicDer = ({ n, e }: RsaPrivateKey | RsaPublicKey): Bytes =>
  der.sequence(der.integer(n), der.integer(e));

const sizeFault = (spec: RsaSpec, n: bigint): KeyFault | undefined =>
  bitLength(n) === modulusBits[spec]
    ? undefined
    : { fault: 'size', expected: `a modulus of ${modulusBits[spec]} bits, got ${bitLength(n)}` };

const exponentFault = (n: bigint, e: bigint): KeyFault | undefined =>
  e >= 3n && (e & 1n) === 1n && e < n
    ? undefined
    : { fault: 'numbers', expected: 'an odd public exponent from 3' };

/** The structure only: for keys that this room wrote. */
export function readRsaPrivate(spec: RsaSpec, bytes: Bytes, rules: Rules): RsaPrivateKey | KeyFault {
  const fields = childrenOf(readElement(bytes, rules));
  // More than nine: a key of more than two primes, version 1.
  const [version, n, e, d, p, q, dp, dq, qInv] = (fields?.length === 9 ? fields : []).map(integerOf);
  if (
    version !== 0n ||
    n === undefined ||
    e === undefined ||
    d === undefined ||
    p === undefined ||
    q === undefined ||
    dp === undefined ||
    dq === undefined ||
    qInv === undefined
  )
    return { fault: 'encoding', expected: 'an RSAPrivateKey of two primes (RFC 8017 A.1.2)' };
  return sizeFault(spec, n) ?? { kind: 'RSA', spec, n, e, d, p, q, dp, dq, qInv };
}

/**
 * The numbers of a key from outside.
 * OURS: which of these AWS checks at import is not documented. A key that fails one of them would sign what nobody can
 * verify.
 */
export function rsaNumbersFault({ n, e, d, p, q, dp, dq, qInv }: RsaPrivateKey): KeyFault | undefined {
  const wrong = (expected: string): KeyFault => ({ fault: 'numbers', expected });
  const exponent = exponentFault(n, e);
  if (exponent) return exponent;
  if (p < 3n || q < 3n || p === q || p * q !== n)
    return wrong('a modulus that is the product of the two primes');
  if ((e * d) % (p - 1n) !== 1n || (e * d) % (q - 1n) !== 1n)
    return wrong('a private exponent that undoes the public one');
  if (dp !== d % (p - 1n) || dq !== d % (q - 1n))
    return wrong('exponents that are the private one mod p-1 and mod q-1');
  if (qInv >= p || (qInv * q) % p !== 1n) return wrong('a coefficient that is the inverse of q mod p');
  return isPrimeToImport(p) && isPrimeToImport(q) ? undefined : wrong('two primes');
}

export function readRsaPublic(spec: RsaSpec, bytes: Bytes): RsaPublicKey | KeyFault {
  const fields = childrenOf(readElement(bytes, 'DER'));
  const [n, e] = (fields?.length === 2 ? fields : []).map(integerOf);
  if (n === undefined || e === undefined)
    return { fault: 'encoding', expected: 'an RSAPublicKey (RFC 8017 A.1.1)' };
  return sizeFault(spec, n) ?? exponentFault(n, e) ?? { kind: 'RSA', spec, n, e };
}
