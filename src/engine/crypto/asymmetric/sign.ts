import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { expectLength } from '../expect.ts';
import { ecdsaCurves, ed25519, ed25519ph } from './curves.ts';
import { hashes, hashNameOf } from './hashes.ts';
import { signMlDsa, signMlDsaMu, verifyMlDsa, verifyMlDsaMu } from './lattice.ts';
import { signPkcs1, signPss, verifyPkcs1, verifyPss } from './rsa.ts';
import { signSm2, sm2Digest, verifySm2 } from './sm2.ts';
import {
  mismatch,
  type CurveSpec,
  type PrivateKey,
  type PublicKey,
  type ShaName,
  type SigningAlgorithm,
} from './specs.ts';

/** What is signed: KMS's RAW, DIGEST and EXTERNAL_MU. Lengths of digest and mu are checked by the caller. */
export type Signed = { readonly message: Bytes } | { readonly digest: Bytes } | { readonly mu: Bytes };

export type SignRequest = Signed & {
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: PrivateKey;
  readonly random: Random;
};
export type VerifyRequest = Signed & {
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: PublicKey;
  readonly signature: Bytes;
};

const isEcdsaSpec = (spec: CurveSpec): spec is Exclude<CurveSpec, 'SM2'> => spec !== 'SM2';
/** Each curve has one algorithm (specs.json "sign"). */
const curveAlgorithms: Readonly<Record<CurveSpec, SigningAlgorithm>> = {
  ECC_NIST_P256: 'ECDSA_SHA_256',
  ECC_NIST_P384: 'ECDSA_SHA_384',
  ECC_NIST_P521: 'ECDSA_SHA_512',
  ECC_SECG_P256K1: 'ECDSA_SHA_256',
  SM2: 'SM2DSA',
};

/** DER, and a high s as it comes: KMS follows ANSI X9.62, not Bitcoin (specs.json "ecdsaSignature"). */
const ecdsaOptions = { prehash: false, lowS: false, format: 'der' } as const;

function shaOf(algorithm: SigningAlgorithm): ShaName {
  const name = hashNameOf(algorithm);
  if (name === 'SHA_1') throw new TypeError(`no signature uses SHA-1: ${algorithm}`);
  return name;
}

function digestOf(algorithm: SigningAlgorithm, signed: Signed): Bytes {
  const hash = hashes[shaOf(algorithm)];
  if ('mu' in signed) throw new TypeError(`algorithm ${algorithm} takes no mu`);
  if ('message' in signed) return hash.digest(signed.message);
  expectLength('digest', signed.digest, hash.length);
  return signed.digest;
}

function sm2DigestOf(point: Bytes, signed: Signed): Bytes {
  if ('mu' in signed) throw new TypeError('algorithm SM2DSA takes no mu');
  if ('message' in signed) return sm2Digest(point, signed.message);
  expectLength('digest', signed.digest, 32);
  return signed.digest;
}

/** The message of Ed25519, which wants it whole; for the prehashed form what is to be hashed. */
function edwardsInput(algorithm: SigningAlgorithm, signed: Signed): Bytes {
  if (algorithm === 'ED25519_SHA_512' && 'message' in signed) return signed.message;
  // The digest is hashed again: FIPS 186-5 §7.8.1 counts the prehash to the algorithm, KMS takes only a DIGEST.
  if (algorithm === 'ED25519_PH_SHA_512' && 'digest' in signed) {
    expectLength('digest', signed.digest, 64);
    return signed.digest;
  }
  throw new TypeError(`algorithm ${algorithm} takes no ${Object.keys(signed).join()}`);
}
const edwardsOf = (algorithm: SigningAlgorithm): typeof ed25519 =>
  algorithm === 'ED25519_PH_SHA_512' ? ed25519ph : ed25519;

/**
 * A signature in the form that KMS answers. PKCS #1 v1.5 and Ed25519 draw nothing.
 * OURS: where the other nonces come from. ECDSA: RFC 6979 with 32 drawn bytes added (§3.6); ML-DSA: hedged (FIPS 204
 * §3.4). So all chance comes from `random`, and draws that repeat give no nonce twice to two messages.
 */
export function sign(request: SignRequest): Bytes {
  const { algorithm, privateKey: key, random } = request;
  switch (key.kind) {
    case 'RSA':
      if (algorithm.startsWith('RSASSA_PKCS1_V1_5_'))
        return signPkcs1(key, shaOf(algorithm), digestOf(algorithm, request));
      if (algorithm.startsWith('RSASSA_PSS_'))
        return signPss(key, shaOf(algorithm), digestOf(algorithm, request), random);
      throw mismatch(algorithm, key.spec);
    case 'EC':
      if (algorithm !== curveAlgorithms[key.spec]) throw mismatch(algorithm, key.spec);
      if (!isEcdsaSpec(key.spec)) return signSm2(key, sm2DigestOf(key.point, request), random);
      return ecdsaCurves[key.spec].sign(digestOf(algorithm, request), key.secret, {
        ...ecdsaOptions,
        extraEntropy: random(32),
      });
    case 'Ed25519':
      return edwardsOf(algorithm).sign(edwardsInput(algorithm, request), key.secret);
    case 'ML-DSA':
      if (algorithm !== 'ML_DSA_SHAKE_256' || 'digest' in request) throw mismatch(algorithm, key.spec);
      return 'mu' in request ? signMlDsaMu(key, request.mu, random) : signMlDsa(key, request.message, random);
    case 'ML-KEM':
      throw mismatch(algorithm, key.spec);
  }
}

/** False for whatever is not this key's signature of this, malformed ones included. */
export function verify(request: VerifyRequest): boolean {
  const { algorithm, publicKey: key, signature } = request;
  switch (key.kind) {
    case 'RSA':
      if (algorithm.startsWith('RSASSA_PKCS1_V1_5_'))
        return verifyPkcs1(key, shaOf(algorithm), digestOf(algorithm, request), signature);
      if (algorithm.startsWith('RSASSA_PSS_'))
        return verifyPss(key, shaOf(algorithm), digestOf(algorithm, request), signature);
      throw mismatch(algorithm, key.spec);
    case 'EC':
      if (algorithm !== curveAlgorithms[key.spec]) throw mismatch(algorithm, key.spec);
      if (!isEcdsaSpec(key.spec)) return verifySm2(key, sm2DigestOf(key.point, request), signature);
      return ecdsaCurves[key.spec].verify(signature, digestOf(algorithm, request), key.point, ecdsaOptions);
    case 'Ed25519':
      return verifyEdwards(edwardsOf(algorithm), edwardsInput(algorithm, request), key.point, signature);
    case 'ML-DSA':
      if (algorithm !== 'ML_DSA_SHAKE_256' || 'digest' in request) throw mismatch(algorithm, key.spec);
      return 'mu' in request
        ? verifyMlDsaMu(key, request.mu, signature)
        : verifyMlDsa(key, request.message, signature);
    case 'ML-KEM':
      throw mismatch(algorithm, key.spec);
  }
}

function verifyEdwards(scheme: typeof ed25519, message: Bytes, point: Bytes, signature: Bytes): boolean {
  // Strict (RFC 8032 §5.1.7): encodings have to be reduced.
  return signature.length === 64 && scheme.verify(signature, message, point, { zip215: false });
}
