import { describe, expect, it } from 'vitest';
import { hex } from '../../../../test/support/vectors.ts';
import type { Bytes } from '../../model/index.ts';
import { concat, equalBytes, seededBytes, toHex } from '../index.ts';
import { childrenOf, der, integerOf, octetsOf, readElement } from './der.ts';
import {
  asymmetricSpecs,
  generateKeyPair,
  importKeyPair,
  isKeyFault,
  openPrivateKey,
  pkcs8Of,
  publicKeyOf,
  publicOf,
  readPrivateKey,
  readPublicKey,
  type AsymmetricSpec,
  type KeyPair,
} from './index.ts';
import { bitLength, inverse, powMod, powModOfTwo } from './numbers.ts';
import { isPrimeToImport, isStrongProbablePrimeToTwo, randomPrime } from './primes.ts';
import type { RsaPrivateKey } from './specs.ts';

const pairs = new Map<AsymmetricSpec, KeyPair>();
function pairOf(spec: AsymmetricSpec): KeyPair {
  const pair = pairs.get(spec) ?? generateKeyPair(spec, seededBytes(`pair ${spec}`, 0));
  pairs.set(spec, pair);
  return pair;
}
// Of RSA the smallest, unless there is time: the others differ by their length only.
const all: readonly AsymmetricSpec[] = asymmetricSpecs.filter(
  (spec) => process.env['KMS_LONG'] !== undefined || !/^RSA_[34]/.test(spec),
);
const rsaKey = (): RsaPrivateKey => {
  const key = openPrivateKey('RSA_2048', pairOf('RSA_2048').private);
  if (key.kind !== 'RSA') throw new Error(key.kind);
  return key;
};
const faultOf = (spec: AsymmetricSpec, pkcs8: Bytes): string => {
  const key = readPrivateKey(spec, pkcs8);
  return isKeyFault(key) ? key.fault : 'none';
};

