import { randomBytes } from 'node:crypto';
import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  beats,
  createKey,
  encryptBeats,
  goToStage,
  leaveForm,
  nextBeat,
  sceneSays,
} from '../test/e2e/steps.ts';
import { between, clock, note, noted } from './noted.ts';
import type { PageSuite } from './suite.ts';

/*
 * How long the page's thread is kept from answering: while it opens, while it stands idle, and while 50 MiB go through the
 * envelope. And how long it takes until a first call is answered.
 */

const MiB = 1024 * 1024;
const idleMs = 3000;

/** The first call that could be asked: as soon as the worker says that it serves. */
function noteFirstCall(): void {
  const RealWorker = globalThis.Worker;
  globalThis.Worker = class extends RealWorker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      const id = 1_000_000_000; // beyond the ids of the page's own client, which leaves this answer alone
      this.addEventListener('message', ({ data }) => {
        if (data.started === true) {
          const principal = 'arn:aws:iam::111122223333:user/Admin';
          const call = { operation: 'ListKeys', input: {}, principal, region: 'us-east-1' };
          this.postMessage({ kind: 'ask', id, world: 0, method: 'call', args: [call] });
        } else if (data.id === id && data.kind === 'answer')
          Object.assign((globalThis as unknown as { noted: object }).noted, { answered: performance.now() });
      });
    }
  };
}

const suite: PageSuite = async (bench, open) => {
  const folder = await mkdtemp(join(tmpdir(), 'kms-lab-bench-'));
  const file = join(folder, 'archive.bin');
  const handle = await openFile(file, 'w');
  for (let i = 0; i < 50; i++) await handle.write(randomBytes(MiB));
  await handle.close();
  const lab = await open();
  try {
    const { page } = lab;
    await page.addInitScript(note);
    await page.addInitScript(noteFirstCall);
    await page.reload();
    await lab.until('globalThis.noted?.answered');
    await page.getByRole('region', { name: 'Keys' }).waitFor();
    await page.waitForLoadState('networkidle');
    const opened = await clock(page);
    const { answered = Number.NaN } = await noted(page);
    bench.figure('from the navigation to the answer of a first call', answered, 'ms');
    bench.figure(
      'longest task while the page opens (0: none of 50 ms)',
      (await between(page, 0, opened)).task,
      'ms',
    );
    const paint = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`;
    bench.figure('first contentful paint', Number(await page.evaluate(paint)), 'ms');

    await createKey(page, 'archive');
    await goToStage(page);
    await page.getByRole('radio', { name: 'A file' }).check();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByText('Choose a file…').click(),
    ]);
    await chooser.setFiles(file);
    await leaveForm(page);
    await page.waitForLoadState('networkidle');

    const idleFrom = await clock(page);
    await new Promise((done) => setTimeout(done, idleMs));
    const idle = await between(page, idleFrom, await clock(page));
    bench.figure('longest task while the stage stands idle (0: none of 50 ms)', idle.task, 'ms');
    bench.figure('longest time between frames while it stands idle', idle.gap, 'ms');

    await beats(page, encryptBeats.slice(0, 4));
    const from = await clock(page);
    await nextBeat(page, encryptBeats[4] ?? '');
    await page.locator('button[aria-label="Next beat"][aria-disabled="false"]').waitFor({ timeout: 60_000 });
    const to = await clock(page);
    const busy = await between(page, from, to);
    bench.figure('50 MiB are encrypted in', to - from, 'ms');
    bench.figure('longest task meanwhile (0: none of 50 ms)', busy.task, 'ms');
    bench.figure('longest time between frames meanwhile', busy.gap, 'ms');
    bench.figure('longest time between frames, encrypting / idle', busy.gap / idle.gap, '×');
    bench.figure('frames more than 50 ms after the one before', busy.gaps, 'frames');
    await beats(page, encryptBeats.slice(5));
    await sceneSays(page, /Read back/);
    bench.figure(
      'longest task from there to the end of the scene',
      (await between(page, to, await clock(page))).task,
      'ms',
    );
  } finally {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
};
export default suite;
