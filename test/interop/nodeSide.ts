import * as node from 'node:crypto';
import type { Bytes } from '../../src/engine/index.ts';
import { hashOf, kwpIv, Lacks, rsaBits, type Row, type Side } from './side.ts';

/* Node's `crypto`. */

const of = (buffer: Uint8Array): Bytes => Uint8Array.from(buffer);
const open = (der: Bytes): node.KeyObject =>
  node.createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
const read = (der: Bytes): node.KeyObject =>
  node.createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'prime256v1',
  ECC_NIST_P384: 'secp384r1',
  ECC_NIST_P521: 'secp521r1',
  ECC_SECG_P256K1: 'secp256k1',
};
/** Types that the typings of the oldest supported Node do not know. */
type Makes = (type: string, options: object) => node.KeyPairKeyObjectResult;
interface Kem {
  encapsulate(key: node.KeyObject): { ciphertext: Buffer; sharedKey: Buffer };
  decapsulate(key: node.KeyObject, ciphertext: Bytes): Buffer;
}

function make({ spec, algorithm }: Row, bits: number): node.KeyPairKeyObjectResult {
  const generate = node.generateKeyPairSync as unknown as Makes;
  if (spec.startsWith('RSA_')) return generate('rsa', { modulusLength: bits });
  const namedCurve = curves[spec];
  if (namedCurve !== undefined) return generate('ec', { namedCurve });
  if (spec === 'SM2') throw new Lacks('Node reads no SM2 keys');
  if (algorithm === 'ED25519_PH_SHA_512') throw new Lacks('Node has no Ed25519ph');
  if (algorithm.endsWith('EXTERNAL_MU')) throw new Lacks('ML-DSA of Node takes no external mu');
  if (spec === 'ECC_NIST_EDWARDS25519') return generate('ed25519', {});
  try {
    return generate(spec.toLowerCase().replaceAll('_', '-'), {});
  } catch {
    throw new Lacks(`${spec.slice(0, 6).replace('_', '-')} is not in Node ${process.versions.node}`);
  }
}
/** Throws where {@link make} would, before a key of ours is read. */
function need(row: Row): void {
  if (/^(SM2|ML_)/.test(row.spec) || /PH_|MU$/.test(row.algorithm)) make(row, 2048);
}

const digestOf = (row: Row): string | null =>
  hashOf(row) === '' || row.spec === 'ECC_NIST_EDWARDS25519' || row.spec.startsWith('ML_')
    ? null
    : `sha${hashOf(row)}`;
const pss = ({ algorithm }: Row) =>
  algorithm.includes('PSS')
    ? { padding: node.constants.RSA_PKCS1_PSS_PADDING, saltLength: node.constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
const oaep = (row: Row) => ({
  padding: node.constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: `sha${hashOf(row)}`,
});
const gcm = ({ algorithm }: Row): node.CipherGCMTypes => {
  if (algorithm.startsWith('SM4'))
    throw new Lacks(`SM4-GCM is not in OpenSSL ${process.versions.openssl ?? ''} of Node`);
  return 'aes-256-gcm';
};

/** A point of SM2 as SubjectPublicKeyInfo, up to the point. */
const sm2Head = '3059301306072a8648ce3d020106082a811ccf5501822d034200';

export const nodeSide: Side = {
  name: 'Node crypto',
  about: `Node ${process.versions.node} with OpenSSL ${process.versions.openssl ?? ''}`,
  async pair(row) {
    if (row.spec === 'SM2' && row.use === 'agree') {
      // Node knows the curve, though no keys on it: the secret is the bare number, for `agree` below.
      const ecdh = node.createECDH('SM2');
      const point = ecdh.generateKeys();
      return {
        private: of(ecdh.getPrivateKey()),
        public: of(Buffer.concat([Buffer.from(sm2Head, 'hex'), point])),
      };
    }
    const { privateKey, publicKey } = make(row, rsaBits(row));
    return {
      private: of(privateKey.export({ type: 'pkcs8', format: 'der' })),
      public: of(publicKey.export({ type: 'spki', format: 'der' })),
    };
  },
  async sign(row, key, message) {
    need(row);
    return of(node.sign(digestOf(row), message, { key: open(key), ...pss(row) }));
  },
  async verify(row, key, message, signature) {
    need(row);
    return node.verify(digestOf(row), message, { key: read(key), ...pss(row) }, signature);
  },
  async encrypt(row, key, plaintext) {
    need(row);
    return of(node.publicEncrypt({ key: read(key), ...oaep(row) }, plaintext));
  },
  async decrypt(row, key, ciphertext) {
    need(row);
    return of(node.privateDecrypt({ key: open(key), ...oaep(row) }, ciphertext));
  },
  async agree(row, key, other) {
    if (row.spec === 'SM2') {
      const ecdh = node.createECDH('SM2');
      ecdh.setPrivateKey(key);
      return of(ecdh.computeSecret(other.slice(-65)));
    }
    need(row);
    return of(node.diffieHellman({ privateKey: open(key), publicKey: read(other) }));
  },
  mac: async (row, key, message) =>
    of(
      node
        .createHmac(`sha${hashOf(row)}`, key)
        .update(message)
        .digest(),
    ),
  async encapsulate(row, key) {
    need(row);
    const { ciphertext, sharedKey } = (node as unknown as Kem).encapsulate(read(key));
    return { ciphertext: of(ciphertext), secret: of(sharedKey) };
  },
  async decapsulate(row, key, ciphertext) {
    need(row);
    return of((node as unknown as Kem).decapsulate(open(key), ciphertext));
  },
  async wrap(row, key, material) {
    const aesKey = node.randomBytes(32);
    const cipher = node.createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from(kwpIv, 'hex'));
    const first = node.publicEncrypt({ key: read(key), ...oaep(row) }, aesKey);
    return of(Buffer.concat([first, cipher.update(material), cipher.final()]));
  },
  async unwrap(row, key, wrapped) {
    const length = rsaBits(row) / 8;
    const aesKey = node.privateDecrypt({ key: open(key), ...oaep(row) }, wrapped.slice(0, length));
    const cipher = node.createDecipheriv('id-aes256-wrap-pad', aesKey, Buffer.from(kwpIv, 'hex'));
    return of(Buffer.concat([cipher.update(wrapped.slice(length)), cipher.final()]));
  },
  async seal(row, key, iv, plaintext, aad) {
    const cipher = node.createCipheriv(gcm(row), key, iv).setAAD(aad);
    return of(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
  },
  async open(row, key, iv, sealed, aad) {
    const cipher = node.createDecipheriv(gcm(row), key, iv).setAAD(aad).setAuthTag(sealed.slice(-16));
    return of(Buffer.concat([cipher.update(sealed.slice(0, -16)), cipher.final()]));
  },
};
