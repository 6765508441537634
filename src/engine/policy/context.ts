/** The condition keys of one request, found by their lower-case name. */
export interface Look {
  /** Undefined when the request has no such key; an empty list counts as absent (conditions.json, "Null"). */
  values(lowerCaseKey: string): readonly string[] | undefined;
}

type Given = Readonly<Record<string, string | readonly string[]>>;

/**
 * Condition key names match without regard to case (conditions.json, "keyNames"). The request's context is read only when
 * first asked for: it may be gathered then.
 */
export class Context implements Look {
  readonly #request: { readonly context: Given };
  #byName: Map<string, readonly string[]> | undefined;

  constructor(request: { readonly context: Given }) {
    this.#request = request;
  }

  values(lowerCaseKey: string): readonly string[] | undefined {
    return (this.#byName ??= this.#read()).get(lowerCaseKey);
  }

  #read(): Map<string, readonly string[]> {
    const byName = new Map<string, readonly string[]>();
    const given = this.#request.context;
    for (const key of Object.keys(given)) {
      const value = given[key];
      if (value === undefined) continue;
      const name = key.toLowerCase();
      const values = typeof value === 'string' ? [value] : value;
      // OURS: of two names that differ only by case (policy.md §6 calls that undefined) the first counts.
      if (values.length > 0 && !byName.has(name)) byName.set(name, values);
    }
    return byName;
  }
}
