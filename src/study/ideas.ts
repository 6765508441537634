/** What is said of an item about its ideas. */
interface Brings {
  readonly idea: string;
  readonly requires: readonly string[];
}

/** Every idea that one stands on, however far below. An idea that several items bring in requires what any of them does. */
export function ideasUnder(idea: string, items: readonly Brings[]): ReadonlySet<string> {
  const under = new Set<string>();
  const open = [idea];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const item of items) {
      if (item.idea !== next) continue;
      for (const required of item.requires) {
        if (under.has(required)) continue;
        under.add(required);
        open.push(required);
      }
    }
  }
  return under;
}
