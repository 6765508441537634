import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fromHex, seededBytes, toHex } from '../../src/engine/crypto/index.ts';
import type { Bytes } from '../../src/engine/model/index.ts';

/*
 * Published vectors that are not kept in this repository (C2SP/wycheproof, testvectors_v1): KMS_LAB_VECTORS names their
 * folder. All of them are tried with KMS_LONG=1, a tenth chosen by KMS_SEED otherwise.
 */
const folder =
  process.env['KMS_LAB_VECTORS'] ?? resolve(import.meta.dirname, '../../../shared/vectors/wycheproof');
export const seed = process.env['KMS_SEED'] ?? toHex(crypto.getRandomValues(new Uint8Array(4)));
const all = process.env['KMS_LONG'] !== undefined;

export interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags?: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

export const hasVectors = (file: string): boolean => existsSync(`${folder}/${file}`);

/** The groups of a file with the tests to try, always the first of all among them. */
export function vectorsOf<Group extends { readonly tests: readonly Vector[] }>(
  file: string,
): readonly Group[] {
  const { testGroups } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { testGroups: Group[] };
  if (all) return testGroups;
  const draw = seededBytes(`${seed} ${file}`, 0);
  return testGroups
    .map((group) => ({
      ...group,
      tests: group.tests.filter(
        (_, i) => (draw(1)[0] ?? 0) % 10 === 0 || (group === testGroups[0] && i === 0),
      ),
    }))
    .filter(({ tests }) => tests.length > 0);
}

export function hex(text: string): Bytes {
  const bytes = fromHex(text);
  if (!bytes) throw new Error(`not hex: ${text}`);
  return bytes;
}
