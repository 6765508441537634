import type { WorldRow } from '../store/index.ts';
import { freshName } from './draws.ts';

/** OURS: names that fit a list. */
const longestName = 100;

type About = Pick<WorldRow, 'name'> & Partial<Pick<WorldRow, 'template' | 'seed' | 'now'>>;

/** What the list of worlds keeps of one. */
export function rowOf(id: string, database: string, { name, template, seed, now }: About): WorldRow {
  const created = Date.now();
  return {
    id,
    name: goodName(name),
    template,
    seed,
    now,
    created,
    lastOpened: created,
    database,
    deleted: undefined,
  };
}

/** The row of a world that gets a store of its own. */
export function newRow(about: About): WorldRow {
  const id = freshName();
  return rowOf(id, `kms-lab:${id}`, about);
}

/** @throws RangeError */
export function goodName(name: string): string {
  const trimmed = typeof name === 'string' ? name.trim() : '';
  if (trimmed === '' || trimmed.length > longestName)
    throw new RangeError(`A world has a name of 1 to ${longestName} characters.`);
  return trimmed;
}
