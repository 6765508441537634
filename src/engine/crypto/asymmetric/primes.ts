import type { Random } from '../chance.ts';
import { bitLength, numberOf, powMod, powModOfTwo } from './numbers.ts';

/*
 * Primes for RSA, from chance alone: the same draws give the same prime. A random start, then a sieve over the odd
 * numbers above it, then the Miller–Rabin test on what is left.
 */

/** Where sieving ends. Further on a sieve step costs more than the tests it spares (found by measuring). */
const sieveTop = 1 << 20;

interface Sieve {
  readonly primes: Uint32Array;
  /** Products of neighbours below 2^53, each with where its primes end: one BigInt division serves two to six primes. */
  readonly products: readonly { readonly product: bigint; readonly end: number }[];
}
let sieve: Sieve | undefined;

/** Made when the first key is generated, and kept. */
function theSieve(): Sieve {
  if (sieve) return sieve;
  // At index i stands 2i + 1.
  const composite = new Uint8Array(sieveTop / 2);
  for (let i = 1; (2 * i + 1) ** 2 < sieveTop; i++) {
    if (composite[i]) continue;
    const prime = 2 * i + 1;
    for (let at = (prime * prime - 1) / 2; at < composite.length; at += prime) composite[at] = 1;
  }
  const primes = new Uint32Array(composite.length);
  let count = 0;
  for (let i = 1; i < composite.length; i++) if (!composite[i]) primes[count++] = 2 * i + 1;
  const products: { product: bigint; end: number }[] = [];
  let product = 1;
  for (let i = 0; i < count; i++) {
    const prime = primes[i] ?? 1;
    if (product * prime > Number.MAX_SAFE_INTEGER) {
      products.push({ product: BigInt(product), end: i });
      product = 1;
    }
    product *= prime;
  }
  products.push({ product: BigInt(product), end: count });
  sieve = { primes: primes.slice(0, count), products };
  return sieve;
}

/** Marks each i for which start + 2i has a small divisor. `start` is odd. */
function mark(start: bigint, length: number): Uint8Array {
  const { primes, products } = theSieve();
  const marked = new Uint8Array(length);
  let from = 0;
  for (const { product, end } of products) {
    const rest = Number(start % product);
    for (; from < end; from++) {
      const prime = primes[from] ?? 1;
      const left = rest % prime;
      // The smallest i with start + 2i ≡ 0.
      let at = left === 0 ? 0 : (left & 1) === 0 ? prime - left / 2 : (prime - left) / 2;
      for (; at < length; at += prime) marked[at] = 1;
    }
  }
  return marked;
}

/** n - 1 = odd · 2^twos. */
function split(n: bigint): { readonly odd: bigint; readonly twos: number } {
  let twos = 0;
  let odd = n - 1n;
  while ((odd & 1n) === 0n) {
    odd >>= 1n;
    twos++;
  }
  return { odd, twos };
}

function passes(power: bigint, n: bigint, twos: number): boolean {
  if (power === 1n || power === n - 1n) return true;
  for (let i = 1; i < twos; i++) {
    power = (power * power) % n;
    if (power === n - 1n) return true;
  }
  return false;
}

/** One Miller–Rabin round to the base 2 (FIPS 186-5 B.3.1): tells almost all composites. */
export function isStrongProbablePrimeToTwo(n: bigint): boolean {
  if (n < 3n || (n & 1n) === 0n) return n === 2n;
  const { odd, twos } = split(n);
  return passes(powModOfTwo(odd, n), n, twos);
}

/** `rounds` Miller–Rabin rounds to random bases. */
function isProbablePrime(n: bigint, rounds: number, random: Random): boolean {
  const { odd, twos } = split(n);
  const length = Math.ceil(bitLength(n) / 8) + 8;
  for (let round = 0; round < rounds; round++) {
    // 2 … n - 2; the eight bytes more make the bias of the remainder immeasurable.
    const base = 2n + (numberOf(random(length)) % (n - 3n));
    if (!passes(powMod(base, odd, n), n, twos)) return false;
  }
  return true;
}

/** FIPS 186-5 table B.1, error probability 2^-112 and less. */
const roundsFor = (bits: number): number => (bits < 1536 ? 5 : 4);

/**
 * A prime of exactly `bits` bits whose two top bits are set, so that the product of two has all its bits (stricter than
 * FIPS 186-5 A.1.3 step 4.4, √2·2^(bits-1)), and with which 65537 can be the public exponent.
 * OURS: neighbours of one random start are tried in turn, as most libraries do; FIPS 186-5 draws afresh each time.
 */
export function randomPrime(bits: number, e: bigint, random: Random): bigint {
  const length = 4 * bits;
  for (;;) {
    const draw = random(bits / 8);
    draw[0] = (draw[0] ?? 0) | 0xc0;
    draw[draw.length - 1] = (draw.at(-1) ?? 0) | 1;
    const start = numberOf(draw);
    const marked = mark(start, length);
    for (let i = 0; i < length; i++) {
      if (marked[i]) continue;
      const candidate = start + BigInt(2 * i);
      if (candidate >> BigInt(bits) !== 0n) break;
      if (candidate % e === 1n || !isStrongProbablePrimeToTwo(candidate)) continue;
      if (isProbablePrime(candidate, roundsFor(bits), random)) return candidate;
    }
  }
}

/**
 * For keys from outside: enough against a broken file. Whoever forges a composite that passes deceives himself alone.
 */
export function isPrimeToImport(n: bigint): boolean {
  if (!isStrongProbablePrimeToTwo(n)) return false;
  const { odd, twos } = split(n);
  return [3n, 5n, 7n].every((base) => n <= base || passes(powMod(base, odd, n), n, twos));
}
