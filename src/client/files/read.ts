import {
  epochMs,
  fromBase64,
  ref,
  tableOf,
  type AccountRec,
  type Bytes,
  type Change,
  type Device,
  type Rec,
  type Ref,
  type WorldRec,
} from '../../engine/index.ts';
import { rawDevice, type Contents, type Entry, type StoredObject } from '../../store/index.ts';
import type { ImportedWorld, SealedObject } from '../api.ts';
import { equal } from '../equal.ts';
import { fromJson, isObject, memberPlace, parseJson } from './codec.ts';
import { FileFault } from './fault.ts';
import { lift } from './migrate.ts';
import { mostIterations, openWith } from './passphrase.ts';
import { Rewrap } from './rewrap.ts';
import { checkRecord, checkRef, epoch, maybe, object, text, wayShape, whole } from './shapes.ts';
import { checkOf, fileVersion, worldsKind, type WorldDocument } from './write.ts';

/*
 * Reads a file whole, and checks all of it, before anything is made of it: the shape of every record, that every change
 * says truly what was there before, and that the keys in it can be opened.
 */

/** Older ones are lifted to it. */
export const newestVersion = fileVersion;

/** OURS: more than a tab can hold comfortably. */
const largestFile = 512 * 1024 * 1024;

export interface ReadWorld {
  readonly name: string;
  readonly version: number;
  readonly protection: 'none' | 'passphrase';
  readonly contents: Contents;
  readonly about: Omit<ImportedWorld, 'name'>;
  /** The contents with their domain keys wrapped for another device. */
  movedTo(device: Device): Promise<Contents>;
}

export interface ReadFile {
  readonly kind: 'world' | 'worlds';
  readonly worlds: readonly ReadWorld[];
}

export async function readFile(file: Blob, passphrase: string | undefined): Promise<ReadFile> {
  if (file.size > largestFile) throw new FileFault('$', `is larger than ${largestFile} bytes`);
  return readDocuments(parseJson(await file.text()), passphrase);
}

export async function readDocuments(given: unknown, passphrase: string | undefined): Promise<ReadFile> {
  if (!isObject(given) || given['kind'] !== worldsKind)
    return { kind: 'world', worlds: [await readWorld(given, '$', passphrase)] };
  const { kind: _kind, version, worlds, ...more } = given;
  if (version !== fileVersion) throw new FileFault('$.version', `is not version ${fileVersion}`);
  const [extra] = Object.keys(more);
  if (extra !== undefined) throw new FileFault(memberPlace('$', extra), 'is not a member that it can have');
  if (!Array.isArray(worlds) || worlds.length === 0)
    throw new FileFault('$.worlds', 'is not a list of worlds');
  const read: ReadWorld[] = [];
  for (const [i, world] of worlds.entries()) read.push(await readWorld(world, `$.worlds[${i}]`, passphrase));
  return { kind: 'worlds', worlds: read };
}

const documentShape = object({
  kind: text,
  version: whole,
  notice: maybe(text),
  name: text,
  device: () => undefined,
  checkpoint: object({ seq: whole, records: () => undefined }),
  entries: () => undefined,
  objects: () => undefined,
  check: maybe(text),
});

export async function readWorld(
  given: unknown,
  place: string,
  passphrase: string | undefined,
): Promise<ReadWorld> {
  const { learnServiceTables } = await import('./serviceShapes.ts');
  await learnServiceTables();
  const { document, version } = lift(given, place);
  const read = fromJson(document, place) as WorldDocument; // an object stays one
  documentShape(read, place);
  const { name, checkpoint } = read as { readonly name: string; readonly checkpoint: WorldDocument };
  if (name === '' || name.length > 200)
    throw new FileFault(`${place}.name`, 'is not a name of 1 to 200 characters');
  const floor = Number(checkpoint['seq']);
  const records = readRecords(checkpoint['records'], `${place}.checkpoint.records`);
  const entries = listOf(read['entries'], `${place}.entries`, (entry, where, i) =>
    readEntry(entry, where, floor + 1 + i),
  );
  const live = fold(records, entries, `${place}.entries`);
  const [settings, clock] = [live.get(ref.world), live.get(ref.clock)];
  if (!settings || !clock)
    throw new FileFault(place, 'holds no world: its settings or its clock are missing');
  const objects = listOf(read['objects'], `${place}.objects`, readObject);
  if (new Set(objects.map(({ id }) => id)).size < objects.length)
    throw new FileFault(`${place}.objects`, 'has an id twice');
  // Version 1 had none; after that it is there, and true. Last, so that damage is told by its place where it can be.
  if (version > 1 && document['check'] !== checkOf(document))
    throw new FileFault(`${place}.check`, 'is not the check sum of this file: it was changed or damaged');
  const key = await readDeviceKey(read['device'], `${place}.device`, passphrase);
  const device = rawDevice(key.bytes);
  await openDomainKeys(entries, records, device, place);
  const contents = { seq: floor + entries.length, floor, records: live, entries, objects };
  return {
    name,
    version,
    protection: key.protection,
    contents,
    about: aboutOf(contents, live, settings as WorldRec),
    movedTo: async (to) => {
      const rewrap = new Rewrap(device, to);
      const moved = await rewrap.entries(entries);
      return { ...contents, entries: moved, records: await rewrap.records(live) };
    },
  };
}

