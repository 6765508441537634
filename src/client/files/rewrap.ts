import {
  tableOf,
  toBase64,
  type Bytes,
  type Change,
  type Device,
  type DomainKeyRec,
  type Rec,
  type Ref,
} from '../../engine/index.ts';
import type { Entry } from '../../store/index.ts';

/** Wraps domain keys anew for another device. One that is met again, in a diff or in a record, stays the same record. */
export class Rewrap {
  readonly #moved = new Map<string, Promise<DomainKeyRec>>();
  readonly #from: Device;
  readonly #to: Device;

  constructor(from: Device, to: Device) {
    this.#from = from;
    this.#to = to;
  }

  async records(records: Iterable<readonly [Ref, Rec]>): Promise<Map<Ref, Rec>> {
    const moved = new Map<Ref, Rec>();
    for (const [ref, rec] of records) moved.set(ref, (await this.#rec(ref, rec)) ?? rec);
    return moved;
  }

  entries(entries: readonly Entry[]): Promise<readonly Entry[]> {
    return Promise.all(
      entries.map(async (entry) =>
        entry.diff.some(({ ref }) => tableOf(ref) === 'domainKey')
          ? { ...entry, diff: await Promise.all(entry.diff.map((change) => this.#change(change))) }
          : entry,
      ),
    );
  }

  async #change({ ref, before, after }: Change): Promise<Change> {
    return { ref, before: await this.#rec(ref, before), after: await this.#rec(ref, after) };
  }

  async #rec(ref: Ref, rec: Rec | undefined): Promise<Rec | undefined> {
    if (!rec || tableOf(ref) !== 'domainKey') return rec;
    const domainKey = rec as DomainKeyRec; // its table says so
    const id = toBase64(domainKey.wrapped);
    let made = this.#moved.get(id);
    if (!made) this.#moved.set(id, (made = this.#anew(domainKey)));
    return made;
  }

  async #anew(rec: DomainKeyRec): Promise<DomainKeyRec> {
    const plain: Bytes = await this.#from.unwrap(rec.wrapped);
    const wrapped = await this.#to.wrap(plain, crypto.getRandomValues(new Uint8Array(12)));
    plain.fill(0);
    return { ...rec, wrapped };
  }
}
