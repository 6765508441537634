import type { WorldInfo } from '../../client/index.ts';

/** A name that no other world has: `Company`, `Company 2`. */
export function freeName(wanted: string, worlds: readonly WorldInfo[]): string {
  const taken = new Set(worlds.filter((w) => w.deleted === undefined).map((w) => w.name));
  if (!taken.has(wanted)) return wanted;
  let n = 2;
  while (taken.has(`${wanted} ${n}`)) n += 1;
  return `${wanted} ${n}`;
}