function listOf<T>(
  value: unknown,
  place: string,
  read: (item: unknown, place: string, i: number) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw new FileFault(place, 'is not a list');
  return value.map((item: unknown, i) => read(item, `${place}[${i}]`, i));
}

function readRecords(value: unknown, place: string): ReadonlyMap<Ref, Rec> {
  const records = new Map<Ref, Rec>();
  listOf(value, place, (pair, where) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new FileFault(where, 'is not a ref with a record');
    const at = checkRef(pair[0], `${where}[0]`);
    if (records.has(at)) throw new FileFault(`${where}[0]`, 'is there twice');
    records.set(at, checkRecord(at, pair[1], `${where}[1]`));
  });
  return records;
}

const callShape = object({
  service: maybe(text),
  operation: text,
  region: text,
  principal: text,
  input: () => undefined,
  way: maybe(wayShape),
});
const travelShape = object({ kind: text, to: whole });
const travelKinds: readonly unknown[] = ['undo', 'redo', 'goTo'];
const entryShape = object({
  seq: whole,
  group: text,
  at: epoch,
  call: callShape,
  diff: () => undefined,
  events: () => undefined,
  travel: maybe(travelShape),
  traceId: () => undefined, // of version 1; kept by no file since, and of no use to anybody else
});

/** What every reader of the trail relies on. */
const eventTexts = [
  'eventTime',
  'eventName',
  'awsRegion',
  'eventID',
  'userAgent',
  'recipientAccountId',
] as const;

function readEntry(given: unknown, place: string, expected: number): Entry {
  entryShape(given, place);
  const entry = given as Entry; // its frame; diff and events are checked here
  if (entry.seq !== expected) throw new FileFault(`${place}.seq`, `is ${entry.seq}, not ${expected}`);
  const { travel } = entry;
  if (travel && (!travelKinds.includes(travel.kind) || travel.to < 1 || travel.to >= entry.seq))
    throw new FileFault(`${place}.travel`, 'leads nowhere');
  listOf(entry.events, `${place}.events`, (event, where) => {
    if (!isObject(event)) throw new FileFault(where, 'is not an object');
    for (const name of eventTexts) text(event[name], memberPlace(where, name));
    if (
      typeof event['readOnly'] !== 'boolean' ||
      !isObject(event['userIdentity']) ||
      !Array.isArray(event['resources'])
    )
      throw new FileFault(where, 'is not an event of CloudTrail');
  });
  const { seq, group, at, call, events } = entry;
  const diff = listOf(entry.diff, `${place}.diff`, readChange);
  return { seq, group, at, call, diff, events, travel };
}

function readChange(given: unknown, place: string): Change {
  if (!isObject(given)) throw new FileFault(place, 'is not a change');
  const at = checkRef(given['ref'], `${place}.ref`);
  const rec = (name: 'before' | 'after') =>
    given[name] === undefined ? undefined : checkRecord(at, given[name], `${place}.${name}`);
  for (const name of Object.keys(given))
    if (!['ref', 'before', 'after'].includes(name))
      throw new FileFault(memberPlace(place, name), 'is not a member that it can have');
  return { ref: at, before: rec('before'), after: rec('after') };
}

function readObject(given: unknown, place: string): StoredObject {
  object({ id: text, meta: () => undefined, body: () => undefined })(given, place);
  const { id, meta, body } = given as { readonly id: string; readonly meta: unknown; readonly body: unknown };
  object<SealedObject>({
    id: text,
    name: text,
    mediaType: text,
    plaintextLength: whole,
    sealedLength: whole,
    wrappedKey: () => undefined,
    keyArn: text,
    encryptionContext: () => undefined,
    created: epoch,
  })(meta, `${place}.meta`);
  const object_ = meta as SealedObject; // checked above
  if (object_.id !== id) throw new FileFault(`${place}.meta.id`, 'is another one than the object has');
  if (!(object_.wrappedKey instanceof Uint8Array))
    throw new FileFault(`${place}.meta.wrappedKey`, 'is not bytes');
  if (
    !isObject(object_.encryptionContext) ||
    Object.values(object_.encryptionContext).some((one) => typeof one !== 'string')
  )
    throw new FileFault(`${place}.meta.encryptionContext`, 'is not a map of texts');
  if (!(body instanceof Uint8Array)) throw new FileFault(`${place}.body`, 'is not bytes');
  return { id, meta, body: new Blob([new Uint8Array(body)]) };
}

