import { toBase64, type Bytes, type Device, type Rec, type Ref } from '../../engine/index.ts';
import { rawDevice, type Entry, type StoredObject } from '../../store/index.ts';
import type { ExportFile, ExportOptions } from '../api.ts';
import { special, toJson } from './codec.ts';
import { hashOfText } from './hash.ts';
import { sealWith } from './passphrase.ts';
import { fileName } from './plain.ts';
import { Rewrap } from './rewrap.ts';

export const worldKind = 'KMS Lab world';
export const worldsKind = 'KMS Lab worlds';
/** Version of the file. Raised together with one more rung in `migrate.ts` and a kept file in test/fixtures/formats. */
export const fileVersion = 2;

export interface Written {
  readonly name: string;
  readonly floor: number;
  readonly checkpoint: ReadonlyMap<Ref, Rec>;
  readonly entries: readonly Entry[];
  readonly objects: readonly StoredObject[];
  readonly device: Device;
}

/** A world as plain JSON. */
export type WorldDocument = Readonly<Record<string, unknown>>;

const notices = {
  none: 'This file holds what opens its key material: whoever has it can decrypt what these simulated keys encrypted.',
  passphrase:
    'What opens the key material in this file is sealed by a passphrase. Names, policies and the trail can be read.',
} as const;

/** What opens the key material, and the key itself, which is to be wiped. */
export async function fileKey(
  passphrase: string | undefined,
): Promise<{ readonly key: Bytes; readonly device: WorldDocument; readonly notice: string }> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  if (passphrase === undefined)
    return { key, device: { protection: 'none', key: toBase64(key) }, notice: notices.none };
  const sealed = toObject(toJson(await sealWith(passphrase, key)));
  const device = { protection: 'passphrase', kdf: 'PBKDF2-SHA-256', ...sealed };
  return { key, device, notice: notices.passphrase };
}

/** A file is a checkpoint and the entries since: every record follows from them. */
export async function worldDocument(world: Written, { passphrase }: ExportOptions): Promise<WorldDocument> {
  const { key, device, notice } = await fileKey(passphrase);
  const rewrap = new Rewrap(world.device, rawDevice(key));
  const records = await rewrap.records(world.checkpoint);
  const entries = await rewrap.entries(world.entries);
  key.fill(0);
  const document = {
    kind: worldKind,
    version: fileVersion,
    notice,
    name: world.name,
    device,
    checkpoint: { seq: world.floor, records: toJson([...records]) },
    entries: entries.map((entry) => toJson(kept(entry))),
    objects: (await Promise.all(world.objects.map(sealedObject))).map(toJson),
  };
  return { ...document, check: checkOf(document) };
}

/** Of an entry, what means something elsewhere. */
export const kept = ({ once: _once, traceId: _traceId, ...entry }: Entry): unknown => entry;

export const sealedObject = async ({ id, meta, body }: StoredObject): Promise<unknown> => ({
  id,
  meta,
  body: new Uint8Array(await body.arrayBuffer()),
});

/** Over everything but itself: shows damage, proves nothing. */
export const checkOf = (document: WorldDocument): string => {
  const { check: _check, ...rest } = document;
  return hashOfText(canonicalJson(rest));
};

/** Of what is JSON already, so that tags are not written twice. */
export const canonicalJson = (json: unknown): string =>
  JSON.stringify(json, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(byName))
      : value,
  );

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** `canonicalJson(toJson(value))` in one pass, for what there is much of. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (value instanceof Uint8Array) return `{"$bytes":"${toBase64(new Uint8Array(value))}"}`;
  if (value instanceof Date) return canonicalJson(toJson(value));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // Names that scripts and JSON treat in ways of their own: the long way.
  if (members.some(([name]) => name.startsWith('$') || special.has(name) || /^\d/.test(name)))
    return canonicalJson(toJson(value));
  const texts = members
    .sort(byName)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`);
  return `{${texts.join(',')}}`;
}

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export async function writeWorldFile(world: Written, options: ExportOptions): Promise<ExportFile> {
  return asFile(await worldDocument(world, options), fileName('kms-lab', world.name));
}

const asFile = (document: unknown, name: string): ExportFile => ({
  fileName: name,
  blob: new Blob([`${JSON.stringify(document)}\n`], { type: 'application/json' }),
});
