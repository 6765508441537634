import { afterAll, describe, expect, it } from 'vitest';
import { hasVectors, hex, seed, vectorsOf, type Vector } from '../../../../test/support/vectors.ts';
import { toHex } from '../index.ts';
import type { Bytes } from '../../model/index.ts';
import { deriveSharedSecret } from './agree.ts';
import { der } from './der.ts';
import {
  decapsulate,
  decrypt,
  isKeyFault,
  macOf,
  pkcs8Of,
  publicOf,
  readPrivateKey,
  readPublicKey,
  sign,
  unwrapAesKwp,
  verify,
  verifyMac,
  wrapAesKwp,
  type AsymmetricSpec,
  type EncryptionAlgorithm,
  type MacAlgorithm,
  type PrivateKey,
  type PublicKey,
  type SigningAlgorithm,
} from './index.ts';

/* Skipped, and shown as skipped, where the files are absent. */

const counts = new Map<string, number>();
const count = (file: string): void => void counts.set(file, (counts.get(file) ?? 0) + 1);
afterAll(() => {
  const tried = [...counts.values()].reduce((sum, one) => sum + one, 0);
  process.stdout.write(`Wycheproof: ${tried} vectors of ${counts.size} files tried, KMS_SEED=${seed}\n`);
});

const read = (spec: AsymmetricSpec, pkcs8: string): PrivateKey => {
  const key = readPrivateKey(spec, hex(pkcs8));
  if (isKeyFault(key)) throw new Error(`${key.fault}: ${key.expected}`);
  return key;
};
const zeros = (n: number): Bytes => new Uint8Array(n);

interface VerifyGroup {
  readonly publicKeyDer?: string;
  readonly publicKeyAsn?: string;
  readonly publicKey?: unknown;
  readonly tests: readonly (Vector & { readonly msg: string; readonly sig: string; readonly ctx?: string })[];
}

