import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../model/index.ts';
import { fromHex, toHex, utf8 } from './codec.ts';
import { openGcm, sealGcm } from './gcm.ts';
import { hmacSha256 } from './hash.ts';
import { callKey, kdfCounterHmacSha256 } from './kdf.ts';

const hex = (text: string): Bytes => {
  const bytes = fromHex(text);
  if (!bytes) throw new Error(`not hex: ${text}`);
  return bytes;
};

/*
 * Vectors that are not kept in this repository (C2SP/wycheproof, testvectors_v1): KMS_LAB_VECTORS names their folder.
 * Skipped, and shown as skipped, where it is absent.
 */
const folder = process.env['KMS_LAB_VECTORS'] ?? resolve('../shared/vectors/wycheproof');
interface WycheproofTest {
  readonly tcId: number;
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly iv?: string;
  readonly aad?: string;
  readonly ct?: string;
}
interface WycheproofGroup {
  readonly keySize: number;
  readonly tagSize: number;
  readonly ivSize?: number;
  readonly tests: readonly WycheproofTest[];
}
const has = (file: string): boolean => existsSync(`${folder}/${file}`);
const groupsOf = (file: string): readonly WycheproofGroup[] =>
  (JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { testGroups: WycheproofGroup[] }).testGroups;

describe('KDF in counter mode, HMAC-SHA-256', () => {
  // CAVS 14.4, KDFCTR_gen.rsp, [PRF=HMAC_SHA256] [CTRLOCATION=BEFORE_FIXED] [RLEN=32_BITS], one of each output length.
  // https://csrc.nist.gov/Projects/Cryptographic-Algorithm-Validation-Program/Key-Derivation
  it.each([
    [
      'COUNT=0, L=128',
      'dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0',
      '01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b864a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac',
      '10621342bfb0fd40046c0e29f2cfdbf0',
    ],
    [
      'COUNT=10, L=256',
      'e204d6d466aad507ffaf6d6dab0a5b26152c9e21e764370464e360c8fbc765c6',
      '7b03b98d9f94b899e591f3ef264b71b193fba7043c7e953cde23bc5384bc1a6293580115fae3495fd845dadbd02bd6455cf48d0f62b33e62364a3a80',
      '770dfab6a6a4a4bee0257ff335213f78d8287b4fd537d5c1fffa956910e7c779',
    ],
    [
      'COUNT=20, L=160',
      'dc60338d884eecb72975c603c27b360605011756c697c4fc388f5176ef81efb1',
      '44d7aa08feba26093c14979c122c2437c3117b63b78841cd10a4bc5ed55c56586ad8986d55307dca1d198edcffbc516a8fbe6152aa428cdd800c062d',
      '29ac07dccf1f28d506cd623e6e3fc2fa255bd60b',
    ],
    [
      'COUNT=30, L=320',
      'c4bedbddb66493e7c7259a3bbbc25f8c7e0ca7fe284d92d431d9cd99a0d214ac',
      '1c69c54766791e315c2cc5c47ecd3ffab87d0d273dd920e70955814c220eacace6a5946542da3dfe24ff626b4897898cafb7db83bdff3c14fa46fd4b',
      '1da47638d6c9c4d04d74d4640bbd42ab814d9e8cc22f4326695239f96b0693f12d0dd1152cf44430',
    ],
  ])('%s', (_name, key, fixed, derived) => {
    expect(toHex(kdfCounterHmacSha256(hex(key), hex(fixed), derived.length / 2))).toBe(derived);
  });

  it('is the composition of the platform’s HMAC, at any length', () => {
    const key = hex('00'.repeat(31) + '01');
    const composed = (fixed: Bytes, length: number): string => {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
        createHmac('sha256', key)
          .update(Uint8Array.of(0, 0, (i + 1) >> 8, i + 1))
          .update(fixed)
          .digest('hex'),
      );
      return blocks.join('').slice(0, length * 2);
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 300 }), (fixed, length) => {
        const bytes = Uint8Array.from(fixed);
        expect(toHex(kdfCounterHmacSha256(key, bytes, length))).toBe(composed(bytes, length));
      }),
    );
  });

  it.each([0, -1, 1.5, 32 * 0x10000])('throws on a length of %s', (length) =>
    expect(() => kdfCounterHmacSha256(hex('00'), hex('00'), length)).toThrow(/length/),
  );

  it('gives another call key for another nonce or another material', () => {
    const [a, b] = [hex('11'.repeat(32)), hex('22'.repeat(32))];
    const [n, m] = [hex('33'.repeat(16)), hex('44'.repeat(16))];
    expect(new Set([callKey(a, n), callKey(a, m), callKey(b, n), callKey(b, m)].map(toHex)).size).toBe(4);
    expect(() => callKey(a, hex('33'))).toThrow('"nonce" expected 16 bytes, got length=1');
  });
});

