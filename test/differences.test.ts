import { describe, expect, it } from 'vitest';
import { differences, written } from '../scripts/differences.mjs';
import { differencesFromAws } from '../src/engine/index.ts';

describe('differences from AWS', () => {
  it('the page has every mark that stands in the code, as it stands there', async () => {
    expect(
      `${JSON.stringify(await differencesFromAws(), null, 2)}\n`,
      'run node scripts/differences.mjs',
    ).toBe(written());
  });

  it('each is a sentence of a file', () => {
    expect(differences().length).toBeGreaterThan(50);
    for (const { area, file, text } of differences()) {
      expect(area).not.toBe('');
      expect(file).toMatch(/^[\w/.]+$/);
      expect(text.length, file).toBeGreaterThan(3);
    }
  });
});
