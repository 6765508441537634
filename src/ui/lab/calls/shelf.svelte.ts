import type { LabState } from '../../state/lab.svelte.ts';
import type { Bytes } from '../../../engine/index.ts';
import { isBytes, toBase64 } from '../../format/bytes.ts';
import type { Field, Fields } from './fields.ts';

/** What a form needs of whoever sends it: the lab, or the room of an exercise. */
export type Caller = Pick<LabState, 'call' | 'say' | 'region' | 'keys' | 'principals'>;

/** Something that a call answered with, kept at hand for the next call. Lives as long as the page; never stored. */
export interface OnShelf {
  readonly n: number;
  readonly operation: string;
  readonly member: string;
  readonly value: Bytes | string;
}

const room = 24;

/** What was answered lately: a blob to decrypt, a signature to verify, a grant token to use. Newest first. */
export class Shelf {
  items = $state.raw<readonly OnShelf[]>([]);
  #n = 0;
  /** What was typed and most likely holds for the next call too: the same context opens what it closed. */
  readonly #typed = new Map<string, Field>();

  keep(fields: Fields): void {
    for (const [member, field] of Object.entries(fields))
      if (lasting.has(member)) this.#typed.set(member, $state.snapshot(field));
  }
  /** A fresh copy of what was last typed for this member. */
  typed(member: string): Field | undefined {
    return structuredClone(this.#typed.get(twins[member] ?? member));
  }
  /** The blob that this member most likely wants: the newest that an answer gave for it. */
  blobFor(member: string): Field | undefined {
    const wanted = blobSources[member];
    const found = wanted && this.blobs.find((item) => wanted.includes(item.member));
    return found && { kind: 'blob', as: 'base64', text: toBase64(found.value) };
  }

  put(operation: string, output: Readonly<Record<string, unknown>>): void {
    const fresh = Object.entries(output).flatMap(([member, value]): OnShelf[] => {
      const keep = isBytes(value) || (typeof value === 'string' && kept.has(member));
      return keep ? [{ n: (this.#n += 1), operation, member, value: value as Bytes | string }] : [];
    });
    this.items = [...fresh, ...this.items].slice(0, room);
  }
  /** A getter: a derived would die with the component that asked first. */
  get blobs(): readonly (OnShelf & { value: Bytes })[] {
    return this.items.filter((item): item is OnShelf & { value: Bytes } => isBytes(item.value));
  }
  /** Texts that fit a member of a request. */
  textsFor(member: string): readonly (OnShelf & { value: string })[] {
    const wanted = sources[member] ?? [member];
    return this.items.filter(
      (item): item is OnShelf & { value: string } =>
        typeof item.value === 'string' && wanted.includes(item.member),
    );
  }
}

const lasting = new Set([
  'EncryptionContext',
  'EncryptionAlgorithm',
  'Message',
  'MessageType',
  'SigningAlgorithm',
  'GrantTokens',
]);
const twins: Readonly<Record<string, string>> = { SourceEncryptionContext: 'EncryptionContext' };
const blobSources: Readonly<Record<string, readonly string[]>> = {
  CiphertextBlob: ['CiphertextBlob', 'PrivateKeyCiphertextBlob'],
  Signature: ['Signature'],
  Mac: ['Mac'],
  ImportToken: ['ImportToken'],
  PublicKey: ['PublicKey'],
  SharedSecretCiphertextBlob: ['SharedSecretCiphertextBlob', 'CiphertextBlob'],
};

/** Members of requests that take what another member of an answer gave. */
const sources: Readonly<Record<string, readonly string[]>> = {
  GrantTokens: ['GrantToken'],
  Marker: ['NextMarker'],
};
const kept = new Set(['GrantToken', 'GrantId', 'NextMarker', 'KeyMaterialId', 'CustomKeyStoreId']);

const shelves = new WeakMap<Caller, Shelf>();
/** The one shelf of a page: key page and call panel put and take from the same. */
export function shelfOf(lab: Caller): Shelf {
  const shelf = shelves.get(lab) ?? new Shelf();
  shelves.set(lab, shelf);
  return shelf;
}
