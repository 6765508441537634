import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dice, keepWorker, readStored, sendCalls, type Acknowledged } from './calls.ts';
import { openLab, type LabInBrowser } from './harness.ts';

/*
 * The browser process is killed in the middle of many calls, round after round on one profile. What was acknowledged is
 * there afterwards, once; what was not is there once or not at all; and the records are what the journal adds up to.
 */

const rounds = process.env['KMS_LONG'] ? 20 : 3;
/** Far more than are acknowledged before the kill: those that are on their way are many more on a quick machine. */
const callsPerRound = 3000;
const seed = Number(process.env['KMS_SEED'] ?? randomInt(2 ** 31));
console.log(`killed: seed ${seed} (KMS_SEED repeats it), ${rounds} rounds`);

let lab: LabInBrowser;
const acknowledged: Acknowledged[] = [];
/** All tags that were ever sent. */
const sent = new Set<string>();
let heard: (call: Acknowledged) => void = () => undefined;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

/** Acknowledgements are told to this process as they come. */
async function prepare(): Promise<void> {
  await lab.page.exposeFunction('acknowledged', (call: Acknowledged) => {
    acknowledged.push(call);
    heard(call);
  });
  await keepWorker(lab.page);
  await lab.page.reload();
  await lab.page.getByRole('region', { name: 'Keys' }).waitFor();
}

test.each(Array.from({ length: rounds }, (_, round) => round))(
  'round %i: killed in the middle of calls, nothing acknowledged is lost, nothing is there twice, the fold law holds',
  { timeout: 120_000 },
  async (round) => {
    const roll = dice(seed + round);
    await prepare();
    const [before, killAfter, clients] = [acknowledged.length, 1 + roll(400), 1 + roll(40)];
    const tag = `r${round}`;
    for (let n = 1; n <= callsPerRound + clients; n++) sent.add(`${tag}-${n}`);
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
    expect([...times.keys()].filter((one) => !sent.has(one))).toEqual([]);

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
