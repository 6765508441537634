import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { equalBytes } from '../codec.ts';
import { checkedPoint, curves, drawSecret, ed25519, isSecret, pointOf } from './curves.ts';
import {
  bitsOf,
  childrenOf,
  der,
  explicitOf,
  integerOf,
  isNull,
  octetsOf,
  oidOf,
  readElement,
  type Element,
  type Rules,
} from './der.ts';
import { expandSeed, isLatticePublic, seedLength } from './lattice.ts';
import {
  generateRsa,
  readRsaPrivate,
  readRsaPublic,
  rsaNumbersFault,
  rsaPrivateDer,
  rsaPublicDer,
} from './rsaKey.ts';
import {
  isCurveSpec,
  isKeyFault,
  isMlDsaSpec,
  isMlKemSpec,
  isRsaSpec,
  type AsymmetricSpec,
  type CurvePrivateKey,
  type CurveSpec,
  type Ed25519PrivateKey,
  type KeyFault,
  type KeyPair,
  type MlDsaPrivateKey,
  type MlDsaSpec,
  type MlKemPrivateKey,
  type MlKemSpec,
  type PrivateKey,
  type PublicKey,
} from './specs.ts';

/*
 * Keys as bytes: PKCS#8 and SubjectPublicKeyInfo, written as OpenSSL and Node write them. RFC 8017 A.1 (RSA), RFC 5480
 * and RFC 5915 (curves), RFC 8410 (Ed25519), RFC 9881 (ML-DSA), RFC 9935 (ML-KEM), GM/T 0006 (the number of SM2).
 */

const rsaOid = '2a864886f70d010101';
const ecOid = '2a8648ce3d0201';
const curveOids: Readonly<Record<CurveSpec, string>> = {
  ECC_NIST_P256: '2a8648ce3d030107',
  ECC_NIST_P384: '2b81040022',
  ECC_NIST_P521: '2b81040023',
  ECC_SECG_P256K1: '2b8104000a',
  SM2: '2a811ccf5501822d',
};
/** Algorithms that are their own parameter set: the identifier has no parameters at all. */
const plainOids = {
  ECC_NIST_EDWARDS25519: '2b6570',
  ML_DSA_44: '608648016503040311',
  ML_DSA_65: '608648016503040312',
  ML_DSA_87: '608648016503040313',
  ML_KEM_512: '608648016503040401',
  ML_KEM_768: '608648016503040402',
  ML_KEM_1024: '608648016503040403',
} as const satisfies Readonly<Record<Exclude<AsymmetricSpec, CurveSpec | `RSA_${number}`>, string>>;

function algorithmDer(spec: AsymmetricSpec): Bytes {
  if (isRsaSpec(spec)) return der.sequence(der.oid(rsaOid), der.null());
  if (isCurveSpec(spec)) return der.sequence(der.oid(ecOid), der.oid(curveOids[spec]));
  return der.sequence(der.oid(plainOids[spec]));
}

/** Whether an AlgorithmIdentifier is that of the spec. */
function algorithmFault(spec: AsymmetricSpec, element: Element | undefined): KeyFault | undefined {
  const [id, parameters, ...more] = childrenOf(element) ?? [];
  const found = oidOf(id);
  if (found === undefined || more.length > 0)
    return { fault: 'encoding', expected: 'an AlgorithmIdentifier (RFC 5280 §4.1.1.2)' };
  const wrongAlgorithm: KeyFault = { fault: 'algorithm', expected: `a key of spec ${spec}` };
  if (isRsaSpec(spec)) {
    if (found !== rsaOid) return wrongAlgorithm;
    return parameters === undefined || isNull(parameters)
      ? undefined
      : { fault: 'parameters', expected: 'rsaEncryption without parameters' };
  }
  if (isCurveSpec(spec)) {
    if (found !== ecOid) return wrongAlgorithm;
    return oidOf(parameters) === curveOids[spec]
      ? undefined
      : { fault: 'parameters', expected: `the curve of ${spec}, by its name` };
  }
  if (found !== plainOids[spec]) {
    // The lattice specs differ in the last number only.
    return found.length === plainOids[spec].length && found.startsWith(plainOids[spec].slice(0, -2))
      ? { fault: 'parameters', expected: `the parameter set of ${spec}` }
      : wrongAlgorithm;
  }
  return parameters === undefined
    ? undefined
    : { fault: 'parameters', expected: 'an algorithm identifier without parameters' };
}

/** A fresh key pair: the same draws give the same pair. RSA takes a tenth of a second (2048 bits) to some (4096). */
export function generateKeyPair(spec: AsymmetricSpec, random: Random): KeyPair {
  return pairOf(freshKey(spec, random));
}

function freshKey(spec: AsymmetricSpec, random: Random): PrivateKey {
  if (isRsaSpec(spec)) return generateRsa(spec, random);
  if (isCurveSpec(spec)) {
    const secret = drawSecret(spec, random);
    return { kind: 'EC', spec, secret, point: pointOf(spec, secret) };
  }
  if (spec === 'ECC_NIST_EDWARDS25519') return ed25519Key(random(32));
  return expandSeed(spec, random(seedLength(spec)));
}

