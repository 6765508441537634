import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type LabInBrowser } from './harness.ts';

/*
 * The browser process is killed in the middle of 500 calls, round after round on one profile. What was acknowledged is
 * there afterwards, once; what was not is there once or not at all; and the records are what the journal adds up to.
 */

const rounds = process.env['KMS_LONG'] ? 20 : 3;
const callsPerRound = 500;
const seed = Number(process.env['KMS_SEED'] ?? randomInt(2 ** 31));
console.log(`killed: seed ${seed} (KMS_SEED repeats it), ${rounds} rounds`);

/** mulberry32: enough to choose moments and calls. */
function dice(from: number): (n: number) => number {
  let state = from;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** A call that the page was told is on disk. */
interface Acknowledged {
  readonly tag: string;
  readonly operation: string;
  readonly seq: number;
  readonly traceId: string;
  readonly ok: boolean;
  /** What Encrypt answered. */
  readonly blob?: readonly number[];
}

let lab: LabInBrowser;
const acknowledged: Acknowledged[] = [];
/** All tags that were ever sent. */
const sent: string[] = [];
let heard: (call: Acknowledged) => void = () => undefined;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

/** The page's own worker stays at hand, and acknowledgements are told to this process as they come. */
async function prepare(): Promise<void> {
  await lab.page.exposeFunction('acknowledged', (call: Acknowledged) => {
    acknowledged.push(call);
    heard(call);
  });
  await lab.page.addInitScript(() => {
    const RealWorker = globalThis.Worker;
    class KeptWorker extends RealWorker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        Object.assign(globalThis, { keptWorker: this });
      }
    }
    globalThis.Worker = KeptWorker;
  });
  await lab.page.reload();
  await lab.page.getByRole('region', { name: 'Keys' }).waitFor();
}

/** Sends calls to the worker, as the page's client does: `clients` at once, each waiting for its answers. */
function sendCalls(from: { tag: string; clients: number; calls: number; seed: number }): void {
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

interface Stored {
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
async function readStored(): Promise<Stored> {
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

test.each(Array.from({ length: rounds }, (_, round) => round))(
  'round %i: killed in the middle of 500 calls, nothing acknowledged is lost, nothing is there twice, the fold law holds',
  { timeout: 120_000 },
  async (round) => {
    const roll = dice(seed + round);
    await prepare();
    const [before, killAfter, clients] = [acknowledged.length, 1 + roll(callsPerRound - 100), 1 + roll(40)];
    const tag = `r${round}`;
    for (let n = 1; n <= callsPerRound + clients; n++) sent.push(`${tag}-${n}`);
    const enough = new Promise<void>((done) => {
      heard = () => {
        if (acknowledged.length - before >= killAfter) done();
      };
    });
    await lab.page.evaluate(sendCalls, { tag, clients, calls: callsPerRound, seed: roll(2 ** 30) });
    await enough;
    await lab.kill();
    const mine = acknowledged.length - before;
    console.log(
      `killed: round ${round}, ${clients} at once, killed after ${killAfter}, ${mine} acknowledged`,
    );
    expect(mine).toBeLessThan(callsPerRound);

    await lab.reopen();
    await lab.page.getByRole('region', { name: 'Keys' }).waitFor();
    const stored = await lab.page.evaluate(readStored);
    expect(stored.differ).toEqual([]);
    expect(stored.records).toBeGreaterThan(10);
    expect(stored.entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: stored.head }, (_, i) => i + 1),
    );

    const lost = acknowledged.filter(({ seq, operation, traceId }) => {
      const entry = stored.entries[seq - 1];
      return entry?.operation !== operation || entry.traceId !== traceId;
    });
    expect(lost, 'acknowledged and not there').toEqual([]);

    // In the journal by their tag: acknowledged ones exactly once, all others once at most.
    const times = new Map<string, number>();
    for (const { input } of stored.entries)
      for (const found of new Set(input.match(/r\d+-\d+/g) ?? []))
        times.set(found, (times.get(found) ?? 0) + 1);
    expect([...times].filter(([, n]) => n > 1)).toEqual([]);
    expect(acknowledged.filter((call) => times.get(call.tag) !== 1)).toEqual([]);
    expect([...times.keys()].filter((one) => !sent.includes(one))).toEqual([]);

    // In the trail: one event for each, with an id that no other event has.
    const eventIds = stored.entries.flatMap(({ events }) =>
      events.map((event) => /"eventID":"([^"]+)"/.exec(event)?.[1]),
    );
    expect(new Set(eventIds).size).toBe(eventIds.length);
    const withoutEvent = acknowledged.filter(({ seq }) => stored.entries[seq - 1]?.events.length !== 1);
    expect(withoutEvent.map(({ operation, ok }) => `${operation} ${ok}`)).toEqual([]);
  },
);

test('every ciphertext that was acknowledged before a kill still opens: the device key has survived too', async () => {
  await prepare();
  const sealed = acknowledged.flatMap(({ tag, blob }) => (blob ? [{ tag, blob }] : []));
  expect(sealed.length).toBeGreaterThan(5);
  const opened = await lab.page.evaluate(async (blobs) => {
    const { keptWorker: worker } = globalThis as unknown as { keptWorker: Worker };
    type Answer = { result: { ok: boolean; output: { Plaintext: Uint8Array } } };
    const decrypt = (id: number, input: object): Promise<Answer> =>
      new Promise((done) => {
        worker.addEventListener('message', ({ data }) => {
          if (data.id === id && data.kind === 'answer') done(data.value);
        });
        const principal = 'arn:aws:iam::111122223333:user/Admin';
        const args = [{ operation: 'Decrypt', input, principal, region: 'us-east-1' }];
        worker.postMessage({ kind: 'ask', id, world: 0, method: 'call', args });
      });
    return Promise.all(
      blobs.map(async ({ tag, blob }, i) => {
        const { result } = await decrypt(2_000_000_000 + i, {
          CiphertextBlob: Uint8Array.from(blob),
          EncryptionContext: { call: tag },
        });
        return result.ok ? new TextDecoder().decode(result.output.Plaintext) : 'refused';
      }),
    );
  }, sealed);
  expect(opened).toEqual(sealed.map(({ tag }) => tag));
});
