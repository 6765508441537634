// @ts-check
// Gathers what the lab invents: every comment in src/ that begins with OURS:, as data for the page "Differences from AWS".
// `node scripts/differences.mjs` writes src/engine/differences.json; `--check` only tells whether it is fresh.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

/** @typedef {{ area: string, file: string, text: string }} Difference */

const target = join(root, 'src', 'engine', 'differences.json');

/** @returns {readonly Difference[]} */
export function differences() {
  const src = join(root, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => /\.(ts|svelte)$/.test(file) && !/\.(test|fixture)\.ts$/.test(file))
    .sort()
    .flatMap((file) =>
      marksIn(readFileSync(join(src, file), 'utf8')).map((text) => ({ area: areaOf(file), file, text })),
    );
}

/** `engine/operations/CreateKey.ts` → `CreateKey`; `engine/policy/decide.ts` → `policy`; else the room. @param {string} file */
function areaOf(file) {
  const [room = '', part = '', name = ''] = file.split('/');
  if (room === 'engine' && part === 'operations') return name.replace(/\.ts$/, '');
  return room === 'engine' && name !== '' ? part : room === 'engine' ? part.replace(/\.ts$/, '') : room;
}

/** The text behind each mark, to the end of its comment or paragraph. @param {string} source */
function marksIn(source) {
  const lines = source.split('\n');
  return lines.flatMap((line, at) => {
    const found = /OURS:\s*(.*)$/.exec(line);
    if (!found || !/^\s*(\/\/|\/?\*|\/\*)|\/\/.*OURS:/.test(line)) return [];
    const said = [found[1] ?? ''];
    const inBlock = !/\/\/.*OURS:/.test(line);
    for (let next = at + 1; next < lines.length; next++) {
      if (/\*\//.test(said.at(-1) ?? '')) break;
      const more = (inBlock ? /^\s*\*(?!\/)\s?(.*)$/ : /^\s*\/\/\s?(.*)$/).exec(lines[next] ?? '');
      if (!more || more[1] === '' || /^@|OURS:/.test(more[1] ?? '')) break;
      said.push(more[1] ?? '');
    }
    const text = said
      .join(' ')
      .replace(/\*\/.*$/, '')
      .replace(/\s+/g, ' ')
      .trim();
    return text === '' ? [] : [text];
  });
}

export const written = () => `${JSON.stringify(differences(), null, 2)}\n`;
export const isFresh = () => readFileSync(target, 'utf8') === written();

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!process.argv.includes('--check')) writeFileSync(target, written());
  else if (!isFresh()) {
    console.error('src/engine/differences.json is out of date: run node scripts/differences.mjs.');
    process.exit(1);
  }
  console.log(`${differences().length} differences from AWS`);
}
