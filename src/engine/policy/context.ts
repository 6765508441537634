/** The condition keys of one request, found by their lower-case name. */
export interface Look {
  /** Undefined when the request has no such key; an empty list counts as absent (conditions.json, "Null"). */
  values(lowerCaseKey: string): readonly string[] | undefined;
}

/** Condition key names match without regard to case (conditions.json, "keyNames"). Read only when first asked. */
export class Context implements Look {
  readonly #given: Readonly<Record<string, string | readonly string[]>>;
  #byName: Map<string, readonly string[]> | undefined;

  constructor(given: Readonly<Record<string, string | readonly string[]>>) {
    this.#given = given;
  }

  values(lowerCaseKey: string): readonly string[] | undefined {
    return (this.#byName ??= this.#read()).get(lowerCaseKey);
  }

  #read(): Map<string, readonly string[]> {
    const byName = new Map<string, readonly string[]>();
    for (const key of Object.keys(this.#given)) {
      const value = this.#given[key];
      if (value === undefined) continue;
      const name = key.toLowerCase();
      const values = typeof value === 'string' ? [value] : value;
      // OURS: of two names that differ only by case (policy.md §6 calls that undefined) the first counts.
      if (values.length > 0 && !byName.has(name)) byName.set(name, values);
    }
    return byName;
  }
}
