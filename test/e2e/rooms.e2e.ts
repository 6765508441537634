import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab, type LabInBrowser, type Look } from './harness.ts';

/** Every room as it opens, in every look: nothing for axe to find, nothing in the console, nothing cut off at the side. */
const rooms = ['lab', 'stage', 'quiz'];
const looks: readonly (Look & { readonly name: string })[] = [
  { name: 'wide and light', width: 1440, height: 900, theme: 'light' },
  { name: 'wide and dark', width: 1440, height: 900, theme: 'dark' },
  { name: 'narrow and light', width: 360, height: 780, theme: 'light' },
  { name: 'narrow and dark, without motion', width: 360, height: 780, theme: 'dark', reducedMotion: true },
];

let lab: LabInBrowser;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

describe.each(rooms)('%s', (room) => {
  test.each(looks)('$name', async (look) => {
    await lab.look(look);
    await lab.goto(`#/${room}`);
    await lab.page.reload({ waitUntil: 'networkidle' });
    await expect.poll(() => lab.page.getByRole('main').innerText()).not.toBe('');
    await lab.screenshot(`room-${room}`, look);
    expect.soft(await lab.axe()).toEqual([]);
    const width = Number(await lab.page.evaluate('document.documentElement.scrollWidth'));
    expect.soft(width).toBeLessThanOrEqual(look.width ?? 1440);
    expect.soft(lab.errors.splice(0)).toEqual([]);
    expect.soft(lab.strangers()).toEqual([]);
  });
});
