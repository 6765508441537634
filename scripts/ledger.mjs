// @ts-check
// node scripts/ledger.mjs [DIR]: writes test/conformance/ledger.json, the shared cases that this lab has to pass, from
// the catalogue of operations that the library has. The ledger only grows: a case that would fall out is an error.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from './install.mjs';

export const ledgerFile = join(root, 'test', 'conformance', 'ledger.json');
export const library = join(root, 'dist-lib', 'index.js');
export const sharedCases = join(root, '..', 'shared', 'conformance');

/**
 * @typedef {{ op?: string, local?: string, input?: unknown, expect?: { ok?: boolean } }} Step
 * @typedef {{ id: string, needs?: string[], steps: Step[] }} Case
 */

/** @param {string} dir the folder that holds `cases/` @returns {Case[]} */
export const readCases = (dir) =>
  readdirSync(join(dir, 'cases'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(dir, 'cases', file), 'utf8')));

/**
 * Whether a case can be asked of a lab with these operations: every kind of key and every simulated key store is there.
 * @param {Case} one @param {ReadonlySet<string>} operations
 */
export const isWithin = (one, operations) =>
  one.steps.every(({ op }) => op === undefined || operations.has(op));

/** @param {string} text @returns {{ operations: string[], cases: string[] }} */
export const parseLedger = (text) => JSON.parse(text);

/** What an older ledger promised and a newer one does not. @param {readonly string[]} older @param {readonly string[]} newer */
export const dropped = (older, newer) => older.filter((id) => !newer.includes(id));

/** The ledger as it was last committed; nothing where there is no git. */
export function committedCases() {
  const path = relative(root, ledgerFile).replaceAll('\\', '/');
  const { status, stdout } = spawnSync('git', ['show', `HEAD:${path}`], { cwd: root, encoding: 'utf8' });
  return status === 0 ? parseLedger(stdout).cases : [];
}

/** @param {string} dir */
export async function makeLedger(dir) {
  /** @type {{ operations: readonly string[] }} */
  const { operations } = await import(pathToFileURL(library).href);
  const have = new Set(operations);
  return {
    operations: [...have].sort(),
    cases: readCases(dir)
      .filter((one) => isWithin(one, have))
      .map(({ id }) => id)
      .sort(),
  };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { buildLibrary } = await import('./library.mjs');
  buildLibrary();
  const ledger = await makeLedger(resolve(process.argv[2] ?? sharedCases));
  let older = committedCases();
  try {
    older = [...older, ...parseLedger(readFileSync(ledgerFile, 'utf8')).cases];
  } catch {
    // The first one.
  }
  const gone = dropped([...new Set(older)], ledger.cases);
  if (gone.length > 0) {
    console.error(`The ledger only grows. These cases would fall out of it:\n  ${gone.join('\n  ')}`);
    process.exit(1);
  }
  writeFileSync(ledgerFile, `${JSON.stringify(ledger, null, 2)}\n`);
  console.log(`${ledger.cases.length} cases for ${ledger.operations.length} operations`);
}
