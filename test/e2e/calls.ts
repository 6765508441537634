import type { Page } from 'playwright';

/*
 * Many mixed calls through the page's own worker, and what is stored afterwards: shared by the tests that kill a browser
 * and those that kill a tab. `sendCalls` and `readStored` run in the page.
 */

/** mulberry32: enough to choose moments and calls. */
export function dice(from: number): (n: number) => number {
  let state = from;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** A call that the page was told is on disk. */
export interface Acknowledged {
  readonly tag: string;
  readonly operation: string;
  readonly seq: number;
  readonly traceId: string;
  readonly ok: boolean;
  /** What Encrypt answered. */
  readonly blob?: readonly number[];
}

/** The page's own worker stays at hand as `keptWorker`; `workerServes` says that it hears what it is sent. */
export async function keepWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const RealWorker = globalThis.Worker;
    class KeptWorker extends RealWorker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        Object.assign(globalThis, { keptWorker: this });
        this.addEventListener('message', ({ data }) => {
          if (data.started === true) Object.assign(globalThis, { workerServes: true });
        });
      }
    }
    globalThis.Worker = KeptWorker;
  });
}

/** Sends calls to the worker, as the page's client does: `clients` at once, each waiting for its answers. */
export function sendCalls(from: { tag: string; clients: number; calls: number; seed: number }): void {
  const { keptWorker: worker, acknowledged: tell } = globalThis as unknown as {
    keptWorker: Worker;
    acknowledged: (call: object) => void;
  };
  let state = from.seed;
  const roll = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % n;
  };
  // Ids beyond those of the page's own client, which leaves answers to them alone.
  let id = 1_000_000_000;
  const ask = (
    method: string,
    args: unknown[],
  ): Promise<{ result: { ok: boolean; output: never }; trace: { id: string }; seq: number }> =>
    new Promise((done, fail) => {
      const mine = (id += 1);
      worker.addEventListener('message', function hear({ data }) {
        if (data.id !== mine || (data.kind !== 'answer' && data.kind !== 'fail')) return;
        worker.removeEventListener('message', hear);
        if (data.kind === 'answer') done(data.value);
        else fail(new Error(data.error.message));
      });
      worker.postMessage({ kind: 'ask', id: mine, world: 0, method, args });
    });
  const principal = 'arn:aws:iam::111122223333:user/Admin';
  const call = (operation: string, input: object) =>
    ask('call', [{ operation, input, principal, region: 'us-east-1' }]);
  const text = new TextEncoder();

  const run = async (): Promise<void> => {
    await ask('setSwitches', [{ throttling: false }]);
    const keys: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { KeyMetadata } = (await call('CreateKey', { Description: 'before the round' })).result
        .output as { KeyMetadata: { KeyId: string } };
      keys.push(KeyMetadata.KeyId);
    }
    const [first = ''] = keys;
    const { CiphertextBlob } = (await call('Encrypt', { KeyId: first, Plaintext: text.encode('kept') }))
      .result.output as { CiphertextBlob: Uint8Array };

    let next = 0;
    const one = async (): Promise<void> => {
      const tag = `${from.tag}-${(next += 1)}`;
      const KeyId = keys[roll(keys.length)];
      const EncryptionContext = { call: tag };
      const mixed: (() => [string, object])[] = [
        () => ['Encrypt', { KeyId, Plaintext: text.encode(tag), EncryptionContext }],
        () => ['GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext }],
        () => ['GenerateDataKeyWithoutPlaintext', { KeyId, KeySpec: 'AES_128', EncryptionContext }],
        () => [
          'ReEncrypt',
          { CiphertextBlob, DestinationKeyId: KeyId, DestinationEncryptionContext: EncryptionContext },
        ],
        // Refused, as the context is another one; refusals happened too.
        () => ['Decrypt', { CiphertextBlob, EncryptionContext }],
        () => ['CreateKey', { Description: tag }],
        () => ['CreateAlias', { AliasName: `alias/${tag}`, TargetKeyId: KeyId }],
        () => ['TagResource', { KeyId, Tags: [{ TagKey: `n${next % 40}`, TagValue: tag }] }],
        () => ['UpdateKeyDescription', { KeyId, Description: tag }],
        () => ['DescribeKey', { KeyId: `alias/${tag}` }],
      ];
      const [operation, input] = mixed[roll(mixed.length)]?.() ?? ['', {}];
      const { result, trace, seq } = await call(operation, input);
      const blob =
        operation === 'Encrypt' && result.ok
          ? [...(result.output as { CiphertextBlob: Uint8Array }).CiphertextBlob]
          : undefined;
      tell({ tag, operation, seq, traceId: trace.id, ok: result.ok, ...(blob ? { blob } : {}) });
    };
    await Promise.all(
      Array.from({ length: from.clients }, async () => {
        while (next < from.calls) await one();
      }),
    );
  };
  void run();
}

export interface Stored {
  readonly entries: readonly {
    readonly seq: number;
    readonly operation: string;
    readonly traceId?: string;
    readonly input: string;
    readonly events: readonly string[];
  }[];
  readonly head: number;
  /** Refs whose record is not what the journal adds up to. */
  readonly differ: readonly string[];
  readonly records: number;
}

/** Reads what is stored, and adds up the journal. Runs in the page. */
export async function readStored(): Promise<Stored> {
  type Row = { ref: string; rec: unknown };
  type Entry = {
    seq: number;
    call: { operation: string; input: unknown };
    diff: { ref: string; after: unknown }[];
    events: unknown[];
    traceId?: string;
  };
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('no reason'));
    });
  /** Members in one order, absent ones left out, bytes as numbers. */
  const plain = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value))
      return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, plain(member)]);
  };
  const text = (value: unknown): string => JSON.stringify(plain(value));

  const database = await done(indexedDB.open('kms-lab'));
  const tx = database.transaction(['entries', 'records', 'meta']);
  const [entries, rows, meta] = await Promise.all([
    done(tx.objectStore('entries').getAll() as IDBRequest<Entry[]>),
    done(tx.objectStore('records').getAll() as IDBRequest<Row[]>),
    done(tx.objectStore('meta').get('head') as IDBRequest<{ seq: number }>),
  ]);
  database.close();

  const folded = new Map<string, unknown>();
  for (const { diff } of entries)
    for (const { ref, after } of diff)
      if (after === undefined) folded.delete(ref);
      else folded.set(ref, after);
  const records = new Map(rows.map(({ ref, rec }) => [ref, rec]));
  const differ = [...new Set([...folded.keys(), ...records.keys()])].filter(
    (ref) => text(folded.get(ref) ?? null) !== text(records.get(ref) ?? null),
  );
  return {
    entries: entries.map(({ seq, call, traceId, events }) => ({
      seq,
      operation: call.operation,
      ...(traceId === undefined ? {} : { traceId }),
      input: JSON.stringify(call.input),
      events: events.map((event) => JSON.stringify(event)),
    })),
    head: meta.seq,
    differ,
    records: records.size,
  };
}
