import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { browserFlags, findBrowser } from '../../scripts/browser.mjs';
import { serve } from '../../scripts/serve.mjs';
import { chromiumSide } from './chromiumSide.ts';
import type { Side } from './side.ts';

/** WebCrypto is for secure contexts: a page of this machine is one. @returns undefined where there is no Chromium */
export async function openChromium(): Promise<{ readonly side: Side; close(): Promise<void> } | undefined> {
  const executablePath = await findBrowser();
  if (executablePath === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'kms-lab-interop-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>interoperation</title>');
  const site = await serve(folder, { headers: {} });
  const browser = await chromium.launch({ executablePath, args: browserFlags });
  const page = await browser.newPage();
  await page.goto(site.url);
  return {
    side: chromiumSide(page, `WebCrypto of Chromium ${browser.version()}`),
    async close() {
      await browser.close();
      await site.close();
      rmSync(folder, { recursive: true });
    },
  };
}
