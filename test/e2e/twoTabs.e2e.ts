import { randomInt } from 'node:crypto';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dice, keepWorker, readStored, sendCalls, type Acknowledged } from './calls.ts';
import { openLab, type LabInBrowser } from './harness.ts';

/*
 * Two tabs on one world, each with many mixed calls at once, and the writing one closed or crashed in the middle. The
 * other takes over: every acknowledged call is in the journal exactly once, and the records are what it adds up to.
 */

const long = Boolean(process.env['KMS_LONG']);
const rounds = long ? 10 : 2;
const callsPerTab = 1000;
const seed = Number(process.env['KMS_SEED'] ?? randomInt(2 ** 31));
console.log(`two tabs: seed ${seed} (KMS_SEED repeats it), ${rounds} rounds`);

let lab: LabInBrowser;
const acknowledged: Acknowledged[] = [];
let heard: () => void = () => undefined;

beforeAll(async () => {
  lab = await openLab();
  await lab.context.exposeFunction('acknowledged', (call: Acknowledged) => {
    acknowledged.push(call);
    heard();
  });
});
afterAll(() => lab.close());

async function openTab(): Promise<Page> {
  const page = await lab.context.newPage();
  await keepWorker(page);
  await page.goto(`${lab.origin}/`);
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  return page;
}

/** Resolves when so many calls whose tags begin so are acknowledged. */
function acknowledgements(tag: string, n: number): Promise<void> {
  return new Promise((done) => {
    const before = heard;
    heard = () => {
      before();
      if (acknowledged.filter((call) => call.tag.startsWith(`${tag}-`)).length >= n) done();
    };
  });
}

// First, while the world is so small that all of it is shown.
test('what is done in one tab shows in the other at once', async () => {
  const [one, two] = [await openTab(), await openTab()];
  await two.getByRole('button', { name: 'Create', exact: true }).click();
  await two.getByRole('textbox', { name: 'Alias name' }).fill('seen-by-both');
  await two.keyboard.press('Enter');
  await two.getByRole('heading', { name: 'alias/seen-by-both' }).waitFor();
  await one.getByText('alias/seen-by-both').first().waitFor();
  await one.close();
  await two.close();
});

test.each(Array.from({ length: rounds }, (_, round) => round))(
  'round %i: the writing tab goes in the middle; every acknowledged call of both tabs is there once',
  { timeout: 240_000 },
  async (round) => {
    const roll = dice(seed + round);
    // The first page of the browser must not be the writer: it has none of our hands on it.
    await lab.page.goto('about:blank');
    const writer = await openTab();
    const other = await openTab();
    await expect(other.getByText('Another tab writes this world.').waitFor()).resolves.toBeUndefined();
    const [a, b] = [`r${2 * round}`, `r${2 * round + 1}`];
    const [goAfter, way] = [1 + roll(callsPerTab - 60), roll(2) === 0 ? 'closed' : 'crashed'];
    const enough = acknowledgements(a, goAfter);
    const all = acknowledgements(b, callsPerTab);
    await writer.evaluate(sendCalls, {
      tag: a,
      clients: 1 + roll(8),
      calls: callsPerTab,
      seed: roll(2 ** 30),
    });
    await other.evaluate(sendCalls, {
      tag: b,
      clients: 1 + roll(8),
      calls: callsPerTab,
      seed: roll(2 ** 30),
    });
    await enough;
    if (way === 'closed') await writer.close();
    else {
      const session = await lab.context.newCDPSession(writer);
      // Never answered: the process that would answer is the one that dies.
      session.send('Page.crash').catch(() => undefined);
      await writer.waitForEvent('crash');
      await writer.close();
    }
    await all;
    await expect.poll(() => other.getByText('Another tab writes this world.').count()).toBe(0);

    const stored = await other.evaluate(readStored);
    console.log(
      `two tabs: round ${round}, ${way} after ${goAfter}, ${acknowledged.length} acknowledged, ${stored.head} entries`,
    );
    expect(stored.differ).toEqual([]);
    expect(stored.entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: stored.head }, (_, i) => i + 1),
    );
    const times = new Map<string, number>();
    for (const { input } of stored.entries)
      for (const found of new Set(input.match(/r\d+-\d+/g) ?? []))
        times.set(found, (times.get(found) ?? 0) + 1);
    expect(
      [...times].filter(([, n]) => n > 1),
      'done twice',
    ).toEqual([]);
    expect(
      acknowledged.filter((call) => times.get(call.tag) !== 1),
      'acknowledged and not there',
    ).toEqual([]);
    expect(
      acknowledged.filter(({ seq, operation }) => stored.entries[seq - 1]?.operation !== operation),
      'under another number',
    ).toEqual([]);
    const eventIds = stored.entries.flatMap(({ events }) =>
      events.map((event) => /"eventID":"([^"]+)"/.exec(event)?.[1]),
    );
    expect(new Set(eventIds).size).toBe(eventIds.length);
    await other.close();
  },
);