const ed25519Key = (secret: Bytes): Ed25519PrivateKey => ({
  kind: 'Ed25519',
  spec: 'ECC_NIST_EDWARDS25519',
  secret,
  point: ed25519.getPublicKey(secret),
});

const pairOf = (key: PrivateKey): KeyPair => ({ private: pkcs8Of(key), public: publicOf(key) });

/** PKCS#8 (RFC 5958, version 1, without attributes). */
export const pkcs8Of = (key: PrivateKey): Bytes =>
  der.sequence(der.integer(0n), algorithmDer(key.spec), der.octetString(privateContent(key)));

function privateContent(key: PrivateKey): Bytes {
  switch (key.kind) {
    case 'RSA':
      return rsaPrivateDer(key);
    case 'EC':
      return der.sequence(
        der.integer(1n),
        der.octetString(key.secret),
        der.explicit(1, der.bitString(key.point)),
      );
    case 'Ed25519':
      return der.octetString(key.secret);
    case 'ML-DSA':
    case 'ML-KEM':
      // The seed alone, [0]: one length for all three ML-KEM specs (specs.json "dataKeyPairPrivate").
      return der.implicit(0, key.seed);
  }
}

/** SubjectPublicKeyInfo of a key or of its public half. */
export const publicOf = (key: PrivateKey | PublicKey): Bytes =>
  der.sequence(algorithmDer(key.spec), der.bitString(key.kind === 'RSA' ? rsaPublicDer(key) : key.point));

/** The public half of a private key, as {@link readPublicKey} answers it. */
export function publicKeyOf(key: PrivateKey): PublicKey {
  switch (key.kind) {
    case 'RSA':
      return { kind: key.kind, spec: key.spec, n: key.n, e: key.e };
    case 'EC':
      return { kind: key.kind, spec: key.spec, point: key.point };
    case 'Ed25519':
      return { kind: key.kind, spec: key.spec, point: key.point };
    case 'ML-DSA':
      return { kind: key.kind, spec: key.spec, point: key.point };
    case 'ML-KEM':
      return { kind: key.kind, spec: key.spec, point: key.point };
  }
}

/**
 * A private key from outside, in BER or DER: the numbers are checked, and a public half that comes with it has to be the
 * right one. The fault says which rule was broken, and nothing of the key.
 */
export const readPrivateKey = (spec: AsymmetricSpec, pkcs8: Bytes): PrivateKey | KeyFault =>
  readPkcs8(spec, pkcs8, 'BER');

/**
 * A private key that {@link generateKeyPair} or {@link importKeyPair} wrote: read without the slow checks. Throws when
 * it is none.
 */
export function openPrivateKey(spec: AsymmetricSpec, pkcs8: Bytes): PrivateKey {
  const key = readPkcs8(spec, pkcs8, 'DER');
  if (isKeyFault(key)) throw new Error(`kept key material of spec ${spec}: expected ${key.expected}`);
  return key;
}

/** A key pair from outside, as this room writes it. */
export function importKeyPair(spec: AsymmetricSpec, pkcs8: Bytes): KeyPair | KeyFault {
  const key = readPrivateKey(spec, pkcs8);
  return isKeyFault(key) ? key : pairOf(key);
}

/** BER means: from outside, to be checked. */
function readPkcs8(spec: AsymmetricSpec, pkcs8: Bytes, rules: Rules): PrivateKey | KeyFault {
  const [versionField, algorithm, content, ...options] = childrenOf(readElement(pkcs8, rules)) ?? [];
  const version = integerOf(versionField);
  const secret = octetsOf(content);
  if ((version !== 0n && version !== 1n) || secret === undefined || !areOptions(options))
    return { fault: 'encoding', expected: 'a PrivateKeyInfo (RFC 5958 §2)' };
  const fault = algorithmFault(spec, algorithm);
  if (fault) return fault;
  const key = readContent(spec, secret, rules);
  if (isKeyFault(key)) return key;
  const stated = options.find(({ tag }) => tag === 0x81)?.content;
  return stated === undefined || isPublicHalf(key, stated)
    ? key
    : { fault: 'numbers', expected: 'the public key that belongs to the private one' };
}

/** Attributes [0], of which none matters here, then the public key [1]. */
const areOptions = (options: readonly Element[]): boolean => {
  const shape = options.map(({ tag }) => tag.toString(16)).join();
  return shape === '' || shape === 'a0' || shape === '81' || shape === 'a0,81';
};

/** `stated`: the content of a BIT STRING. */
const isPublicHalf = (key: PrivateKey, stated: Bytes): boolean =>
  stated[0] === 0 && equalBytes(stated.slice(1), key.kind === 'RSA' ? rsaPublicDer(key) : key.point);