describe('key pairs', () => {
  it.each(all)('%s: the same draws, the same pair; read, written again, the same bytes', (spec) => {
    const pair = pairOf(spec);
    // RSA once is enough; the others are cheap.
    if (!spec.startsWith('RSA_3'))
      expect(generateKeyPair(spec, seededBytes(`pair ${spec}`, 0))).toEqual(pair);
    expect(importKeyPair(spec, pair.private)).toEqual(pair);
    const key = openPrivateKey(spec, pair.private);
    expect(pkcs8Of(key)).toEqual(pair.private);
    expect(publicOf(key)).toEqual(pair.public);
    expect(readPublicKey(spec, pair.public)).toEqual(publicKeyOf(key));
  });

  it('other draws, another pair', () => {
    for (const spec of all.filter((name) => !name.startsWith('RSA'))) {
      expect(generateKeyPair(spec, seededBytes('other', 0)).private).not.toEqual(pairOf(spec).private);
    }
  });

  it('the private keys of all ML-KEM specs have one length (seed form)', () => {
    const lengths = (['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const).map(
      (spec) => pairOf(spec).private.length,
    );
    expect(new Set(lengths)).toEqual(new Set([86]));
  });

  it('a key of one spec is refused under every other, as another algorithm, another set or another size', () => {
    for (const spec of all) {
      for (const other of all) {
        if (other === spec) continue;
        const [privateKey, publicKey] = [
          readPrivateKey(other, pairOf(spec).private),
          readPublicKey(other, pairOf(spec).public),
        ];
        const expected =
          spec.startsWith('RSA') && other.startsWith('RSA')
            ? 'size'
            : sameFamily(spec, other)
              ? 'parameters'
              : 'algorithm';
        expect(isKeyFault(privateKey) && privateKey.fault, `private ${spec} as ${other}`).toBe(expected);
        expect(isKeyFault(publicKey) && publicKey.fault, `public ${spec} as ${other}`).toBe(expected);
      }
    }
  });
  const family = (spec: AsymmetricSpec): string =>
    /^(ML_DSA|ML_KEM)/.exec(spec)?.[0] ?? (/^(ECC_NIST_P|ECC_SECG|SM2)/.test(spec) ? 'curve' : spec);
  const sameFamily = (a: AsymmetricSpec, b: AsymmetricSpec): boolean => family(a) === family(b);

  it('cut, extended and empty bytes are no key, wherever they are cut', () => {
    for (const spec of all) {
      const pair = pairOf(spec);
      for (let length = 0; length < pair.private.length; length += Math.ceil(pair.private.length / 25)) {
        expect(faultOf(spec, pair.private.slice(0, length))).toBe('encoding');
        expect(
          readPublicKey(spec, pair.public.slice(0, Math.min(length, pair.public.length - 1))),
        ).toMatchObject({
          fault: 'encoding',
        });
      }
      expect(faultOf(spec, concat(pair.private, Uint8Array.of(0)))).toBe('encoding');
    }
  });

  it('a flipped bit gives a fault or another key, never an exception', () => {
    const draw = seededBytes('bits', 0);
    for (const spec of all.filter((name) => !name.startsWith('RSA_3'))) {
      const { private: pkcs8, public: spki } = pairOf(spec);
      for (let run = 0; run < 30; run++) {
        for (const [bytes, read] of [
          [pkcs8, readPrivateKey],
          [spki, readPublicKey],
        ] as const) {
          const broken = bytes.slice();
          const at = draw(2).reduce((sum, byte) => sum * 256 + byte, 0) % bytes.length;
          broken[at] = (broken[at] ?? 0) ^ (1 << ((draw(1)[0] ?? 0) & 7));
          const key = read(spec, broken);
          if (!isKeyFault(key)) expect(equalBytes(publicOf(key), spki) && read === readPublicKey).toBe(false);
        }
      }
    }
  });
});

describe('private keys from outside', () => {
  const withContent = (
    spec: AsymmetricSpec,
    content: Bytes,
    version = 0n,
    ...options: readonly Bytes[]
  ): Bytes => {
    const fields = childrenOf(readElement(pairOf(spec).private, 'DER'));
    const [id, parameters] = childrenOf(fields?.[1]) ?? [];
    const algorithm = der.sequence(
      der.oid(toHex(id?.content ?? new Uint8Array(0))),
      ...(parameters === undefined
        ? []
        : [parameters.tag === 5 ? der.null() : der.oid(toHex(parameters.content))]),
    );
    return der.sequence(der.integer(version), algorithm, der.octetString(content), ...options);
  };
  const contentOf = (spec: AsymmetricSpec): Bytes =>
    octetsOf(childrenOf(readElement(pairOf(spec).private, 'DER'))?.[2]) ?? new Uint8Array(0);

  it('BER is read: long lengths, indefinite lengths, a string in pieces', () => {
    const content = contentOf('ECC_NIST_P256');
    const { private: pkcs8 } = pairOf('ECC_NIST_P256');
    const long = concat(Uint8Array.of(0x30, 0x82, 0, pkcs8.length - 3), pkcs8.slice(3));
    expect(pkcs8[1]).toBe(0x81);
    const head = pkcs8.slice(3, pkcs8.length - content.length - 2);
    const indefinite = concat(
      Uint8Array.of(0x30, 0x80),
      head,
      Uint8Array.of(0x24, 0x80),
      der.octetString(content.slice(0, 50)),
      der.octetString(content.slice(50)),
      new Uint8Array(4),
    );
    for (const bytes of [long, indefinite]) {
      expect(importKeyPair('ECC_NIST_P256', bytes)).toEqual(pairOf('ECC_NIST_P256'));
      expect(readElement(bytes, 'DER')).toBeUndefined();
      expect(() => openPrivateKey('ECC_NIST_P256', bytes)).toThrow('kept key material of spec ECC_NIST_P256');
    }
  });

  it('attributes are passed over; a public key has to be the right one', () => {
    const content = contentOf('ECC_NIST_EDWARDS25519');
    const right = readPublicKey('ECC_NIST_EDWARDS25519', pairOf('ECC_NIST_EDWARDS25519').public);
    if (isKeyFault(right) || right.kind === 'RSA') throw new Error('no key');
    const attributes = Uint8Array.of(0xa0, 0);
    const stated = der.implicit(1, concat(Uint8Array.of(0), right.point));
    const wrong = der.implicit(1, concat(Uint8Array.of(0), right.point.slice().reverse()));
    const spec = 'ECC_NIST_EDWARDS25519';
    expect(faultOf(spec, withContent(spec, content, 1n, attributes, stated))).toBe('none');
    expect(faultOf(spec, withContent(spec, content, 1n, attributes, wrong))).toBe('numbers');
    expect(faultOf(spec, withContent(spec, content, 1n, stated, attributes))).toBe('encoding');
    expect(faultOf(spec, withContent(spec, content, 2n))).toBe('encoding');
    expect(faultOf(spec, withContent(spec, der.octetString(new Uint8Array(31))))).toBe('size');
  });

  it.each<[string, (key: RsaPrivateKey) => RsaPrivateKey, string]>([
    ['primes exchanged without the coefficient', (key) => ({ ...key, p: key.q, q: key.p }), 'numbers'],
    [
      'primes exchanged with all that follows',
      (key) => ({ ...key, p: key.q, q: key.p, dp: key.dq, dq: key.dp, qInv: inverse(key.p, key.q) ?? 0n }),
      'none',
    ],
    [
      'd mod lcm or mod φ',
      (key) => ({ ...key, d: inverse(key.e, (key.p - 1n) * (key.q - 1n)) ?? 0n }),
      'none',
    ],
    ['another d', (key) => ({ ...key, d: key.d + 2n }), 'numbers'],
    ['another dp', (key) => ({ ...key, dp: key.dp + 2n }), 'numbers'],
    ['another n', (key) => ({ ...key, n: key.n + 2n }), 'numbers'],
    ['a short n', (key) => ({ ...key, n: key.n >> 1n }), 'size'],
    ['an even e', (key) => ({ ...key, e: key.e + 1n }), 'numbers'],
    ['e of one', (key) => ({ ...key, e: 1n, d: 1n, dp: 1n, dq: 1n }), 'numbers'],
    [
      'a composite for a prime',
      (key) => {
        // p + 2k is no prime for most k; all other numbers follow from it as they do for a prime.
        let q = key.q + 2n;
        while (isPrimeToImport(q) || inverse(key.e, q - 1n) === undefined || inverse(q, key.p) === undefined)
          q += 2n;
        const d = inverse(key.e, (key.p - 1n) * (q - 1n)) ?? 0n;
        return {
          ...key,
          n: key.p * q,
          q,
          d,
          dp: d % (key.p - 1n),
          dq: d % (q - 1n),
          qInv: inverse(q, key.p) ?? 0n,
        };
      },
      'numbers',
    ],
  ])('RSA, %s', (_name, change, fault) => {
    expect(faultOf('RSA_2048', pkcs8Of(change(rsaKey())))).toBe(fault);
  });

  it.each([
    ['P-256', 'ECC_NIST_P256', 32],
    ['P-521', 'ECC_NIST_P521', 66],
    ['SM2', 'SM2', 32],
  ] as const)(
    '%s: range and length of the secret, parameters twice, the public half',
    (_name, spec, size) => {
      const make = (secret: Bytes, ...options: readonly Bytes[]): Bytes =>
        withContent(spec, der.sequence(der.integer(1n), der.octetString(secret), ...options));
      const good = octetsOf(childrenOf(readElement(contentOf(spec), 'DER'))?.[1]) ?? new Uint8Array(0);
      const point = pairOf(spec).public.slice(-(1 + 2 * size));
      expect(faultOf(spec, make(good))).toBe('none');
      expect(faultOf(spec, make(new Uint8Array(size)))).toBe('numbers');
      expect(faultOf(spec, make(new Uint8Array(size).fill(255)))).toBe('numbers');
      expect(faultOf(spec, make(good.slice(1)))).toBe('size');
      const own = { ECC_NIST_P256: '2a8648ce3d030107', ECC_NIST_P521: '2b81040023', SM2: '2a811ccf5501822d' }[
        spec
      ];
      expect(faultOf(spec, make(good, der.explicit(0, der.oid(own))))).toBe('none');
      expect(faultOf(spec, make(good, der.explicit(0, der.oid('2b81040022'))))).toBe('parameters');
      expect(faultOf(spec, make(good, der.explicit(1, der.bitString(point))))).toBe('none');
      expect(faultOf(spec, make(good, der.explicit(1, der.bitString(point.slice().fill(1, 5, 9)))))).toBe(
        'numbers',
      );
      expect(faultOf(spec, make(good, der.explicit(2, der.bitString(point))))).toBe('encoding');
    },
  );

  it('lattices: seed, seed with expansion, never the expansion alone', () => {
    const spec = 'ML_KEM_512';
    const key = openPrivateKey(spec, pairOf(spec).private);
    if (key.kind !== 'ML-KEM') throw new Error(key.kind);
    const both = (expanded: Bytes): Bytes =>
      der.sequence(der.octetString(key.seed), der.octetString(expanded));
    expect(importKeyPair(spec, withContent(spec, both(key.expanded)))).toEqual(pairOf(spec));
    expect(faultOf(spec, withContent(spec, both(key.expanded.slice().reverse())))).toBe('numbers');
    expect(faultOf(spec, withContent(spec, der.octetString(key.expanded)))).toBe('encoding');
    expect(faultOf(spec, withContent(spec, der.implicit(0, key.seed.slice(1))))).toBe('size');
  });
});

describe('public keys from outside', () => {
  it('points off the curve and at infinity are no keys; compressed ones are', () => {
    const { public: spki } = pairOf('ECC_NIST_P256');
    const head = spki.slice(2, -65 - 3);
    const around = (point: Bytes): Bytes =>
      concat(
        Uint8Array.of(0x30, head.length + 3 + point.length),
        head,
        Uint8Array.of(3, point.length + 1, 0),
        point,
      );
    const point = spki.slice(-65);
    expect(around(point)).toEqual(spki);
    expect(readPublicKey('ECC_NIST_P256', around(point.slice().fill(7, 40)))).toMatchObject({
      fault: 'numbers',
    });
    expect(readPublicKey('ECC_NIST_P256', around(Uint8Array.of(0)))).toMatchObject({ fault: 'numbers' });
    const compressed = concat(Uint8Array.of(2 + ((point.at(-1) ?? 0) & 1)), point.slice(1, 33));
    expect(readPublicKey('ECC_NIST_P256', around(compressed))).toMatchObject({ point });
  });

  it('an ML-KEM key with a number from 3329 is none (FIPS 203 §7.2)', () => {
    const spki = pairOf('ML_KEM_768').public.slice();
    const start = spki.length - 1184;
    spki.set([0x01, 0x0d], start);
    expect(readPublicKey('ML_KEM_768', spki)).toMatchObject({ fault: 'numbers' });
    spki.set([0x00, 0x0d], start);
    expect(readPublicKey('ML_KEM_768', spki)).toMatchObject({ kind: 'ML-KEM' });
  });
});

describe('DER', () => {
  it.each([
    ['a length longer than needed', '30810100'],
    ['a length with a leading zero', '3082000100'],
    ['an indefinite length', '30800000'],
    ['more than one value', '05000500'],
    ['a length past the end', '0403ffff'],
    ['no length', '30'],
    ['a tag of many bytes', '1f8100'],
    ['an octet string in pieces', '2404040201020000'],
  ])('%s is refused', (_name, bytes) => {
    expect(readElement(hex(bytes), 'DER')).toBeUndefined();
  });

  it('a deep nest is refused, not followed', () => {
    let nest: Bytes = der.null();
    for (let depth = 0; depth < 40; depth++) nest = der.sequence(nest);
    expect(readElement(nest, 'DER')).toBeUndefined();
    expect(
      readElement(
        new Uint8Array(20_000).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80)),
        'BER',
      ),
    ).toBeUndefined();
  });

  it('integers are not negative and as short as they go', () => {
    for (const value of [0n, 1n, 127n, 128n, 255n, 256n, 1n << 2048n]) {
      expect(integerOf(readElement(der.integer(value), 'DER'))).toBe(value);
    }
    for (const bad of ['0200', '0201ff', '02020001', '020200ff00']) {
      expect(integerOf(readElement(hex(bad), 'DER')), bad).toBeUndefined();
    }
  });
});

