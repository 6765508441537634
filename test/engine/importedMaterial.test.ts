import { describe, expect, it } from 'vitest';
import { ref, utf8, type Bytes, type KeyArn, type Region } from '../../src/engine/index.ts';
import { Bench, region, root } from '../support/bench.ts';
import { imported, replica } from './goodCalls.ts';

/*
 * Imported key material through its whole life, in one Region and in several. The machine that decides it has its own test
 * (src/engine/machines/material.test.ts); here operations are called and records are what they say.
 */

const secret = (n: number): Bytes => new Uint8Array(32).fill(n);
const there = (arn: string, where: Region): string => arn.replace(region, where);

class Import extends Bench {
  /** Imports `n` times 32 and answers the identifier. */
  async put32(arn: string, n: number, more: object = {}, where: Region = region): Promise<string> {
    const { KeyMaterialId } = await this.ok<{ KeyMaterialId: string }>(
      'ImportKeyMaterial',
      { KeyId: arn, ...(await imported(this, arn, secret(n), where)), ...more },
      root,
      where,
    );
    return KeyMaterialId;
  }
  async refusedImport(arn: string, n: number, more: object = {}, where: Region = region): Promise<string> {
    const input = { KeyId: arn, ...(await imported(this, arn, secret(n), where)), ...more };
    return this.refused('ImportKeyMaterial', input, root, where);
  }
  /** `state/import state` of every material, oldest first. */
  async materials(arn: string, where: Region = region): Promise<readonly string[]> {
    const { Rotations } = await this.ok<{ Rotations: readonly Record<string, unknown>[] }>(
      'ListKeyRotations',
      { KeyId: arn, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' },
      root,
      where,
    );
    return Rotations.map((one) => `${String(one['KeyMaterialState'])}/${String(one['ImportState'])}`);
  }
  async described(arn: string, where: Region = region): Promise<Record<string, unknown>> {
    const { KeyMetadata } = await this.ok<{ KeyMetadata: Record<string, unknown> }>(
      'DescribeKey',
      { KeyId: arn },
      root,
      where,
    );
    return KeyMetadata;
  }
  async rotate(arn: string): Promise<void> {
    await this.ok('RotateKeyOnDemand', { KeyId: arn });
    await this.advance(0.01);
  }
  /** A key with its first material, and a replica that has it too. */
  async pair(): Promise<string> {
    const arn = await this.key({ Origin: 'EXTERNAL', MultiRegion: true });
    await this.put32(arn, 1);
    await this.ok('ReplicateKey', { KeyId: arn, ReplicaRegion: replica });
    await this.advance(0.01);
    await this.put32(there(arn, replica), 1, {}, replica);
    return arn;
  }
}

const newMaterial = { ImportType: 'NEW_KEY_MATERIAL' };
const again = { ImportType: 'EXISTING_KEY_MATERIAL' };
const multi = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';

describe('imported material of one key', () => {
  it('[model ImportKeyMaterial] the identifier hangs on key and material: the same after deletion, another for another key', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    await bench.put32(arn, 1);
    const pending = await bench.put32(arn, 2, newMaterial);
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn, KeyMaterialId: pending });
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED']);
    expect(await bench.put32(arn, 2, newMaterial)).toBe(pending);
    const other = await bench.key({ Origin: 'EXTERNAL' });
    expect(await bench.put32(other, 2)).not.toBe(pending);
  });

  it('[model KeyMaterialDescription] without one, that of the last import of the material stays', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    await bench.put32(arn, 1, { KeyMaterialDescription: 'the first' });
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn });
    await bench.put32(arn, 1);
    const { Rotations } = await bench.ok<{ Rotations: readonly unknown[] }>('ListKeyRotations', {
      KeyId: arn,
      IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
    });
    expect(Rotations[0]).toMatchObject({ KeyMaterialDescription: 'the first' });
  });

  it('[specs import unusable] with two materials, either one missing makes the key unusable, both make it usable', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    const first = await bench.put32(arn, 1);
    const second = await bench.put32(arn, 2, newMaterial);
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED', 'PENDING_ROTATION/IMPORTED']);
    await bench.rotate(arn);
    expect(await bench.materials(arn)).toEqual(['NON_CURRENT/IMPORTED', 'CURRENT/IMPORTED']);
    expect(await bench.described(arn)).toMatchObject({ CurrentKeyMaterialId: second });
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn, KeyMaterialId: first });
    expect(await bench.refused('Encrypt', { KeyId: arn, Plaintext: utf8('x') })).toBe(
      `KMSInvalidStateException: ${arn} is pending import.`,
    );
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn });
    await bench.put32(arn, 2);
    expect(await bench.described(arn)).toMatchObject({ KeyState: 'PendingImport' });
    await bench.put32(arn, 1);
    expect(await bench.described(arn)).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: second });
  });

  it.each([
    ['NEW_KEY_MATERIAL that the key already has', 1, newMaterial],
    ['EXISTING_KEY_MATERIAL that it never had', 3, again],
    ['other material without a type', 3, {}],
    ['material that is not the one named', 1, { KeyMaterialId: '0'.repeat(64) }],
  ])('[specs import wrongMaterial] %s: IncorrectKeyMaterialException', async (_, n, more) => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    await bench.put32(arn, 1);
    expect(await bench.refusedImport(arn, n, more)).toBe('IncorrectKeyMaterialException: ');
  });

  it('[model crossMemberRules] an identifier cannot be given with NEW_KEY_MATERIAL, said or not', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    const KeyMaterialId = '0'.repeat(64);
    expect(await bench.refusedImport(arn, 1, { KeyMaterialId })).toMatch(/^ValidationException: /);
    await bench.put32(arn, 1);
    expect(await bench.refusedImport(arn, 2, { KeyMaterialId, ...newMaterial })).toMatch(
      /^ValidationException: /,
    );
  });

  it('what waits for rotation and expires goes whole; the key stays usable, and what was being rotated comes to nothing', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL' });
    const first = await bench.put32(arn, 1);
    const ValidTo = new Date(bench.at + 3_600_000);
    await bench.put32(arn, 2, { ...newMaterial, ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    await bench.advance(1);
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED']);
    expect(await bench.described(arn)).toMatchObject({ KeyState: 'Enabled' });
    const pending = await bench.put32(arn, 2, newMaterial);
    await bench.ok('RotateKeyOnDemand', { KeyId: arn });
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn, KeyMaterialId: pending });
    await bench.advance(0.01);
    expect(await bench.described(arn)).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: first });
    expect(bench.view.get(ref.rotation(arn as KeyArn))).toMatchObject({ onDemand: 0, inProgress: undefined });
  });
});

