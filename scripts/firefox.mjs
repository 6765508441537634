// @ts-check
// npm run test:firefox: the built page in the Firefox of this machine, over WebDriver BiDi. Not part of npm test: it needs
// a stock Firefox (Debian: apt-get install firefox-esr, or FIREFOX_PATH).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { ensureInstalled, root } from './install.mjs';
import { serve } from './serve.mjs';

ensureInstalled();
const dist = process.env['KMS_DIST'] ?? join(root, 'dist');
const candidates = [process.env['FIREFOX_PATH'], '/usr/bin/firefox-esr', '/usr/bin/firefox'];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
if (!executablePath || !existsSync(join(dist, 'index.html'))) {
  console.error(
    executablePath
      ? 'There is no built page: npm run build makes it.'
      : 'There is no Firefox here: install firefox-esr, or set FIREFOX_PATH.',
  );
  process.exit(1);
}

const site = await serve(dist);
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath,
  headless: true,
  extraPrefsFirefox: { 'ui.prefersReducedMotion': 1 },
});
let passed = 0;
let failed = 0;
/** @type {string[]} */
const errors = [];

/** @param {string} name @param {() => Promise<void>} work */
async function step(name, work) {
  try {
    await work();
    passed += 1;
    console.log(`✓ ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
  }
}
/** @param {boolean} holds @param {string} what */
function must(holds, what) {
  if (!holds) throw new Error(what);
}

try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  /** @param {string} name */
  const button = (name) => page.locator(`::-p-aria(${name}[role="button"])`);
  /** @param {string} text */
  const seen = (text) => page.locator(`::-p-text(${text})`).wait();

  await step('the page opens, and says that it is a simulator', async () => {
    await page.goto(site.url);
    await seen('A simulator: never paste a real secret.');
    await button('Make one for me').wait();
  });
  await step('a key is made, encrypts, and the page says why it was allowed', async () => {
    await button('Make one for me').click();
    await seen('alias/first-key');
    await button('Encrypt “Hello, KMS”').click();
    await seen('user/Admin may do this: allowed by the identity policy.');
  });
  await step('undo by keyboard, with what is undone in words', async () => {
    await page.focus('main');
    await page.keyboard.down('Control');
    await page.keyboard.press('z');
    await page.keyboard.up('Control');
    await seen('has no KMS key in us-east-1 yet.');
    await page.keyboard.down('Control');
    await page.keyboard.press('y');
    await page.keyboard.up('Control');
    await seen('alias/first-key');
  });
  await step('the world is kept over a reload, in IndexedDB', async () => {
    await page.reload();
    await seen('alias/first-key');
    const text = await page.evaluate(() => document.body.innerText);
    must(!text.includes('This world is not kept'), 'it lives in memory only');
  });
  await step('the policy holds: nothing can be fetched', async () => {
    const refused = await page.evaluate(() =>
      fetch('./index.html').then(
        () => 'fetched',
        (error) => error.name,
      ),
    );
    must(refused === 'TypeError', `fetch answered ${refused}`);
  });
  await step('the files are kept for later: a service worker is there', async () => {
    const ready = await page.evaluate(() =>
      Promise.race([
        navigator.serviceWorker.ready.then(({ active }) => active?.scriptURL ?? ''),
        new Promise((done) => setTimeout(() => done('not within 20 s'), 20_000)),
      ]),
    );
    must(String(ready).endsWith('/sw.js'), String(ready));
  });
  await step('with the host gone, the page opens again', async () => {
    await site.close();
    await page.reload();
    await seen('alias/first-key');
  });
  for (const room of ['stage', 'quiz']) {
    await step(`the ${room} opens`, async () => {
      await page.goto(`${site.url}#/${room}`);
      await page.waitForFunction(
        () => !/^(|Opening.*)$/.test(document.querySelector('main')?.innerText.trim() ?? ''),
      );
      const text = await page.$eval('main', (main) => main.innerText);
      must(!text.includes('could not be loaded'), text.slice(0, 200));
    });
  }
  await step('at 320 px nothing scrolls sideways', async () => {
    await page.goto(`${site.url}#/lab`);
    await page.setViewport({ width: 320, height: 640 });
    await seen('Next due');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    must(width <= 320, `${width} px wide`);
  });
  await step('nothing was logged as an error', async () => {
    // The fetch above was refused on purpose, and Firefox says so.
    const real = errors.filter((error) => !/Content-Security-Policy|NetworkError|CSP/.test(error));
    must(real.length === 0, real.join('\n'));
  });
} finally {
  await browser.close();
  await site.close().catch(() => undefined);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
