import { describe, expect, it } from 'vitest';
import {
  asymmetricPrimitives,
  isBlobFault,
  parseBlob,
  utf8,
  type Bytes,
  type Region,
} from '../../src/engine/index.ts';
import { Bench, root } from '../support/bench.ts';

/** specs.json keySpecs SYMMETRIC_DEFAULT: SM4 with 128-bit keys in the China Regions. */
const beijing = 'cn-north-1' as Region;
const ningxia = 'cn-northwest-1' as Region;
const cipherOf = (blob: Bytes): string => {
  const parsed = parseBlob(blob);
  return isBlobFault(parsed) ? parsed.expected : parsed.cipher;
};
class China extends Bench {
  async in(operation: string, input: object, where = beijing): Promise<Record<string, Bytes>> {
    return this.ok<Record<string, Bytes>>(operation, input, root, where);
  }
  async blob(operation: string, input: object): Promise<Bytes> {
    const { CiphertextBlob } = await this.in(operation, input);
    if (!CiphertextBlob) throw new Error(`${operation} gave no blob`);
    return CiphertextBlob;
  }
}

describe('SYMMETRIC_DEFAULT in the China Regions', () => {
  it('is SM4 in every operation that makes or opens a blob, and AES elsewhere', async () => {
    const bench = new China();
    const KeyId = await bench.key({}, root, beijing);
    const EncryptionContext = { purpose: 'test' };
    const blobs = [
      await bench.blob('Encrypt', { KeyId, Plaintext: utf8('x'), EncryptionContext }),
      await bench.blob('GenerateDataKey', { KeyId, KeySpec: 'AES_128', EncryptionContext }),
      await bench.blob('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 16, EncryptionContext }),
    ];
    for (const CiphertextBlob of blobs) {
      expect(cipherOf(CiphertextBlob)).toBe('SM4-GCM');
      await bench.in('Decrypt', { CiphertextBlob, EncryptionContext });
      expect(await bench.refused('Decrypt', { CiphertextBlob }, root, beijing)).toBe(
        'InvalidCiphertextException: ',
      );
    }
    const other = await bench.key({}, root, beijing);
    const moved = await bench.blob('ReEncrypt', {
      CiphertextBlob: blobs[0],
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: other,
    });
    expect(cipherOf(moved)).toBe('SM4-GCM');
    expect(await bench.in('Decrypt', { CiphertextBlob: moved })).toMatchObject({ Plaintext: utf8('x') });
    const elsewhere = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', {
      KeyId: await bench.key(),
      Plaintext: utf8('x'),
    });
    expect(cipherOf(elsewhere.CiphertextBlob)).toBe('AES-256-GCM');
  });

  it('rotates and replicates with SM4 material', async () => {
    const bench = new China();
    const KeyId = await bench.key({ MultiRegion: true }, root, beijing);
    const CiphertextBlob = await bench.blob('Encrypt', { KeyId, Plaintext: utf8('x') });
    await bench.in('ReplicateKey', { KeyId, ReplicaRegion: ningxia });
    await bench.in('RotateKeyOnDemand', { KeyId });
    await bench.advance(0.01);
    const plaintext = { Plaintext: utf8('x') };
    expect(await bench.in('Decrypt', { CiphertextBlob }, ningxia)).toMatchObject(plaintext);
    const fresh = await bench.blob('Encrypt', { KeyId, Plaintext: utf8('x') });
    expect(await bench.in('Decrypt', { CiphertextBlob: fresh }, ningxia)).toMatchObject(plaintext);
  });

  it('[specs import algorithms] takes 16 bytes of imported material, no 32; SM2 wraps private keys only, and here only', async () => {
    const bench = new China();
    const { encrypt, readPublicKey, isKeyFault } = await asymmetricPrimitives();
    const random = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));
    const KeyId = await bench.key({ Origin: 'EXTERNAL' }, root, beijing);
    const asked = { WrappingAlgorithm: 'SM2PKE', WrappingKeySpec: 'SM2' };
    expect(await bench.refused('GetParametersForImport', { KeyId, ...asked }, root, beijing)).toMatch(
      /^ValidationException/,
    );
    const ecc = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' };
    await bench.in('GetParametersForImport', { KeyId: await bench.key(ecc, root, beijing), ...asked });
    expect(await bench.refused('GetParametersForImport', { KeyId: await bench.key(ecc), ...asked })).toMatch(
      /^UnsupportedOperationException/,
    );
    const wrapped = async (
      spec: 'SM2' | 'RSA_2048',
      algorithm: 'SM2PKE' | 'RSAES_OAEP_SHA_256',
      size: number,
    ) => {
      const { ImportToken, PublicKey } = await bench.in('GetParametersForImport', {
        KeyId,
        WrappingAlgorithm: algorithm,
        WrappingKeySpec: spec,
      });
      const publicKey = readPublicKey(spec, PublicKey ?? new Uint8Array());
      if (isKeyFault(publicKey)) throw new Error(publicKey.expected);
      const plaintext = new Uint8Array(size).fill(9);
      const EncryptedKeyMaterial = encrypt({ algorithm, publicKey, plaintext, random });
      return { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    };
    const long = await wrapped('RSA_2048', 'RSAES_OAEP_SHA_256', 32);
    expect(await bench.refused('ImportKeyMaterial', long, root, beijing)).toBe(
      'IncorrectKeyMaterialException: ',
    );
    await bench.in('ImportKeyMaterial', await wrapped('RSA_2048', 'RSAES_OAEP_SHA_256', 16));
    expect(cipherOf(await bench.blob('Encrypt', { KeyId, Plaintext: utf8('x') }))).toBe('SM4-GCM');
  });
});