function readContent(spec: AsymmetricSpec, content: Bytes, rules: Rules): PrivateKey | KeyFault {
  if (isRsaSpec(spec)) {
    const key = readRsaPrivate(spec, content, rules);
    return isKeyFault(key) || rules === 'DER' ? key : (rsaNumbersFault(key) ?? key);
  }
  if (isCurveSpec(spec)) return readCurvePrivate(spec, content, rules);
  if (isMlDsaSpec(spec) || isMlKemSpec(spec)) return readLatticePrivate(spec, content, rules);
  const secret = octetsOf(readElement(content, rules));
  if (secret === undefined) return { fault: 'encoding', expected: 'a CurvePrivateKey (RFC 8410 §7)' };
  return secret.length === 32 ? ed25519Key(secret) : { fault: 'size', expected: '32 bytes' };
}

/**
 * ECPrivateKey (RFC 5915 §3).
 * OURS: a secret without its leading zeros, as some old software wrote it, is refused; the RFC fixes the length.
 */
function readCurvePrivate(spec: CurveSpec, content: Bytes, rules: Rules): CurvePrivateKey | KeyFault {
  const [version, secretField, ...options] = childrenOf(readElement(content, rules)) ?? [];
  const secret = octetsOf(secretField);
  const parameters = options.find(({ tag }) => tag === 0xa0);
  const publicField = options.find(({ tag }) => tag === 0xa1);
  const known = [parameters, publicField].filter((option) => option !== undefined);
  if (integerOf(version) !== 1n || secret === undefined || known.length !== options.length)
    return { fault: 'encoding', expected: 'an ECPrivateKey (RFC 5915 §3)' };
  if (parameters !== undefined && oidOf(explicitOf(parameters, 0)) !== curveOids[spec])
    return { fault: 'parameters', expected: `the curve of ${spec}, by its name, in both places` };
  const length = curves[spec].lengths.secretKey;
  if (secret.length !== length)
    return { fault: 'size', expected: `a secret of ${length} bytes, got ${secret.length}` };
  const stated = bitsOf(explicitOf(publicField, 1));
  if (publicField !== undefined && stated === undefined)
    return { fault: 'encoding', expected: 'a public key in a BIT STRING' };
  if (rules === 'DER' && stated !== undefined) return { kind: 'EC', spec, secret, point: stated };
  if (!isSecret(spec, secret))
    return { fault: 'numbers', expected: 'a secret between 0 and the order of the curve' };
  const point = pointOf(spec, secret);
  const right = stated === undefined || equalBytes(checkedPoint(spec, stated) ?? stated, point);
  return right
    ? { kind: 'EC', spec, secret, point }
    : { fault: 'numbers', expected: 'the public key that belongs to the private one' };
}

/** ML-DSA-PrivateKey (RFC 9881 §6), ML-KEM-PrivateKey (RFC 9935 §6): the seed, or the seed and what it expands to. */
function readLatticePrivate(
  spec: MlDsaSpec | MlKemSpec,
  content: Bytes,
  rules: Rules,
): MlDsaPrivateKey | MlKemPrivateKey | KeyFault {
  const choice = readElement(content, rules);
  const both = childrenOf(choice);
  const seed = choice?.tag === 0x80 ? choice.content : octetsOf(both?.[0]);
  if (seed === undefined || (both && both.length !== 2))
    return { fault: 'encoding', expected: 'a private key in a form that has the seed' };
  if (seed.length !== seedLength(spec))
    return { fault: 'size', expected: `a seed of ${seedLength(spec)} bytes, got ${seed.length}` };
  const key = expandSeed(spec, seed);
  return both === undefined || equalBytes(octetsOf(both[1]) ?? seed, key.expanded)
    ? key
    : { fault: 'numbers', expected: 'the expanded key that belongs to the seed' };
}

/**
 * A public key from outside: strict DER, a point on the curve and not at infinity.
 * OURS: compressed points are taken (RFC 5480 §2.2 leaves it open), written-out curve parameters are not.
 */
export function readPublicKey(spec: AsymmetricSpec, spki: Bytes): PublicKey | KeyFault {
  const [algorithm, content, ...more] = childrenOf(readElement(spki, 'DER')) ?? [];
  const bits = bitsOf(content);
  if (bits === undefined || more.length > 0)
    return { fault: 'encoding', expected: 'a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)' };
  const fault = algorithmFault(spec, algorithm);
  if (fault) return fault;
  if (isRsaSpec(spec)) return readRsaPublic(spec, bits);
  if (isCurveSpec(spec)) {
    const point = checkedPoint(spec, bits);
    return point ? { kind: 'EC', spec, point } : { fault: 'numbers', expected: 'a point on the curve' };
  }
  if (isMlDsaSpec(spec) || isMlKemSpec(spec)) {
    if (!isLatticePublic(spec, bits))
      return { fault: 'numbers', expected: `an encoded public key of ${spec}` };
    return isMlKemSpec(spec) ? { kind: 'ML-KEM', spec, point: bits } : { kind: 'ML-DSA', spec, point: bits };
  }
  return isEdwardsPoint(bits)
    ? { kind: 'Ed25519', spec, point: bits }
    : { fault: 'numbers', expected: 'a point on edwards25519' };
}

function isEdwardsPoint(point: Bytes): boolean {
  try {
    ed25519.Point.fromBytes(point);
    return true;
  } catch {
    return false;
  }
}
