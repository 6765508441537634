import { randomInt } from 'node:crypto';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dice, keepWorker, readStored, sendCalls, type Acknowledged } from './calls.ts';
import { openLab, type LabInBrowser } from './harness.ts';

/*
 * The page is killed again and again, fifty times in the long run, at random moments during calls, its worker with it,
 * while the browser lives on: what was acknowledged is there once, what was not at most once, and the records are what the
 * journal adds up to. `killed.e2e.ts` kills the whole browser.
 */

// Each loads the whole page: fifty take two minutes on two busy cores.
const rounds = process.env['KMS_LONG'] ? 50 : 15;
const callsPerRound = 3000;
const seed = Number(process.env['KMS_SEED'] ?? randomInt(2 ** 31));
console.log(`crashed: seed ${seed} (KMS_SEED repeats it), ${rounds} rounds of 50 (KMS_LONG=1 runs all)`);

let lab: LabInBrowser;
const acknowledged: Acknowledged[] = [];
let heard: () => void = () => undefined;

beforeAll(async () => {
  lab = await openLab();
  await lab.context.exposeFunction('acknowledged', (call: Acknowledged) => {
    acknowledged.push(call);
    heard();
  });
  // It has none of our hands on it.
  await lab.page.goto('about:blank');
});
afterAll(() => lab.close());

/** A page whose worker serves; what the page draws is not waited for, so that it may be killed in the middle of that too. */
async function open(): Promise<Page> {
  const page = await lab.context.newPage();
  await keepWorker(page);
  await page.goto(`${lab.origin}/`, { waitUntil: 'commit' });
  await expect
    .poll(() => page.evaluate(`'workerServes' in globalThis`), { timeout: 60_000, interval: 20 })
    .toBe(true);
  return page;
}

async function crash(page: Page): Promise<void> {
  const session = await lab.context.newCDPSession(page);
  const gone = page.waitForEvent('crash');
  // Never answered: the process that would answer is the one that dies.
  session.send('Page.crash').catch(() => undefined);
  await gone;
  await page.close();
}

test(
  'killed in the middle of calls, round after round: nothing acknowledged is lost, nothing is there twice, the fold law holds',
  { timeout: 600_000 },
  async () => {
    const roll = dice(seed);
    const sent = new Set<string>();
    const killedAfter: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const page = await open();
      const tag = `r${round}`;
      const clients = 1 + roll(20);
      for (let n = 1; n <= callsPerRound + clients; n++) sent.add(`${tag}-${n}`);
      const [before, after] = [acknowledged.length, 1 + roll(60)];
      const enough = new Promise<void>((done) => {
        heard = () => {
          if (acknowledged.length - before >= after) done();
        };
      });
      await page.evaluate(sendCalls, { tag, clients, calls: callsPerRound, seed: roll(2 ** 30) });
      await enough;
      await crash(page);
      killedAfter.push(acknowledged.length - before);
    }
    console.log(`crashed: acknowledged in each round: ${killedAfter.join(' ')}`);
    expect(killedAfter.filter((n) => n < callsPerRound).length).toBeGreaterThan(0.9 * rounds); // hardly one had ended by itself

    const page = await open();
    const stored = await page.evaluate(readStored);
    expect(stored.differ).toEqual([]);
    expect(stored.entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: stored.head }, (_, i) => i + 1),
    );
    const lost = acknowledged.filter(({ seq, operation, traceId }) => {
      const entry = stored.entries[seq - 1];
      return entry?.operation !== operation || entry.traceId !== traceId;
    });
    expect(lost, 'acknowledged and not there').toEqual([]);
    const times = new Map<string, number>();
    for (const { input } of stored.entries)
      for (const found of new Set(input.match(/r\d+-\d+/g) ?? []))
        times.set(found, (times.get(found) ?? 0) + 1);
    expect(
      [...times].filter(([, n]) => n > 1),
      'done twice',
    ).toEqual([]);
    expect(acknowledged.filter((call) => times.get(call.tag) !== 1)).toEqual([]);
    expect([...times.keys()].filter((one) => !sent.has(one))).toEqual([]);
    const eventIds = stored.entries.flatMap(({ events }) =>
      events.map((event) => /"eventID":"([^"]+)"/.exec(event)?.[1]),
    );
    expect(new Set(eventIds).size).toBe(eventIds.length);
  },
);