describe('signatures', () => {
  it.for<[string, AsymmetricSpec, SigningAlgorithm]>([
    ['ecdsa_secp256r1_sha256_test.json', 'ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['ecdsa_secp384r1_sha384_test.json', 'ECC_NIST_P384', 'ECDSA_SHA_384'],
    ['ecdsa_secp521r1_sha512_test.json', 'ECC_NIST_P521', 'ECDSA_SHA_512'],
    ['ecdsa_secp256k1_sha256_test.json', 'ECC_SECG_P256K1', 'ECDSA_SHA_256'],
    ['ed25519_test.json', 'ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'],
    ['rsa_signature_2048_sha256_test.json', 'RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256'],
    ['rsa_signature_2048_sha384_test.json', 'RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_384'],
    ['rsa_signature_3072_sha256_test.json', 'RSA_3072', 'RSASSA_PKCS1_V1_5_SHA_256'],
    ['rsa_signature_4096_sha512_test.json', 'RSA_4096', 'RSASSA_PKCS1_V1_5_SHA_512'],
    ['rsa_pss_2048_sha256_mgf1_32_test.json', 'RSA_2048', 'RSASSA_PSS_SHA_256'],
    ['rsa_pss_2048_sha384_mgf1_48_test.json', 'RSA_2048', 'RSASSA_PSS_SHA_384'],
    ['rsa_pss_3072_sha256_mgf1_32_test.json', 'RSA_3072', 'RSASSA_PSS_SHA_256'],
    ['rsa_pss_4096_sha512_mgf1_64_test.json', 'RSA_4096', 'RSASSA_PSS_SHA_512'],
    ['mldsa_44_verify_test.json', 'ML_DSA_44', 'ML_DSA_SHAKE_256'],
    ['mldsa_65_verify_test.json', 'ML_DSA_65', 'ML_DSA_SHAKE_256'],
    ['mldsa_87_verify_test.json', 'ML_DSA_87', 'ML_DSA_SHAKE_256'],
  ])('%s', ([file, spec, algorithm], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    for (const group of vectorsOf<VerifyGroup>(file)) {
      const key = publicKeyOfGroup(spec, group);
      for (const { tcId, comment, msg, sig, ctx, result } of group.tests) {
        // KMS has no context.
        if (ctx !== undefined) continue;
        const found =
          key !== undefined && verify({ algorithm, publicKey: key, message: hex(msg), signature: hex(sig) });
        // Acceptable are the DigestInfos without NULL of old implementations: RFC 8017 lets a verifier refuse them.
        expect(found, `tcId ${tcId} ${comment}`).toBe(result === 'valid');
        count(file);
      }
    }
  });

  function publicKeyOfGroup(spec: AsymmetricSpec, group: VerifyGroup): PublicKey | undefined {
    const spki =
      group.publicKeyDer === undefined ? spkiAround(spec, group.publicKey) : hex(group.publicKeyDer);
    const key = readPublicKey(spec, spki);
    if (isKeyFault(key)) return undefined;
    expect(toHex(publicOf(key))).toBe(toHex(spki));
    return key;
  }
  /** ML-DSA groups with a key of the wrong length come without DER. */
  function spkiAround(spec: AsymmetricSpec, raw: unknown): Bytes {
    const oids: Partial<Record<AsymmetricSpec, string>> = {
      ML_DSA_44: '608648016503040311',
      ML_DSA_65: '608648016503040312',
      ML_DSA_87: '608648016503040313',
    };
    return der.sequence(der.sequence(der.oid(oids[spec] ?? '')), der.bitString(hex(String(raw))));
  }

  it.for<[string, AsymmetricSpec]>([
    ['mldsa_44_sign_seed_test.json', 'ML_DSA_44'],
    ['mldsa_65_sign_seed_test.json', 'ML_DSA_65'],
    ['mldsa_87_sign_seed_test.json', 'ML_DSA_87'],
  ])('%s, and the keys as PKCS#8', ([file, spec], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly privateKeyPkcs8?: string;
      readonly privateSeed: string;
      readonly publicKey: string;
      readonly tests: readonly (Vector & {
        readonly msg?: string;
        readonly mu?: string;
        readonly ctx?: string;
        readonly sig: string;
      })[];
    }
    for (const { privateKeyPkcs8, publicKey, tests } of vectorsOf<Group>(file)) {
      if (privateKeyPkcs8 === undefined) continue;
      const privateKey = readPrivateKey(spec, hex(privateKeyPkcs8));
      for (const { tcId, comment, msg, mu, ctx, sig, result } of tests) {
        if (ctx !== undefined) continue;
        count(file);
        if (isKeyFault(privateKey)) {
          expect(result, `tcId ${tcId} ${comment}`).toBe('invalid');
          continue;
        }
        expect(toHex(pkcs8Of(privateKey))).toBe(privateKeyPkcs8);
        if (privateKey.kind === 'ML-DSA') expect(toHex(privateKey.point)).toBe(publicKey);
        // With zeros for the draw the hedged form is the deterministic one.
        const make = (signed: { message: Bytes } | { mu: Bytes }): string =>
          toHex(sign({ algorithm: 'ML_DSA_SHAKE_256', privateKey, random: zeros, ...signed }));
        if (mu !== undefined) expect(make({ mu: hex(mu) }), `tcId ${tcId} by mu`).toBe(sig);
        if (msg !== undefined) expect(make({ message: hex(msg) }), `tcId ${tcId}`).toBe(sig);
      }
    }
  });

  it('rsa_pkcs1_2048_sig_gen_test.json', ({ skip }) => {
    const file = 'rsa_pkcs1_2048_sig_gen_test.json';
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly privateKeyPkcs8: string;
      readonly sha: string;
      readonly tests: readonly (Vector & { readonly msg: string; readonly sig: string })[];
    }
    const algorithms: Readonly<Record<string, SigningAlgorithm>> = {
      'SHA-256': 'RSASSA_PKCS1_V1_5_SHA_256',
      'SHA-384': 'RSASSA_PKCS1_V1_5_SHA_384',
      'SHA-512': 'RSASSA_PKCS1_V1_5_SHA_512',
    };
    for (const { privateKeyPkcs8, sha, tests } of vectorsOf<Group>(file)) {
      const algorithm = algorithms[sha];
      if (algorithm === undefined) continue;
      const privateKey = read('RSA_2048', privateKeyPkcs8);
      for (const { tcId, msg, sig } of tests) {
        const made = sign({ algorithm, privateKey, message: hex(msg), random: zeros });
        expect(toHex(made), `tcId ${tcId}`).toBe(sig);
        count(file);
      }
    }
  });
});

