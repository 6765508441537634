import type { WorldApi } from '../../../client/index.ts';

/*
 * Policies that are being written, by key: somebody who looks elsewhere and comes back finds his text as he left it. They
 * live as long as the page and its world.
 */
const drafts = new WeakMap<WorldApi, Map<string, string>>();

export const draftOf = (world: WorldApi, key: string): string | undefined => drafts.get(world)?.get(key);

/** Undefined: nothing is being written any more. */
export function keepDraft(world: WorldApi, key: string, text: string | undefined): void {
  const mine = drafts.get(world) ?? new Map<string, string>();
  drafts.set(world, mine);
  if (text === undefined) mine.delete(key);
  else mine.set(key, text);
}
