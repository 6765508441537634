import * as p from '../../src/engine/crypto/asymmetric/index.ts';
import { openGcm, sealGcm } from '../../src/engine/crypto/gcm.ts';
import { keySpecs, seededBytes, type Bytes, type KeySpec } from '../../src/engine/index.ts';
import { type Pair, type Row, type Side } from './side.ts';

/*
 * This house as a side of the table: the functions that the engine itself calls.
 */

/** Every algorithm of every key spec, from the data that the operations read, and what import and blobs add. */
export const rows: readonly Row[] = [
  ...Object.entries(keySpecs).flatMap(([name, facts]): Row[] => {
    const spec = name as KeySpec; // the keys of a record of all specs
    const all = (use: Row['use'], algorithms: readonly string[] | undefined): Row[] =>
      (algorithms ?? []).map((algorithm) => ({ spec, algorithm, use }));
    if (facts.class === 'symmetric')
      return [
        { spec, algorithm: 'AES-256-GCM', use: 'seal' },
        { spec, algorithm: 'SM4-GCM (China)', use: 'seal' },
      ];
    return [
      ...all('encrypt', facts.encryption),
      ...all('sign', facts.signing),
      ...(name.startsWith('ML_DSA') ? all('sign', ['ML_DSA_SHAKE_256 EXTERNAL_MU']) : []),
      ...all('agree', facts.agreement),
      ...all('mac', facts.mac),
      ...all('encapsulate', facts.encapsulation),
    ];
  }),
  ...(['RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'] as const).map((algorithm): Row => ({
    spec: 'RSA_2048',
    algorithm,
    use: 'wrap',
  })),
];

const random = seededBytes('interoperation', 0);
const pairs = new Map<KeySpec, Pair>();

function publicKey({ spec }: Row, der: Bytes) {
  const key = p.readPublicKey(spec as Parameters<typeof p.readPublicKey>[0], der); // rows with keys are of such specs
  if (p.isKeyFault(key)) throw new Error(`${spec}: a public key does not read: ${key.expected}`);
  return key;
}
const opened = new Map<string, p.PrivateKey>();
function privateKey({ spec }: Row, der: Bytes): p.PrivateKey {
  const name = Buffer.from(der).toString('base64');
  const key = opened.get(name) ?? openedAnew(spec, der);
  opened.set(name, key);
  return key;
}
function openedAnew(spec: KeySpec, der: Bytes): p.PrivateKey {
  // As ImportKeyMaterial reads what comes from outside; what it makes of it is what the HSM opens.
  const asymmetric = spec as Parameters<typeof p.importKeyPair>[0];
  const pair = p.importKeyPair(asymmetric, der);
  if (p.isKeyFault(pair)) throw new Error(`${spec}: a private key does not read: ${pair.expected}`);
  return p.openPrivateKey(asymmetric, pair.private);
}
const signed = ({ algorithm }: Row, message: Bytes) =>
  algorithm === 'ED25519_PH_SHA_512'
    ? { digest: message }
    : algorithm.endsWith('EXTERNAL_MU')
      ? { mu: message }
      : { message };
const signing = ({ algorithm }: Row) => algorithm.split(' ')[0] as Parameters<typeof p.sign>[0]['algorithm'];
const encryption = ({ algorithm }: Row) => algorithm as Parameters<typeof p.encrypt>[0]['algorithm'];
const wrapping = ({ algorithm }: Row) => algorithm as Parameters<typeof p.wrapForImport>[0]['algorithm'];

/** @param makers sides that make big RSA pairs faster; they come in by the import */
export const ours = (makers: Pick<Side, 'pair'>): Side => ({
  name: 'KMS Lab',
  about: 'the engine of this repository',
  async pair(row) {
    const known = pairs.get(row.spec);
    if (known) return known;
    const spec = row.spec as Parameters<typeof p.generateKeyPair>[0];
    const slow = row.spec === 'RSA_3072' || row.spec === 'RSA_4096';
    const made = slow
      ? p.importKeyPair(spec, (await makers.pair(row)).private)
      : p.generateKeyPair(spec, random);
    if (p.isKeyFault(made)) throw new Error(made.expected);
    pairs.set(row.spec, made);
    return made;
  },
  sign: async (row, key, message) =>
    p.sign({ algorithm: signing(row), privateKey: privateKey(row, key), random, ...signed(row, message) }),
  verify: async (row, key, message, signature) =>
    p.verify({ algorithm: signing(row), publicKey: publicKey(row, key), signature, ...signed(row, message) }),
  encrypt: async (row, key, plaintext) =>
    p.encrypt({ algorithm: encryption(row), publicKey: publicKey(row, key), plaintext, random }),
  async decrypt(row, key, ciphertext) {
    const plain = p.decrypt({ algorithm: encryption(row), privateKey: privateKey(row, key), ciphertext });
    if (!plain) throw new Error('does not open');
    return plain;
  },
  async agree(row, key, other) {
    const secret = p.deriveSharedSecret(privateKey(row, key), other);
    if (!secret) throw new Error('a public key does not read');
    return secret;
  },
  mac: async ({ algorithm }, key, message) =>
    p.macOf(algorithm as Parameters<typeof p.macOf>[0], key, message),
  async encapsulate(row, key) {
    const other = publicKey(row, key);
    if (other.kind !== 'ML-KEM') throw new Error(other.kind);
    const { ciphertext, sharedSecret } = p.encapsulate(other, random);
    return { ciphertext, secret: sharedSecret };
  },
  async decapsulate(row, key, ciphertext) {
    const own = privateKey(row, key);
    const secret = own.kind === 'ML-KEM' ? p.decapsulate(own, ciphertext) : undefined;
    if (!secret) throw new Error('does not open');
    return secret;
  },
  async wrap(row, key, material) {
    const wrapped = p.wrapForImport({
      algorithm: wrapping(row),
      publicKey: publicKey(row, key),
      material,
      random,
    });
    if (!wrapped) throw new Error('too long');
    return wrapped;
  },
  async unwrap(row, key, wrapped) {
    const plain = p.unwrapForImport({ algorithm: wrapping(row), privateKey: privateKey(row, key), wrapped });
    if (!plain) throw new Error('does not open');
    return plain;
  },
  seal: async ({ algorithm }, key, iv, plaintext, aad) =>
    algorithm.startsWith('AES') ? sealGcm(key, iv, plaintext, aad) : p.sealSm4Gcm(key, iv, plaintext, aad),
  async open({ algorithm }, key, iv, sealed, aad) {
    const open = algorithm.startsWith('AES') ? openGcm : p.openSm4Gcm;
    const plain = open(key, iv, sealed, aad);
    if (!plain) throw new Error('does not open');
    return plain;
  },
});
