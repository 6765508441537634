import { tableOf, type Change, type Diff, type Rec, type Ref } from '../../engine/index.ts';
import type { FieldChange, RecordChange } from '../api.ts';
import { equal } from '../equal.ts';

/* Differences between records as facts; words are made where they are shown. */

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Bytes are wrapped material: their length is all that is worth showing. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (Array.isArray(value)) return value.map(shown);
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shown(member)]));
}

/** Members that differ, innermost first named: `Constraints.EncryptionContextSubset.app`. Lists are told whole. */
function fieldsOf(before: unknown, after: unknown, path: string): readonly FieldChange[] {
  if (equal(before, after)) return [];
  if (!isMembers(before) || !isMembers(after)) return [{ path, before: shown(before), after: shown(after) }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => fieldsOf(before[name], after[name], path === '' ? name : `${path}.${name}`));
}

export function recordChange({ ref, before, after }: Change): RecordChange {
  return {
    ref,
    table: tableOf(ref),
    kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    before: before && (shown(before) as Members), // a record is an object, and stays one
    after: after && (shown(after) as Members),
    fields: fieldsOf(before, after, ''),
  };
}

/** What several diffs come to, one after the other: each record once, and only where something is different in the end. */
export function sumOf(diffs: Iterable<Diff>): Diff {
  const sum = new Map<Ref, { before: Rec | undefined; after: Rec | undefined }>();
  for (const diff of diffs) {
    for (const { ref, before, after } of diff) {
      const known = sum.get(ref);
      if (known) known.after = after;
      else sum.set(ref, { before, after });
    }
  }
  return [...sum].flatMap(([ref, { before, after }]) =>
    equal(before, after) ? [] : [{ ref, before, after }],
  );
}
