import type { Statement } from '../document.ts';
import { actionsLike, kmsActions, type ActionFacts } from '../vocabulary.ts';

/** The KMS actions that a statement covers. */
export function coveredActions({ action }: Statement): readonly ActionFacts[] {
  if (!action) return [];
  const named = new Set(action.items.flatMap(actionsLike));
  return action.negated ? kmsActions.filter((facts) => !named.has(facts)) : [...named];
}

export const covers = (statement: Statement, action: string): boolean =>
  coveredActions(statement).some((facts) => facts.action === action);

/** `kms:*` and what is as wide. */
export const coversEverything = (statement: Statement): boolean =>
  coveredActions(statement).length === kmsActions.length;

/** How many letters differ, at most `most + 1`: for "did you mean". */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? most + 1;
}

/** The name that was meant, if one is near enough. */
export function nearest(written: string, names: readonly string[], most = 3): string | undefined {
  let best: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const away = distance(written.toLowerCase(), name.toLowerCase(), most);
    if (away < least) [best, least] = [name, away];
  }
  return best;
}
