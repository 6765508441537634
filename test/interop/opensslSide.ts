import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Bytes } from '../../src/engine/index.ts';
import { hashOf, kwpIv, Lacks, rsaBits, type Row, type Side } from './side.ts';

/* The `openssl` command of this machine. */

const version = /^OpenSSL (\d+)\.(\d+)\S*/.exec(
  spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '',
);
const isAtLeast = (major: number, minor: number): boolean =>
  version !== null && Number(version[1]) * 100 + Number(version[2]) >= major * 100 + minor;
const said = version?.[0] ?? 'no openssl';
/** Undefined where there is no `openssl` at all. */
export const hasOpenssl = version !== null;

const folder = mkdtempSync(join(tmpdir(), 'kms-lab-openssl-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let count = 0;
function file(content?: Bytes): string {
  const path = join(folder, String((count += 1)));
  if (content) writeFileSync(path, content);
  return path;
}
const readFile = (path: string): Bytes => Uint8Array.from(readFileSync(path));

function openssl(args: readonly string[], input?: Bytes): Bytes {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, stdio: 'pipe' });
  if (status !== 0) throw new Error(`openssl ${args.slice(0, 3).join(' ')}: ${stderr.toString()}`);
  return Uint8Array.from(stdout);
}
const secret = (der: Bytes): string[] => ['-inkey', file(der), '-keyform', 'DER'];
const open = (der: Bytes): string[] => ['-pubin', '-inkey', file(der), '-keyform', 'DER'];

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'prime256v1',
  ECC_NIST_P384: 'secp384r1',
  ECC_NIST_P521: 'secp521r1',
  ECC_SECG_P256K1: 'secp256k1',
  SM2: 'SM2',
};
function generation(row: Row): readonly string[] {
  const { spec, algorithm } = row;
  if (spec.startsWith('RSA_')) return ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${rsaBits(row)}`];
  const curve = curves[spec];
  if (curve !== undefined) return ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`];
  if (algorithm === 'ED25519_PH_SHA_512' && !isAtLeast(3, 2))
    throw new Lacks(`Ed25519ph came with OpenSSL 3.2; this is ${said}`);
  if (spec === 'ECC_NIST_EDWARDS25519') return ['-algorithm', 'ED25519'];
  const name = spec.replaceAll('_', '-');
  if (!isAtLeast(3, 5)) throw new Lacks(`${name.slice(0, 6)} came with OpenSSL 3.5; this is ${said}`);
  return ['-algorithm', name];
}
/** How a message is signed: by itself, or hashed on the way. */
function signing(row: Row): readonly string[] {
  const { spec, algorithm } = row;
  generation(row);
  if (spec === 'SM2') return ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
  if (algorithm === 'ED25519_PH_SHA_512') return ['-rawin', '-pkeyopt', 'instance:Ed25519ph'];
  if (algorithm.endsWith('EXTERNAL_MU')) return ['-pkeyopt', 'mu:1'];
  if (spec === 'ECC_NIST_EDWARDS25519' || spec.startsWith('ML_')) return ['-rawin'];
  const pss = ['-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:digest'];
  return ['-rawin', '-digest', `sha${hashOf(row)}`, ...(algorithm.includes('PSS') ? pss : [])];
}
const oaep = (row: Row): readonly string[] =>
  row.algorithm === 'SM2PKE'
    ? []
    : ['rsa_padding_mode:oaep', `rsa_oaep_md:sha${hashOf(row)}`, `rsa_mgf1_md:sha${hashOf(row)}`].flatMap(
        (option) => ['-pkeyopt', option],
      );
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const kwp = (key: Uint8Array): readonly string[] => [
  'enc',
  '-id-aes256-wrap-pad',
  '-iv',
  kwpIv,
  '-K',
  hex(key),
];
const noAead = () => new Lacks('`openssl enc` takes no cipher with a tag');

export const opensslSide: Side = {
  name: 'OpenSSL',
  about: `${said}, its command`,
  async pair(row) {
    const pem = file();
    openssl(['genpkey', ...generation(row), '-out', pem]);
    return {
      private: openssl(['pkcs8', '-topk8', '-nocrypt', '-in', pem, '-outform', 'DER']),
      public: openssl(['pkey', '-in', pem, '-pubout', '-outform', 'DER']),
    };
  },
  sign: async (row, key, message) =>
    openssl(['pkeyutl', '-sign', ...secret(key), '-in', file(message), ...signing(row)]),
  async verify(row, key, message, signature) {
    const files = ['-in', file(message), '-sigfile', file(signature)];
    const args = ['pkeyutl', '-verify', ...open(key), ...files, ...signing(row)];
    return spawnSync('openssl', args, { encoding: 'utf8' }).stdout.includes(
      'Signature Verified Successfully',
    );
  },
  encrypt: async (row, key, plaintext) =>
    openssl(['pkeyutl', '-encrypt', ...open(key), '-in', file(plaintext), ...oaep(row)]),
  decrypt: async (row, key, ciphertext) =>
    openssl(['pkeyutl', '-decrypt', ...secret(key), '-in', file(ciphertext), ...oaep(row)]),
  agree: async (row, key, other) => {
    if (row.spec === 'SM2') throw new Lacks('an SM2 key derives no plain ECDH secret there');
    return openssl(['pkeyutl', '-derive', ...secret(key), '-peerform', 'DER', '-peerkey', file(other)]);
  },
  mac: async (row, key, message) =>
    openssl([
      'dgst',
      `-sha${hashOf(row)}`,
      '-mac',
      'HMAC',
      '-macopt',
      `hexkey:${hex(key)}`,
      '-binary',
      file(message),
    ]),
  async encapsulate(row, key) {
    generation(row);
    const [shared, out] = [file(), file()];
    openssl(['pkeyutl', '-encap', ...open(key), '-secret', shared, '-out', out]);
    return { ciphertext: readFile(out), secret: readFile(shared) };
  },
  async decapsulate(row, key, ciphertext) {
    generation(row);
    const shared = file();
    openssl(['pkeyutl', '-decap', ...secret(key), '-in', file(ciphertext), '-secret', shared]);
    return readFile(shared);
  },
  async wrap(row, key, material) {
    const aesKey = Uint8Array.from(randomBytes(32));
    const first = await this.encrypt(row, key, aesKey);
    return Uint8Array.from(Buffer.concat([first, openssl(kwp(aesKey), material)]));
  },
  async unwrap(row, key, wrapped) {
    const length = rsaBits(row) / 8;
    const aesKey = await this.decrypt(row, key, wrapped.slice(0, length));
    return openssl([...kwp(aesKey), '-d'], wrapped.slice(length));
  },
  seal: async () => Promise.reject(noAead()),
  open: async () => Promise.reject(noAead()),
};
