import { isObject } from './codec.ts';
import { FileFault } from './fault.ts';
import { fileVersion, worldKind, type WorldDocument } from './write.ts';

/*
 * Rung `n` lifts a file of version `n` to version `n + 1`. One file of every released version is kept in
 * test/fixtures/formats.
 */
const rungs: readonly ((document: WorldDocument) => WorldDocument)[] = [
  // Version 1, "KMS Lab snapshot": the whole journal, a bare device key, `$plain` around what looked like a tag.
  ({ deviceKey, entries }) => ({
    kind: worldKind,
    version: 2,
    name: 'Snapshot',
    device: { protection: 'none', key: deviceKey },
    checkpoint: { seq: 0, records: [] },
    entries: fromPlain(entries),
    objects: [],
  }),
];

function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (!isObject(value)) return value;
  const inside = value['$plain'];
  if (Object.keys(value).length === 1 && isObject(inside))
    return { $members: Object.entries(inside).map(([name, member]) => [name, fromPlain(member)]) };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromPlain(member)]));
}

export interface Lifted {
  readonly document: WorldDocument;
  readonly version: number;
}

/** The document in today's version. @throws FileFault */
export function lift(given: unknown, place: string): Lifted {
  if (!isObject(given)) throw new FileFault(place, 'is not an object');
  const first = given['kind'] === 'KMS Lab snapshot';
  if (!first && given['kind'] !== worldKind) throw new FileFault(`${place}.kind`, `is not "${worldKind}"`);
  const { version } = given;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || (version === 1) !== first)
    throw new FileFault(`${place}.version`, 'is not a version');
  if (version > fileVersion)
    throw new FileFault(
      `${place}.version`,
      `is ${version}, newer than version ${fileVersion} of this KMS Lab; update it to use the file`,
    );
  const document = rungs.slice(version - 1).reduce<WorldDocument>((one, rung) => rung(one), given);
  return { document, version };
}
