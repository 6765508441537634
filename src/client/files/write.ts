import { toBase64, type Device, type Rec, type Ref } from '../../engine/index.ts';
import { rawDevice, type Entry, type StoredObject } from '../../store/index.ts';
import type { ExportFile, ExportOptions } from '../api.ts';
import { toJson } from './codec.ts';
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

/** A file is a checkpoint and the entries since: every record follows from them. */
export async function worldDocument(world: Written, { passphrase }: ExportOptions): Promise<WorldDocument> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const rewrap = new Rewrap(world.device, rawDevice(key));
  const records = await rewrap.records(world.checkpoint);
  const entries = await rewrap.entries(world.entries);
  const protection = passphrase === undefined ? 'none' : 'passphrase';
  const device =
    passphrase === undefined
      ? { protection, key: toBase64(key) }
      : { protection, kdf: 'PBKDF2-SHA-256', ...toObject(toJson(await sealWith(passphrase, key))) };
  key.fill(0);
  const document = {
    kind: worldKind,
    version: fileVersion,
    notice: notices[protection],
    name: world.name,
    device,
    checkpoint: { seq: world.floor, records: toJson([...records]) },
    entries: entries.map(({ once: _once, traceId: _traceId, ...entry }) => toJson(entry)),
    objects: await Promise.all(
      world.objects.map(async ({ id, meta, body }) => ({
        id,
        meta: toJson(meta),
        body: toJson(new Uint8Array(await body.arrayBuffer())),
      })),
    ),
  };
  return { ...document, check: checkOf(document) };
}

/** Over everything but itself: shows damage, proves nothing. */
export const checkOf = (document: WorldDocument): string => {
  const { check: _check, ...rest } = document;
  return hashOfText(canonicalJson(rest));
};

/** Of what is JSON already, so that tags are not written twice. */
const canonicalJson = (json: unknown): string =>
  JSON.stringify(json, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export async function writeWorldFile(world: Written, options: ExportOptions): Promise<ExportFile> {
  return asFile(await worldDocument(world, options), fileName('kms-lab', world.name));
}

const asFile = (document: unknown, name: string): ExportFile => ({
  fileName: name,
  blob: new Blob([`${JSON.stringify(document)}\n`], { type: 'application/json' }),
});