describe('HMAC-SHA-256', () => {
  // RFC 4231 §4.2, §4.3, §4.4, §4.7: https://www.rfc-editor.org/rfc/rfc4231#section-4
  it.each([
    [
      'test case 1',
      '0b'.repeat(20),
      toHex(utf8('Hi There')),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'test case 2',
      toHex(utf8('Jefe')),
      toHex(utf8('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'test case 3',
      'aa'.repeat(20),
      'dd'.repeat(50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      'test case 6',
      'aa'.repeat(131),
      toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('RFC 4231 %s', (_name, key, message, tag) =>
    expect(toHex(hmacSha256(hex(key), hex(message)))).toBe(tag),
  );

  it.skipIf(!has('hmac_sha256_test.json'))('Wycheproof hmac_sha256_test.json', () => {
    let checked = 0;
    for (const group of groupsOf('hmac_sha256_test.json')) {
      for (const test of group.tests) {
        const tag = toHex(hmacSha256(hex(test.key), hex(test.msg)).slice(0, group.tagSize / 8));
        expect(tag === test.tag, `tcId ${test.tcId}`).toBe(test.result === 'valid');
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(150);
  });
});

describe('AES-256-GCM', () => {
  // CAVP gcmEncryptExtIV256.rsp, https://csrc.nist.gov/Projects/Cryptographic-Algorithm-Validation-Program/CAVP-TESTING-BLOCK-CIPHER-MODES
  it.each([
    [
      'no plaintext',
      'b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4',
      '516c33929df5a3284ff463d7',
      '',
      '',
      '',
      'bdc1ac884d332457a1d2664f168c76f0',
    ],
    [
      'AAD alone',
      '78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223',
      'd79cf22d504cc793c3fb6c8a',
      '',
      'b96baa8c1c75a671bfb2d08d06be5f36',
      '',
      '3e5d486aa2e30b22e040b85723a06e76',
    ],
    [
      'one block',
      '31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22',
      '0d18e06c7c725ac9e362e1ce',
      '2db5168e932556f8089a0622981d017d',
      '',
      'fa4362189661d163fcd6a56d8bf0405a',
      'd636ac1bbedd5cc3ee727dc2ab4a9489',
    ],
    [
      '51 bytes with AAD',
      '24501ad384e473963d476edcfe08205237acfd49b5b8f33857f8114e863fec7f',
      '9ff18563b978ec281b3f2794',
      '27f348f9cdc0c5bd5e66b1ccb63ad920ff2219d14e8d631b3872265cf117ee86757accb158bd9abb3868fdc0d0b074b5f01b2c',
      'adb5ec720ccf9898500028bf34afccbcaca126ef',
      'eb7cb754c824e8d96f7c6d9b76c7d26fb874ffbf1d65c6f64a698d839b0b06145dae82057ad55994cf59ad7f67c0fa5e85fab8',
      'bc95c532fecc594c36d1550286a7a3f0',
    ],
  ])('CAVP: %s', (_name, key, iv, plaintext, aad, ciphertext, tag) => {
    expect(toHex(sealGcm(hex(key), hex(iv), hex(plaintext), hex(aad)))).toBe(ciphertext + tag);
    expect(openGcm(hex(key), hex(iv), hex(ciphertext + tag), hex(aad))).toEqual(hex(plaintext));
  });

  it.skipIf(!has('aes_gcm_test.json'))('Wycheproof aes_gcm_test.json, 256-bit keys and 96-bit IVs', () => {
    let checked = 0;
    for (const group of groupsOf('aes_gcm_test.json')) {
      if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) continue;
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of group.tests) {
        const opened = openGcm(hex(key), hex(iv ?? ''), hex((ct ?? '') + tag), hex(aad ?? ''));
        expect(opened && toHex(opened), `tcId ${tcId}`).toBe(result === 'valid' ? msg : undefined);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(60);
  });

  it('throws on a key or IV of the wrong length and opens nothing shorter than a tag', () => {
    expect(() => sealGcm(hex('00'), hex('00'.repeat(12)), hex(''), hex(''))).toThrow(
      '"key" expected 32 bytes, got length=1',
    );
    expect(() => openGcm(hex('00'.repeat(32)), hex(''), hex(''), hex(''))).toThrow(
      '"iv" expected 12 bytes, got length=0',
    );
    expect(
      openGcm(hex('00'.repeat(32)), hex('00'.repeat(12)), hex('00'.repeat(15)), hex('')),
    ).toBeUndefined();
  });
});
