import { expect, test } from 'vitest';
import { openLab } from './harness.ts';

test('a killed browser opens again on the same profile and origin, and axe and screenshots work under the policy', async () => {
  const lab = await openLab();
  try {
    const origin = lab.origin;
    await lab.page.evaluate(`localStorage.setItem('harness', 'kept')`);
    // Chromium writes localStorage lazily: closing in good order keeps it, killing may not.
    await lab.quit();
    await lab.reopen();
    expect(await lab.page.evaluate(`localStorage.getItem('harness')`)).toBe('kept');
    await lab.kill();
    await lab.reopen();
    expect(lab.origin).toBe(origin);
    expect(await lab.page.evaluate(`localStorage.getItem('harness')`)).toBe('kept');
    await lab.page.evaluate(`document.body.append(document.createElement('button'))`);
    expect((await lab.axe()).map(({ rule }) => rule)).toContain('button-name');
    expect(await lab.screenshot('harness', { width: 360, height: 780, theme: 'dark' })).toMatch(
      /harness-360-dark.png$/,
    );
  } finally {
    await lab.close();
  }
});