describe('imported material of multi-Region keys', () => {
  it('[specs multiRegion shared] a replica knows the identifiers; the material has to be imported there', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL', MultiRegion: true });
    const id = await bench.put32(arn, 1);
    await bench.ok('ReplicateKey', { KeyId: arn, ReplicaRegion: replica });
    await bench.advance(0.01);
    const twin = there(arn, replica);
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'PendingImport' });
    expect(await bench.materials(twin, replica)).toEqual(['CURRENT/PENDING_IMPORT']);
    expect(await bench.refusedImport(twin, 9, {}, replica)).toBe('IncorrectKeyMaterialException: ');
    expect(await bench.put32(twin, 1, again, replica)).toBe(id);
    expect(await bench.described(twin, replica)).toMatchObject({
      KeyState: 'Enabled',
      CurrentKeyMaterialId: id,
    });
  });

  it('[specs rotation imported] new material waits for every Region, then for rotation, then all have it', async () => {
    const bench = new Import();
    const arn = await bench.pair();
    const twin = there(arn, replica);
    expect(await bench.refusedImport(twin, 2, newMaterial, replica)).toBe(
      `UnsupportedOperationException: ${twin} is not a multi-region primary key.`,
    );
    const second = await bench.put32(arn, 2, { ...newMaterial, KeyMaterialDescription: 'second' });
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED', `${multi}/IMPORTED`]);
    expect(await bench.materials(twin, replica)).toEqual(['CURRENT/IMPORTED', `${multi}/PENDING_IMPORT`]);
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'Enabled' });
    expect(await bench.refused('RotateKeyOnDemand', { KeyId: arn })).toBe(
      `KMSInvalidStateException: No available key material pending rotation for the key: ${arn}.`,
    );
    expect(await bench.put32(twin, 2, again, replica)).toBe(second);
    for (const [key, where] of [
      [arn, region],
      [twin, replica],
    ] as const)
      expect(await bench.materials(key, where)).toEqual(['CURRENT/IMPORTED', 'PENDING_ROTATION/IMPORTED']);
    await bench.rotate(arn);
    for (const [key, where] of [
      [arn, region],
      [twin, replica],
    ] as const) {
      expect(await bench.materials(key, where)).toEqual(['NON_CURRENT/IMPORTED', 'CURRENT/IMPORTED']);
      expect(await bench.described(key, where)).toMatchObject({ CurrentKeyMaterialId: second });
    }
    const { CiphertextBlob } = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', {
      KeyId: arn,
      Plaintext: utf8('x'),
    });
    expect(await bench.ok('Decrypt', { CiphertextBlob }, root, replica)).toMatchObject({
      KeyId: twin,
      KeyMaterialId: second,
    });
  });

  it('[model DeleteImportedKeyMaterial] a primary takes its pending material from the replicas; a replica takes nothing from others', async () => {
    const bench = new Import();
    const arn = await bench.pair();
    const twin = there(arn, replica);
    const second = await bench.put32(arn, 2, newMaterial);
    await bench.put32(twin, 2, again, replica);
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: twin, KeyMaterialId: second }, root, replica);
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED', `${multi}/IMPORTED`]);
    expect(await bench.materials(twin, replica)).toEqual(['CURRENT/IMPORTED', `${multi}/PENDING_IMPORT`]);
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'Enabled' });
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: arn, KeyMaterialId: second });
    expect(await bench.materials(arn)).toEqual(['CURRENT/IMPORTED']);
    expect(await bench.materials(twin, replica)).toEqual(['CURRENT/IMPORTED']);
    await bench.ok('DeleteImportedKeyMaterial', { KeyId: twin }, root, replica);
    expect(await bench.described(arn)).toMatchObject({ KeyState: 'Enabled' });
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'PendingImport' });
  });

  it('a replica that comes later has to be given every material, the pending one too', async () => {
    const bench = new Import();
    const arn = await bench.key({ Origin: 'EXTERNAL', MultiRegion: true });
    await bench.put32(arn, 1);
    await bench.put32(arn, 2, newMaterial);
    await bench.rotate(arn);
    await bench.put32(arn, 3, newMaterial);
    expect((await bench.materials(arn)).at(-1)).toBe('PENDING_ROTATION/IMPORTED');
    await bench.ok('ReplicateKey', { KeyId: arn, ReplicaRegion: replica });
    await bench.advance(0.01);
    const twin = there(arn, replica);
    expect((await bench.materials(arn)).at(-1)).toBe(`${multi}/IMPORTED`);
    await bench.put32(twin, 1, {}, replica);
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'PendingImport' });
    await bench.put32(twin, 2, {}, replica);
    expect(await bench.described(twin, replica)).toMatchObject({ KeyState: 'Enabled' });
    await bench.put32(twin, 3, {}, replica);
    await bench.rotate(arn);
    expect(await bench.materials(twin, replica)).toEqual([
      'NON_CURRENT/IMPORTED',
      'NON_CURRENT/IMPORTED',
      'CURRENT/IMPORTED',
    ]);
  });
});
