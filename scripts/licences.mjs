// @ts-check
// Fails when a package that we ship, or build with, has a licence that would bind the project, or none that we know.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const free = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
];
/** Fine to build and test with, as they leave nothing in what we ship; MPL-2.0 binds the changed file only. */
const freeForTools = [...free, 'CC-BY-4.0', 'MPL-2.0', 'Python-2.0'];

/**
 * "MIT OR GPL-3.0" may be taken as MIT; of "A AND B" both must be free.
 * @param {string} licence
 * @param {readonly string[]} allowed
 * @returns {boolean}
 */
function isFree(licence, allowed) {
  const plain = licence.replace(/[()]/g, '');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.includes(one.trim())));
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
/** @type {string[]} */
const wrong = [];
let shipped = 0;
let tools = 0;
for (const [path, entry] of Object.entries(packages)) {
  if (path === '') continue;
  const tool = Boolean(entry.dev || entry.devOptional);
  if (tool) tools++;
  else shipped++;
  const licence = String(entry.license ?? 'unknown');
  if (!isFree(licence, tool ? freeForTools : free)) {
    wrong.push(`${path.replace('node_modules/', '')} ${entry.version}: ${licence}${tool ? ' (tool)' : ''}`);
  }
}
if (wrong.length > 0) {
  console.error(`Licences that the project may not take in:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log(`${shipped} packages shipped, ${tools} to build and test with: all licences are free ones.`);