describe('encryption and agreement', () => {
  it.for<[string, AsymmetricSpec, EncryptionAlgorithm]>([
    ['rsa_oaep_2048_sha1_mgf1sha1_test.json', 'RSA_2048', 'RSAES_OAEP_SHA_1'],
    ['rsa_oaep_2048_sha256_mgf1sha256_test.json', 'RSA_2048', 'RSAES_OAEP_SHA_256'],
    ['rsa_oaep_3072_sha256_mgf1sha256_test.json', 'RSA_3072', 'RSAES_OAEP_SHA_256'],
    ['rsa_oaep_4096_sha256_mgf1sha256_test.json', 'RSA_4096', 'RSAES_OAEP_SHA_256'],
  ])('%s', ([file, spec, algorithm], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly privateKeyPkcs8: string;
      readonly tests: readonly (Vector & {
        readonly msg: string;
        readonly ct: string;
        readonly label: string;
      })[];
    }
    for (const { privateKeyPkcs8, tests } of vectorsOf<Group>(file)) {
      const privateKey = read(spec, privateKeyPkcs8);
      for (const { tcId, comment, msg, ct, label, result } of tests) {
        const opened = decrypt({ algorithm, privateKey, ciphertext: hex(ct) });
        // KMS uses no label: what was made with one does not open.
        const valid = result === 'valid' && label === '';
        expect(opened && toHex(opened), `tcId ${tcId} ${comment}`).toBe(valid ? msg : undefined);
        count(file);
      }
    }
  });

  it.for<[string, 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521', number]>([
    ['ecdh_secp256r1_test.json', 'ECC_NIST_P256', 32],
    ['ecdh_secp384r1_test.json', 'ECC_NIST_P384', 48],
    ['ecdh_secp521r1_test.json', 'ECC_NIST_P521', 66],
  ])('%s', ([file, spec, size], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly tests: readonly (Vector & {
        readonly public: string;
        readonly private: string;
        readonly shared: string;
      })[];
    }
    for (const { tests } of vectorsOf<Group>(file)) {
      for (const { tcId, comment, flags, public: other, private: scalar, shared, result } of tests) {
        // As a signed number: sometimes with a zero in front, sometimes without its leading zeros.
        const secret = hex(scalar.padStart(size * 2, '0').slice(-size * 2));
        // Agreement does not look at the own point.
        const key: PrivateKey = { kind: 'EC', spec, secret, point: zeros(0) };
        const found = deriveSharedSecret(key, hex(other));
        const name = `tcId ${tcId} ${comment} ${flags?.join()}`;
        if (result === 'valid') expect(found && toHex(found), name).toBe(shared);
        else if (result === 'invalid') expect(found, name).toBeUndefined();
        // Acceptable: compressed points, which we take, and other spellings of the key, which we refuse.
        else if (found !== undefined) expect(toHex(found), name).toBe(shared);
        count(file);
      }
    }
  });

  it.for<[string, AsymmetricSpec]>([
    ['mlkem_512_test.json', 'ML_KEM_512'],
    ['mlkem_768_test.json', 'ML_KEM_768'],
    ['mlkem_1024_test.json', 'ML_KEM_1024'],
  ])('%s', ([file, spec], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly tests: readonly (Vector & {
        readonly seed: string;
        readonly ek: string;
        readonly c: string;
        readonly K: string;
      })[];
    }
    const oids: Partial<Record<AsymmetricSpec, string>> = {
      ML_KEM_512: '608648016503040401',
      ML_KEM_768: '608648016503040402',
      ML_KEM_1024: '608648016503040403',
    };
    const algorithm = der.sequence(der.oid(oids[spec] ?? ''));
    for (const { tests } of vectorsOf<Group>(file)) {
      for (const { tcId, comment, seed: keySeed, ek, c, K, result } of tests) {
        const pkcs8 = der.sequence(
          der.integer(0n),
          algorithm,
          der.octetString(der.implicit(0, hex(keySeed))),
        );
        const key = readPrivateKey(spec, pkcs8);
        const secret = isKeyFault(key) || key.kind !== 'ML-KEM' ? undefined : decapsulate(key, hex(c));
        expect(secret && toHex(secret), `tcId ${tcId} ${comment}`).toBe(result === 'valid' ? K : undefined);
        if (result === 'valid' && !isKeyFault(key) && key.kind === 'ML-KEM')
          expect(toHex(key.point)).toBe(ek);
        count(file);
      }
    }
  });
});

describe('MAC and key wrap', () => {
  it.for<[string, MacAlgorithm]>([
    ['hmac_sha224_test.json', 'HMAC_SHA_224'],
    ['hmac_sha256_test.json', 'HMAC_SHA_256'],
    ['hmac_sha384_test.json', 'HMAC_SHA_384'],
    ['hmac_sha512_test.json', 'HMAC_SHA_512'],
  ])('%s', ([file, algorithm], { skip }) => {
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly tagSize: number;
      readonly tests: readonly (Vector & {
        readonly key: string;
        readonly msg: string;
        readonly tag: string;
      })[];
    }
    for (const { tagSize, tests } of vectorsOf<Group>(file)) {
      for (const { tcId, key, msg, tag, result } of tests) {
        const mac = macOf(algorithm, hex(key), hex(msg));
        const whole = mac.length * 8 === tagSize;
        expect(toHex(mac).slice(0, tagSize / 4) === tag, `tcId ${tcId}`).toBe(result === 'valid');
        // A shortened MAC is none to KMS.
        expect(verifyMac(algorithm, hex(key), hex(msg), hex(tag)), `tcId ${tcId}`).toBe(
          whole && result === 'valid',
        );
        count(file);
      }
    }
  });

  it('aes_kwp_test.json', ({ skip }) => {
    const file = 'aes_kwp_test.json';
    skip(!hasVectors(file), 'the vectors are not here');
    interface Group {
      readonly tests: readonly (Vector & {
        readonly key: string;
        readonly msg: string;
        readonly ct: string;
      })[];
    }
    for (const { tests } of vectorsOf<Group>(file)) {
      for (const { tcId, comment, key, msg, ct, result } of tests) {
        const opened = unwrapAesKwp(hex(key), hex(ct));
        expect(opened && toHex(opened), `tcId ${tcId} ${comment}`).toBe(result === 'valid' ? msg : undefined);
        if (result === 'valid') expect(toHex(wrapAesKwp(hex(key), hex(msg)))).toBe(ct);
        count(file);
      }
    }
  });
});
