import type { AccessRequest } from './types.ts';

/** The condition keys of one request, found by their lower-case name. */
export interface Look {
  /** Undefined when the request has no such key; an empty list counts as absent (conditions.json, "Null"). */
  values(lowerCaseKey: string): readonly string[] | undefined;
}

type Given = AccessRequest['context'];

/** What a request says or gathers. */
export const contextIn = ({ context, gather }: Pick<AccessRequest, 'context' | 'gather'>): Given =>
  gather ? gather() : context;

/** Condition key names match without regard to case (conditions.json, "keyNames"). Read only when first asked. */
export class Context implements Look {
  readonly #request: Pick<AccessRequest, 'context' | 'gather'>;
  #byName: Map<string, readonly string[]> | undefined;

  constructor(request: Pick<AccessRequest, 'context' | 'gather'>) {
    this.#request = request;
  }

  values(lowerCaseKey: string): readonly string[] | undefined {
    return (this.#byName ??= this.#read()).get(lowerCaseKey);
  }

  #read(): Map<string, readonly string[]> {
    const byName = new Map<string, readonly string[]>();
    const given = contextIn(this.#request);
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
