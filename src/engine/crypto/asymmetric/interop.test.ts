import { execFileSync, spawnSync } from 'node:child_process';
import * as node from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bytes } from '../../model/index.ts';
import { concat, seededBytes, toHex, utf8 } from '../index.ts';
import {
  decapsulate,
  decrypt,
  deriveSharedSecret,
  encapsulate,
  encrypt,
  generateKeyPair,
  importKeyPair,
  isKeyFault,
  maxPlaintextOf,
  openPrivateKey,
  readPublicKey,
  sign,
  unwrapForImport,
  verify,
  wrapForImport,
  type AsymmetricSpec,
  type EncryptionAlgorithm,
  type KeyPair,
  type PublicKey,
  type SigningAlgorithm,
  type WrappingAlgorithm,
} from './index.ts';

/*
 * Both ways with other software: what is made here is taken there, and the other way round. Node's crypto for all that it
 * has; OpenSSL's command for SM2; Python's `cryptography` for the lattices, which neither Node 20 nor OpenSSL 3.0 have.
 * Ed25519ph is in none of them: RFC 8032's vector stands for it.
 */

const random = seededBytes('interoperation', 0);
const message = utf8('Both ways with other software.');
const of = (buffer: Buffer): Bytes => Uint8Array.from(buffer);
const pairs = new Map<AsymmetricSpec, KeyPair>();
function ours(spec: AsymmetricSpec): KeyPair {
  const pair = pairs.get(spec) ?? generateKeyPair(spec, random);
  pairs.set(spec, pair);
  return pair;
}
const nodePrivate = (pair: KeyPair): node.KeyObject =>
  node.createPrivateKey({ key: Buffer.from(pair.private), format: 'der', type: 'pkcs8' });
const nodePublic = (pair: KeyPair): node.KeyObject =>
  node.createPublicKey({ key: Buffer.from(pair.public), format: 'der', type: 'spki' });
function publicKeyOf(spec: AsymmetricSpec, pair: KeyPair): PublicKey {
  const key = readPublicKey(spec, pair.public);
  if (isKeyFault(key)) throw new Error(`${key.fault}: ${key.expected}`);
  return key;
}
/** A pair that Node made, through the import. */
function imported(spec: AsymmetricSpec, pkcs8: Buffer, spki: Buffer): KeyPair {
  const pair = importKeyPair(spec, of(pkcs8));
  if (isKeyFault(pair)) throw new Error(`${pair.fault}: ${pair.expected}`);
  expect(toHex(pair.public)).toBe(spki.toString('hex'));
  return pair;
}
/** Node's pair as PKCS#8 and SPKI. */
const exported = ({
  privateKey,
  publicKey,
}: node.KeyPairKeyObjectResult): { privateKey: Buffer; publicKey: Buffer } => ({
  privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }),
  publicKey: publicKey.export({ type: 'spki', format: 'der' }),
});
const curveNames = {
  ECC_NIST_P256: 'prime256v1',
  ECC_NIST_P384: 'secp384r1',
  ECC_NIST_P521: 'secp521r1',
  ECC_SECG_P256K1: 'secp256k1',
} as const;
const rsaBits = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const;

describe('Node, keys', () => {
  it.each(Object.entries(curveNames))('%s', (name, namedCurve) => {
    const spec = Object.keys(curveNames).find((one): one is keyof typeof curveNames => one === name);
    if (!spec) throw new Error(name);
    const { privateKey, publicKey } = exported(node.generateKeyPairSync('ec', { namedCurve }));
    // Byte for byte what Node writes.
    expect(toHex(imported(spec, privateKey, publicKey).private)).toBe(privateKey.toString('hex'));
    expect(nodePrivate(ours(spec)).export({ type: 'pkcs8', format: 'der' })).toEqual(
      Buffer.from(ours(spec).private),
    );
    expect(nodePublic(ours(spec)).export({ type: 'spki', format: 'der' })).toEqual(
      Buffer.from(ours(spec).public),
    );
  });
  it('Ed25519', () => {
    const { privateKey, publicKey } = exported(node.generateKeyPairSync('ed25519'));
    const pair = imported('ECC_NIST_EDWARDS25519', privateKey, publicKey);
    expect(toHex(pair.private)).toBe(privateKey.toString('hex'));
  });
  it.each(['RSA_2048', 'RSA_3072'] as const)('%s', (spec) => {
    const { privateKey, publicKey } = exported(
      node.generateKeyPairSync('rsa', { modulusLength: rsaBits[spec] }),
    );
    expect(toHex(imported(spec, privateKey, publicKey).private)).toBe(privateKey.toString('hex'));
    expect(nodePrivate(ours(spec)).asymmetricKeyDetails).toEqual({
      modulusLength: rsaBits[spec],
      publicExponent: 65537n,
    });
    expect(node.createPublicKey(nodePrivate(ours(spec))).export({ type: 'spki', format: 'der' })).toEqual(
      Buffer.from(ours(spec).public),
    );
  });
});

