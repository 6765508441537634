import {
  fromBase64,
  ref,
  tableOf,
  toBase64,
  type Bytes,
  type Change,
  type DomainKeyRec,
  type Device,
  type Rec,
} from '../engine/index.ts';
import { MemoryStore, rawDevice, type Entry, type WorldStore } from '../store/index.ts';

/**
 * A world as plain JSON: its journal, from which every record follows, and a key. The domain keys in it are wrapped by
 * that key and not by a device's, so that the snapshot opens anywhere: whoever has it can decrypt what its KMS keys
 * encrypted. Keep it like a private key where that matters.
 */
export interface Snapshot {
  readonly kind: 'KMS Lab snapshot';
  readonly version: 1;
  /** base64 of 32 bytes. */
  readonly deviceKey: string;
  /** Oldest first; bytes are `{ "$bytes": base64 }`. */
  readonly entries: readonly unknown[];
}

const kind = 'KMS Lab snapshot';
const version = 1;

/** A snapshot that cannot be used; the message says why. Nothing was changed. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

function refuse(why: string): never {
  throw new SnapshotError(`The snapshot cannot be restored: ${why}`);
}

export async function takeSnapshot(store: WorldStore): Promise<Snapshot> {
  const deviceKey = crypto.getRandomValues(new Uint8Array(32));
  const entries = (await store.entries({ n: Infinity })).toReversed();
  const moved = await rewrapped(entries, await store.device(), rawDevice(deviceKey));
  return { kind, version, deviceKey: toBase64(deviceKey), entries: moved.map(toJson) };
}

/**
 * Reads a snapshot whole, and tries it, before anything is changed.
 * @returns what puts it into a store, in place of all that the store holds
 */
export async function readSnapshot(given: unknown): Promise<(store: WorldStore) => Promise<void>> {
  const { deviceKey, entries } = readFrame(given);
  const from = rawDevice(deviceKey);
  const into = async (store: WorldStore) => {
    await store.clear();
    await store.append(await rewrapped(entries, from, await store.device()));
  };
  const trial = new MemoryStore();
  await into(trial).catch((fault: unknown) =>
    refuse(`its domain keys or records cannot be read (${String(fault)}).`),
  );
  const [world, clock] = await trial.get([ref.world, ref.clock]);
  if (!world || !clock) refuse('it holds no world.');
  return into;
}

function readFrame(given: unknown): { readonly deviceKey: Bytes; readonly entries: readonly Entry[] } {
  if (!isObject(given) || given['kind'] !== kind) refuse('it is not a snapshot of KMS Lab.');
  const found = given['version'];
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1) refuse('it has no version.');
  if (found > version)
    refuse(
      `it has version ${found}, newer than version ${version} of this KMS Lab. Update KMS Lab to use it.`,
    );
  const { deviceKey, entries } = given;
  const key = typeof deviceKey === 'string' ? fromBase64(deviceKey) : undefined;
  if (key?.length !== 32) refuse('its "deviceKey" is not base64 of 32 bytes.');
  if (!Array.isArray(entries) || entries.length === 0)
    refuse('its "entries" are not a list of at least one.');
  return { deviceKey: key, entries: entries.map(readEntry) };
}

/** A record is wrapped anew once, however often the journal shows it. */
async function rewrapped(entries: readonly Entry[], from: Device, to: Device): Promise<readonly Entry[]> {
  const moved = new Map<string, Promise<DomainKeyRec>>();
  const move = (rec: Rec | undefined): Promise<Rec | undefined> => {
    if (!rec) return Promise.resolve(undefined);
    const domainKey = rec as DomainKeyRec; // the caller looked at the table
    const id = toBase64(domainKey.wrapped);
    let made = moved.get(id);
    if (!made) moved.set(id, (made = wrapAnew(domainKey, from, to)));
    return made;
  };
  return Promise.all(
    entries.map(async (entry) => {
      if (!entry.diff.some(({ ref }) => tableOf(ref) === 'domainKey')) return entry;
      const change = async (one: Change): Promise<Change> =>
        tableOf(one.ref) === 'domainKey'
          ? { ref: one.ref, before: await move(one.before), after: await move(one.after) }
          : one;
      return { ...entry, diff: await Promise.all(entry.diff.map(change)) };
    }),
  );
}

async function wrapAnew(rec: DomainKeyRec, from: Device, to: Device): Promise<DomainKeyRec> {
  const plain = await from.unwrap(rec.wrapped);
  const wrapped = await to.wrap(plain, crypto.getRandomValues(new Uint8Array(12)));
  plain.fill(0);
  return { ...rec, wrapped };
}

/**
 * What JSON lacks is written as an object with one member: bytes as `$bytes`. An object that happens to look like that
 * (an encryption context may) is put inside `$plain`.
 */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: toBase64(new Uint8Array(value)) };
  if (Array.isArray(value)) return value.map(toJson);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const plain = Object.fromEntries(members.map(([name, member]) => [name, toJson(member)]));
  return isTagged(plain) ? { $plain: plain } : plain;
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (!isObject(value)) return value;
  if (!isTagged(value)) return membersFromJson(value);
  if (typeof value['$bytes'] === 'string')
    return fromBase64(value['$bytes']) ?? refuse('bytes in it are not base64.');
  if (isObject(value['$plain'])) return membersFromJson(value['$plain']);
  return refuse(`it has an unknown kind of value, ${Object.keys(value).join()}.`);
}

const membersFromJson = (value: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromJson(member)]));

const isTagged = (value: Readonly<Record<string, unknown>>): boolean => {
  const [name, ...more] = Object.keys(value);
  return name !== undefined && more.length === 0 && name.startsWith('$');
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks the frame of an entry. OURS: records are taken as they are; the fold over them is the engine's own data. */
function readEntry(given: unknown, i: number): Entry {
  const entry = fromJson(given);
  const place = `its "entries[${i}]"`;
  if (!isObject(entry)) refuse(`${place} is not an object.`);
  const { seq, group, at, call, diff, events } = entry;
  if (seq !== i + 1) refuse(`${place} has number ${JSON.stringify(seq)}, not ${i + 1}.`);
  if (typeof group !== 'string' || typeof at !== 'number' || !isObject(call) || !Array.isArray(events)) {
    refuse(`${place} lacks its group, time, call or events.`);
  }
  if (!Array.isArray(diff) || !diff.every(isChange)) refuse(`${place} has a change that cannot be read.`);
  return {
    ...entry,
    diff: diff.map(({ ref, before, after }) => ({ ref, before, after })),
  } as unknown as Entry; // checked above
}

const isChange = (given: unknown): given is Change =>
  isObject(given) &&
  typeof given['ref'] === 'string' &&
  /^\w+\/./.test(given['ref']) &&
  [given['before'], given['after']].every((rec) => rec === undefined || isObject(rec));
