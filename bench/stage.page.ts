import type { Page } from 'playwright';
import { between, clock, note, type Course } from './noted.ts';
import type { Bench, PageSuite } from './suite.ts';

/*
 * The scenes in Chromium, beside a stage that stands idle: times between frames and the longest task of the page's thread
 * while a scene plays at 1×, and while the fleet of the throttling scene is computed at its largest load.
 */

const watchMs = 6000;

const cures = {
  retry: 'atOnce',
  attempts: 5,
  cache: false,
  cacheUses: 100,
  cacheSeconds: 60,
  bucketKeys: false,
  raised: false,
};
const load = { region: 'eu-north-1', clients: 1000, jobsPerSecond: 20_000, loadSeconds: 60, seconds: 60 };
const largest = btoa(
  JSON.stringify({ v: 1, at: -1, load, a: cures, b: { ...cures, retry: 'fullJitter', attempts: 9 } }),
)
  .replaceAll('+', '-')
  .replaceAll('/', '_')
  .replaceAll('=', '');

const canGoOn = (page: Page) =>
  page.locator('button[aria-label="Next beat"][aria-disabled="false"]').waitFor();

async function watched(page: Page, from: number): Promise<Course> {
  await new Promise((done) => setTimeout(done, watchMs));
  return between(page, from, await clock(page));
}
function figures(bench: Bench, what: string, { task, gap, median, p95 }: Course): void {
  bench.figure(`${what}: median time between frames`, median, 'ms');
  bench.figure(`${what}: slowest twentieth`, p95, 'ms');
  bench.figure(`${what}: longest time between frames`, gap, 'ms');
  bench.figure(`${what}: longest task (0: none of 50 ms)`, task, 'ms');
}

const suite: PageSuite = async (bench, open) => {
  const lab = await open();
  try {
    const { page } = lab;
    await page.addInitScript(note);
    await lab.goto('#/stage/key-life');
    await page.reload();
    await canGoOn(page);
    await page.waitForLoadState('networkidle');
    const idle = await watched(page, await clock(page));
    figures(bench, 'idle stage', idle);
    for (const scene of ['wrapping', 'key-life', 'handshake']) {
      await lab.goto(`#/stage/${scene}`);
      await canGoOn(page);
      const from = await clock(page);
      await page.keyboard.press('Space');
      figures(bench, `${scene} plays`, await watched(page, from));
    }
    await lab.goto(`#/stage/throttling?m=${largest}`);
    const from = await clock(page);
    // Played from the first moment on: what is shown and what is computed share the thread.
    await canGoOn(page);
    await page.keyboard.press('Space');
    const race = await watched(page, from);
    figures(bench, 'throttling, 20,000/s, computed and played', race);
    bench.figure('throttling / idle, slowest twentieth', race.p95 / idle.p95, '×');
  } finally {
    await lab.close();
  }
};
export default suite;