/** RSA 4096 pairs come from Node: one of ours takes seconds, and 3072 have shown that Node takes them. */
const pairFor = (spec: AsymmetricSpec): KeyPair => {
  if (spec !== 'RSA_4096' || pairs.has(spec)) return ours(spec);
  const { privateKey, publicKey } = exported(node.generateKeyPairSync('rsa', { modulusLength: 4096 }));
  const pair = imported(spec, privateKey, publicKey);
  pairs.set(spec, pair);
  return pair;
};

describe('Node, signatures', () => {
  const rsa = (['RSA_2048', 'RSA_3072', 'RSA_4096'] as const).flatMap((spec) =>
    (['PKCS1_V1_5', 'PSS'] as const).flatMap((scheme) =>
      (['SHA_256', 'SHA_384', 'SHA_512'] as const).map(
        (hash) => [spec, `RSASSA_${scheme}_${hash}`] as const satisfies [AsymmetricSpec, SigningAlgorithm],
      ),
    ),
  );
  it.each<readonly [AsymmetricSpec, SigningAlgorithm]>([
    ...rsa,
    ['ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['ECC_NIST_P384', 'ECDSA_SHA_384'],
    ['ECC_NIST_P521', 'ECDSA_SHA_512'],
    ['ECC_SECG_P256K1', 'ECDSA_SHA_256'],
    ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'],
  ])('%s %s', (spec, algorithm) => {
    const pair = pairFor(spec);
    const hash = spec === 'ECC_NIST_EDWARDS25519' ? null : `sha${algorithm.slice(-3)}`;
    const options = algorithm.includes('PSS')
      ? { padding: node.constants.RSA_PKCS1_PSS_PADDING, saltLength: node.constants.RSA_PSS_SALTLEN_DIGEST }
      : {};
    const privateKey = openPrivateKey(spec, pair.private);
    const publicKey = publicKeyOf(spec, pair);
    const signature = sign({ algorithm, privateKey, message, random });
    expect(node.verify(hash, message, { key: nodePublic(pair), ...options }, signature)).toBe(true);
    const theirs = of(node.sign(hash, message, { key: nodePrivate(pair), ...options }));
    expect(verify({ algorithm, publicKey, message, signature: theirs })).toBe(true);
    expect(verify({ algorithm, publicKey, message: utf8('another'), signature: theirs })).toBe(false);
    expect(verify({ algorithm, publicKey, message, signature: theirs.slice(1) })).toBe(false);
    if (hash === null) return;
    const digest = of(node.createHash(hash).update(message).digest());
    expect(verify({ algorithm, publicKey, digest, signature: theirs })).toBe(true);
    const byDigest = sign({ algorithm, privateKey, digest, random });
    expect(node.verify(hash, message, { key: nodePublic(pair), ...options }, byDigest)).toBe(true);
  });
});

describe('Node, encryption and agreement', () => {
  const cases = (['RSA_2048', 'RSA_3072', 'RSA_4096'] as const).flatMap((spec) =>
    (['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const).map((algorithm) => [spec, algorithm] as const),
  );
  it.each(cases)('%s %s', (spec, algorithm) => {
    const pair = pairFor(spec);
    const options = {
      padding: node.constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256',
    };
    const publicKey = publicKeyOf(spec, pair);
    const privateKey = openPrivateKey(spec, pair.private);
    // Lengths of specs.json.
    const most = { RSA_2048: [214, 190], RSA_3072: [342, 318], RSA_4096: [470, 446] }[spec];
    const longest = algorithm === 'RSAES_OAEP_SHA_1' ? most[0] : most[1];
    expect(maxPlaintextOf(algorithm, publicKey)).toBe(longest);
    for (const length of [0, 1, longest ?? 0]) {
      const plaintext = random(length);
      const ciphertext = encrypt({ algorithm, publicKey, plaintext, random });
      expect(of(node.privateDecrypt({ key: nodePrivate(pair), ...options }, ciphertext))).toEqual(plaintext);
      const theirs = of(node.publicEncrypt({ key: nodePublic(pair), ...options }, plaintext));
      expect(decrypt({ algorithm, privateKey, ciphertext: theirs })).toEqual(plaintext);
    }
    expect(() => encrypt({ algorithm, publicKey, plaintext: random((longest ?? 0) + 1), random })).toThrow(
      RangeError,
    );
    const ciphertext = encrypt({ algorithm, publicKey, plaintext: message, random });
    ciphertext[9] = (ciphertext[9] ?? 0) ^ 1;
    expect(decrypt({ algorithm, privateKey, ciphertext })).toBeUndefined();
    expect(decrypt({ algorithm, privateKey, ciphertext: ciphertext.slice(1) })).toBeUndefined();
  });

  it.each(['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521'] as const)('ECDH %s', (spec) => {
    const theirs = exported(node.generateKeyPairSync('ec', { namedCurve: curveNames[spec] }));
    const secret = deriveSharedSecret(openPrivateKey(spec, ours(spec).private), of(theirs.publicKey));
    const expected = node.diffieHellman({
      privateKey: node.createPrivateKey({ key: theirs.privateKey, format: 'der', type: 'pkcs8' }),
      publicKey: nodePublic(ours(spec)),
    });
    expect(secret).toEqual(of(expected));
    expect(secret).toHaveLength({ ECC_NIST_P256: 32, ECC_NIST_P384: 48, ECC_NIST_P521: 66 }[spec]);
  });

  it('ECDH SM2, by the raw points', () => {
    const theirs = node.createECDH('SM2');
    const pair = ours('SM2');
    const point = theirs.generateKeys();
    // The head of an SPKI is the same for all keys of the curve.
    const spki = concat(pair.public.slice(0, -65), of(point));
    const secret = deriveSharedSecret(openPrivateKey('SM2', pair.private), spki);
    expect(secret).toEqual(of(theirs.computeSecret(pair.public.slice(-65))));
  });

  it.each<[WrappingAlgorithm, string]>([
    ['RSA_AES_KEY_WRAP_SHA_1', 'sha1'],
    ['RSA_AES_KEY_WRAP_SHA_256', 'sha256'],
  ])('%s', (algorithm, oaepHash) => {
    const wrapping = ours('RSA_2048');
    const material = ours('ECC_NIST_P521').private;
    const padding = node.constants.RSA_PKCS1_OAEP_PADDING;
    const iv = Buffer.from('a65959a6', 'hex');
    const privateKey = openPrivateKey('RSA_2048', wrapping.private);

    const aesKey = random(32);
    const cipher = node.createCipheriv('id-aes256-wrap-pad', aesKey, iv);
    const theirs = concat(
      of(node.publicEncrypt({ key: nodePublic(wrapping), padding, oaepHash }, aesKey)),
      of(Buffer.concat([cipher.update(material), cipher.final()])),
    );
    expect(unwrapForImport({ algorithm, privateKey, wrapped: theirs })).toEqual(material);
    for (const at of [5, 300]) {
      const broken = theirs.slice();
      broken[at] = (broken[at] ?? 0) ^ 1;
      expect(unwrapForImport({ algorithm, privateKey, wrapped: broken })).toBeUndefined();
    }
    for (const length of [0, 255, 256, 264, theirs.length - 8])
      expect(unwrapForImport({ algorithm, privateKey, wrapped: theirs.slice(0, length) })).toBeUndefined();

    const wrapped =
      wrapForImport({ algorithm, publicKey: publicKeyOf('RSA_2048', wrapping), material, random }) ??
      random(0);
    const opened = node.privateDecrypt(
      { key: nodePrivate(wrapping), padding, oaepHash },
      wrapped.slice(0, 256),
    );
    const decipher = node.createDecipheriv('id-aes256-wrap-pad', opened, iv);
    expect(of(Buffer.concat([decipher.update(wrapped.slice(256)), decipher.final()]))).toEqual(material);
  });

  it('wrapping in one step is the encryption itself, and ends where that ends', () => {
    const wrapping = ours('RSA_2048');
    const privateKey = openPrivateKey('RSA_2048', wrapping.private);
    const publicKey = publicKeyOf('RSA_2048', wrapping);
    const sm2 = ours('SM2');
    const cases: readonly [EncryptionAlgorithm, typeof privateKey, PublicKey, number][] = [
      ['RSAES_OAEP_SHA_1', privateKey, publicKey, 214],
      ['RSAES_OAEP_SHA_256', privateKey, publicKey, 190],
      ['SM2PKE', openPrivateKey('SM2', sm2.private), publicKeyOf('SM2', sm2), 2400],
    ];
    for (const [algorithm, secret, open, length] of cases) {
      const material = random(length);
      const wrapped = wrapForImport({ algorithm, publicKey: open, material, random }) ?? random(0);
      expect(unwrapForImport({ algorithm, privateKey: secret, wrapped })).toEqual(material);
      wrapped[wrapped.length - 1] = (wrapped.at(-1) ?? 0) ^ 1;
      expect(unwrapForImport({ algorithm, privateKey: secret, wrapped })).toBeUndefined();
    }
    const tooLong = { algorithm: 'RSAES_OAEP_SHA_256', publicKey, material: random(191), random } as const;
    expect(wrapForImport(tooLong)).toBeUndefined();
  });
});

const folder = mkdtempSync(join(tmpdir(), 'kms-lab-interop-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content?: Bytes): string => {
  const path = join(folder, name);
  if (content) writeFileSync(path, content);
  return path;
};
const hasSm2 = /sm2/i.test(
  spawnSync('openssl', ['list', '-public-key-algorithms'], { encoding: 'utf8' }).stdout ?? '',
);

describe.skipIf(!hasSm2)('OpenSSL, SM2', () => {
  const openssl = (...args: readonly string[]): Bytes =>
    of(execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
  const id = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
  let theirs: KeyPair;
  beforeAll(() => {
    file('ours.der', ours('SM2').private);
    file('ours.pub', ours('SM2').public);
    file('message', message);
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', 'theirs.pem');
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'theirs.pem', '-outform', 'DER', '-out', 'theirs.der');
    openssl('pkey', '-in', 'theirs.pem', '-pubout', '-outform', 'DER', '-out', 'theirs.pub');
    theirs = imported('SM2', readFileSync(file('theirs.der')), readFileSync(file('theirs.pub')));
  });

  it('keys', () => {
    expect(openssl('pkey', '-inform', 'DER', '-in', 'ours.der', '-pubout', '-outform', 'DER')).toEqual(
      ours('SM2').public,
    );
    expect(theirs.private).toEqual(of(readFileSync(file('theirs.der'))));
  });

  it('signatures', () => {
    const privateKey = openPrivateKey('SM2', ours('SM2').private);
    file('signature', sign({ algorithm: 'SM2DSA', privateKey, message, random }));
    const said = openssl(
      ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', 'ours.pub', '-in', 'message'],
      ...['-sigfile', 'signature', ...id],
    );
    expect(Buffer.from(said).toString()).toContain('Signature Verified Successfully');
    const signature = openssl(
      'pkeyutl',
      '-sign',
      '-keyform',
      'DER',
      '-inkey',
      'theirs.der',
      '-in',
      'message',
      ...id,
    );
    const publicKey = publicKeyOf('SM2', theirs);
    expect(verify({ algorithm: 'SM2DSA', publicKey, message, signature })).toBe(true);
    expect(verify({ algorithm: 'SM2DSA', publicKey, message: utf8('another'), signature })).toBe(false);
  });

  it('encryption', () => {
    const ciphertext = openssl(
      ...['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', 'ours.pub', '-in', 'message'],
    );
    const privateKey = openPrivateKey('SM2', ours('SM2').private);
    expect(decrypt({ algorithm: 'SM2PKE', privateKey, ciphertext })).toEqual(message);
    for (let at = 0; at < ciphertext.length; at += 7) {
      const broken = ciphertext.slice();
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      expect(decrypt({ algorithm: 'SM2PKE', privateKey, ciphertext: broken }), `byte ${at}`).toBeUndefined();
    }
    file(
      'ciphertext',
      encrypt({ algorithm: 'SM2PKE', publicKey: publicKeyOf('SM2', theirs), plaintext: message, random }),
    );
    expect(
      openssl('pkeyutl', '-decrypt', '-keyform', 'DER', '-inkey', 'theirs.der', '-in', 'ciphertext'),
    ).toEqual(message);
  });
});

const python = (program: string, ...args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync('python3', ['-c', program, ...args], { cwd: folder, encoding: 'utf8' });
const hasLattices =
  python(
    'from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem; mldsa.MLDSA44PrivateKey.generate()',
  ).status === 0;

describe.skipIf(!hasLattices)('Python, lattices', () => {
  const start = `
import sys
from cryptography.hazmat.primitives.serialization import *
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem
read = lambda name: open(name, 'rb').read()
def write(name, content): open(name, 'wb').write(content)
private = load_der_private_key(read('ours.der'), None)
public = load_der_public_key(read('ours.pub'))
assert private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == read('ours.pub')
theirs = getattr(mldsa if hasattr(mldsa, sys.argv[1]) else mlkem, sys.argv[1]).generate()
write('theirs.der', theirs.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
write('theirs.pub', theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
`;
  const run = (spec: AsymmetricSpec, program: string): KeyPair => {
    file('ours.der', ours(spec).private);
    file('ours.pub', ours(spec).public);
    file('message', message);
    // The class of the key: MLDSA44PrivateKey and its like.
    const { status, stderr } = python(start + program, `${spec.replaceAll('_', '')}PrivateKey`);
    expect(status, String(stderr)).toBe(0);
    return imported(spec, readFileSync(file('theirs.der')), readFileSync(file('theirs.pub')));
  };
  const made = (name: string): Bytes => of(readFileSync(file(name)));

  it.each(['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'] as const)('%s', (spec) => {
    const algorithm = 'ML_DSA_SHAKE_256';
    const privateKey = openPrivateKey(spec, ours(spec).private);
    const signature = sign({ algorithm, privateKey, message, random });
    expect(signature).toHaveLength({ ML_DSA_44: 2420, ML_DSA_65: 3309, ML_DSA_87: 4627 }[spec]);
    file('signature', signature);
    const theirs = run(
      spec,
      `public.verify(read('signature'), read('message'))\nwrite('signed', theirs.sign(read('message')))`,
    );
    const publicKey = publicKeyOf(spec, theirs);
    expect(verify({ algorithm, publicKey, message, signature: made('signed') })).toBe(true);
    expect(verify({ algorithm, publicKey, message: utf8('another'), signature: made('signed') })).toBe(false);
  });

  it.each(['ML_KEM_768', 'ML_KEM_1024'] as const)('%s', (spec) => {
    const first = run(
      spec,
      `secret, text = public.encapsulate()\nwrite('secret', secret)\nwrite('text', text)`,
    );
    const key = openPrivateKey(spec, ours(spec).private);
    if (key.kind !== 'ML-KEM') throw new Error(key.kind);
    expect(decapsulate(key, made('text'))).toEqual(made('secret'));

    const publicKey = publicKeyOf(spec, ours(spec));
    if (publicKey.kind !== 'ML-KEM') throw new Error(publicKey.kind);
    const { ciphertext, sharedSecret } = encapsulate(publicKey, random);
    file('ours.text', ciphertext);
    run(spec, `write('opened', private.decapsulate(read('ours.text')))`);
    expect(made('opened')).toEqual(sharedSecret);
    expect(first.private).toHaveLength(86);
  });
});