/** Applies all entries, and holds each to what it says was there before. */
function fold(checkpoint: ReadonlyMap<Ref, Rec>, entries: readonly Entry[], place: string): Map<Ref, Rec> {
  const live = new Map(checkpoint);
  entries.forEach(({ diff }, i) => {
    diff.forEach(({ ref: at, before, after }, j) => {
      if (!equal(live.get(at), before))
        throw new FileFault(`${place}[${i}].diff[${j}].before`, 'is not what was there before');
      if (after) live.set(at, after);
      else live.delete(at);
    });
  });
  return live;
}

async function readDeviceKey(
  given: unknown,
  place: string,
  passphrase: string | undefined,
): Promise<{ readonly protection: 'none' | 'passphrase'; readonly bytes: Bytes }> {
  if (!isObject(given)) throw new FileFault(place, 'is not an object');
  if (given['protection'] === 'none') {
    object({ protection: text, key: text })(given, place);
    const bytes = fromBase64(String(given['key']));
    if (bytes?.length !== 32) throw new FileFault(`${place}.key`, 'is not base64 of 32 bytes');
    return { protection: 'none', bytes };
  }
  const bytes = (length: number) => (value: unknown, where: string) => {
    if (!(value instanceof Uint8Array) || value.length !== length)
      throw new FileFault(where, `is not ${length} bytes`);
  };
  object({
    protection: text,
    kdf: text,
    iterations: whole,
    salt: bytes(16),
    nonce: bytes(12),
    sealed: bytes(48),
  })(given, place);
  if (given['protection'] !== 'passphrase')
    throw new FileFault(`${place}.protection`, 'is not none or passphrase');
  if (given['kdf'] !== 'PBKDF2-SHA-256') throw new FileFault(`${place}.kdf`, 'is not PBKDF2-SHA-256');
  const { iterations, salt, nonce, sealed } = given as {
    readonly iterations: number;
    readonly salt: Bytes;
    readonly nonce: Bytes;
    readonly sealed: Bytes;
  };
  if (iterations < 1 || iterations > mostIterations)
    throw new FileFault(`${place}.iterations`, `is not from 1 to ${mostIterations}`);
  if (passphrase === undefined) throw new FileFault(place, 'is sealed by a passphrase', 'missing');
  const opened = await openWith(passphrase, { iterations, salt, nonce, sealed });
  if (!opened) throw new FileFault(place, 'is not opened by this passphrase', 'wrong');
  return { protection: 'passphrase', bytes: opened };
}

async function openDomainKeys(
  entries: readonly Entry[],
  records: ReadonlyMap<Ref, Rec>,
  device: Device,
  place: string,
): Promise<void> {
  const trial = new Rewrap(device, device);
  const failed = (where: string) => () => {
    throw new FileFault(where, 'holds a domain key that the key of the file does not open');
  };
  await trial.records(records).catch(failed(`${place}.checkpoint.records`));
  for (const [i, entry] of entries.entries())
    if (entry.diff.some(({ ref: at }) => tableOf(at) === 'domainKey'))
      await trial.entries([entry]).catch(failed(`${place}.entries[${i}].diff`));
}

function aboutOf(
  contents: Contents,
  live: ReadonlyMap<Ref, Rec>,
  settings: WorldRec,
): Omit<ImportedWorld, 'name'> {
  const counts = new Map<string, number>();
  for (const at of live.keys()) counts.set(tableOf(at), (counts.get(tableOf(at)) ?? 0) + 1);
  const { entries, floor, objects } = contents;
  const now = epochMs(entries.at(-1)?.at ?? 0);
  return {
    entries: entries.length,
    checkpoint: floor,
    from: entries[0]?.at ?? now,
    until: now,
    accounts: [...live].flatMap(([at, rec]) =>
      tableOf(at) === 'account' ? [(rec as AccountRec).account] : [],
    ),
    records: Object.fromEntries(counts),
    objects: objects.length,
    seeded: settings.seed !== undefined,
  };
}
