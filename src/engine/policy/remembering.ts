/** Keeps the answers to the few different texts (actions, keys) that one place is asked about. */
export function remembering<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const fresh = answer(text);
    if (known.size >= 128) known.clear();
    known.set(text, fresh);
    return fresh;
  };
}
