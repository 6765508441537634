// @ts-check
// Fails when a package that we ship, or build with, has a licence that would bind the project, or none that we know.
// `notices` are the texts that such licences ask to be shipped with the code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const free = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0'],
  ...['CC0-1.0', 'ISC', 'MIT', 'Unlicense'],
];
/** Fine to build and test with, as they leave nothing in what we ship; MPL-2.0 binds the changed file only. */
const freeForTools = [...free, 'CC-BY-4.0', 'MPL-2.0', 'Python-2.0'];

/**
 * "MIT OR GPL-3.0" may be taken as MIT; of "A AND B" both must be free.
 * @param {string} licence
 * @param {readonly string[]} allowed
 * @returns {boolean}
 */
export function isFree(licence, allowed = free) {
  const plain = licence.replace(/[()]/g, '');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.includes(one.trim())));
}

/** @typedef {{ name: string, path: string, version: string, licence: string, tool: boolean }} Package */

/** Every package of the lock; a tool is not part of what we ship. @returns {Package[]} */
function packagesOfLock() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version, license, dev, devOptional }]) => ({
      name: path.replace(/^.*node_modules\//, ''),
      path,
      version,
      licence: String(license ?? 'unknown'),
      tool: Boolean(dev || devOptional),
    }));
}

/** Licence texts of all that may be part of the build. */
export function notices() {
  const parts = packagesOfLock()
    .filter(({ tool, path }) => !tool && existsSync(join(root, path)))
    .map(({ name, version, licence, path }) => {
      const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
      const text = file === undefined ? '' : `\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
      return `## ${name} ${version} (${licence})\n${text}`;
    });
  return `# Licences of the packages that KMS Lab is built from\n\n${parts.join('\n')}`;
}

function check() {
  const all = packagesOfLock();
  const wrong = all.filter(({ licence, tool }) => !isFree(licence, tool ? freeForTools : free));
  for (const { name, version, licence, tool } of wrong) {
    console.error(`✗ ${name} ${version}: ${licence}${tool ? ' (tool)' : ''}`);
  }
  if (wrong.length > 0) process.exit(1);
  const tools = all.filter(({ tool }) => tool).length;
  console.log(
    `${all.length - tools} packages shipped, ${tools} to build and test with: all licences are free ones.`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) check();