describe('numbers', () => {
  it('powers by windows are powers by squaring', () => {
    const draw = seededBytes('powers', 0);
    const number = (bytes: number): bigint => BigInt(`0x${toHex(draw(bytes))}`);
    const plain = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
      let power = 1n % modulus;
      for (const bit of exponent.toString(2)) power = (power * power * (bit === '1' ? base : 1n)) % modulus;
      return power;
    };
    for (let run = 1; run < 60; run++) {
      const [base, exponent, modulus] = [number(run), number(run), number(run) + 2n];
      expect(powMod(base, exponent, modulus)).toBe(plain(base, exponent, modulus));
      expect(powModOfTwo(exponent, modulus | 1n)).toBe(plain(2n, exponent, modulus | 1n));
    }
    expect(powMod(5n, 0n, 7n)).toBe(1n);
    expect(powModOfTwo(0n, 7n)).toBe(1n);
  });

  it('primes: known ones pass, composites that fool weaker tests do not', () => {
    for (const prime of [3n, 5n, 65537n, (1n << 127n) - 1n, (1n << 521n) - 1n]) {
      expect(isStrongProbablePrimeToTwo(prime), `${prime}`).toBe(true);
    }
    // Carmichael numbers, an even number, one.
    for (const composite of [561n, 1729n, 294409n, 1n << 64n, 1n]) {
      expect(isStrongProbablePrimeToTwo(composite), `${composite}`).toBe(false);
    }
    // Strong pseudoprimes to the base 2 pass one test and not the other.
    for (const pseudoprime of [2047n, 3277n, 1373653n, 3215031751n, 3825123056546413051n]) {
      expect(isStrongProbablePrimeToTwo(pseudoprime), `${pseudoprime}`).toBe(true);
    }
    expect(isPrimeToImport(1373653n)).toBe(false);
    const prime = randomPrime(256, 65537n, seededBytes('prime', 0));
    expect(bitLength(prime)).toBe(256);
    expect(prime >> 254n).toBe(3n);
    expect(isPrimeToImport(prime)).toBe(true);
  });
});
