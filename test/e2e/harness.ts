import axe from 'axe-core';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page, type Request } from 'playwright';
import { browserFlags, findBrowser } from '../../scripts/browser.mjs';
import { root } from '../../scripts/install.mjs';
import { serve } from '../../scripts/serve.mjs';

/*
 * The built page, served as `npm start` serves it, in a Chromium of its own:
 *
 *   const lab = await openLab();              // dist on a free port, fresh profile, page open
 *   await lab.page.getByRole('button', …)     // Playwright
 *   expect(await lab.axe()).toEqual([]);
 *   await lab.screenshot('lab', { width: 360, theme: 'dark' });
 *   await lab.kill(); await lab.reopen();     // the process dies; the same profile and origin again
 *   expect(lab.strangers()).toEqual([]); expect(lab.errors).toEqual([]);
 *   await lab.close();
 */

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly reducedMotion?: boolean;
}

export interface Options {
  /** Folder to serve; `dist` unless told, here or by KMS_DIST. */
  readonly folder?: string;
  /** Headers to send; ours unless told, `{}` for a host that sends none. */
  readonly headers?: Record<string, string>;
  /** What follows the origin: `#/stage`. */
  readonly at?: string;
  readonly look?: Look;
  /** Runs in every page before its first line, from the first page on. */
  readonly before?: () => void;
}

export interface Finding {
  readonly rule: string;
  readonly impact: string;
  readonly where: readonly string[];
  readonly help: string;
}

/** As `npm test` sets it, or what is installed. */
async function launch(profile: string): Promise<BrowserContext> {
  const executablePath = await findBrowser();
  return chromium.launchPersistentContext(profile, {
    args: browserFlags,
    headless: true,
    viewport: { width: 1440, height: 900 },
    ...(executablePath === undefined ? {} : { executablePath }),
  });
}

async function processIdOf(context: BrowserContext): Promise<number> {
  const browser = context.browser();
  if (browser === null) throw new Error('the browser has gone');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const main = processInfo.find(({ type }) => type === 'browser');
  if (main === undefined) throw new Error('no browser process among those of the browser');
  return main.id;
}

export class LabInBrowser {
  /** URLs of every request of every page and worker, in order. */
  readonly requests: string[] = [];
  /** The same requests as Playwright knows them: by whom, and when. */
  readonly asks: Request[] = [];
  /** Errors of the console, uncaught exceptions, refusals by the policy. */
  readonly errors: string[] = [];
  /** Everything that page and worker wrote to the console. */
  readonly said: string[] = [];
  readonly #site: Awaited<ReturnType<typeof serve>>;
  readonly #profile: string;
  readonly #options: Options;
  #context: BrowserContext;
  #page: Page;
  /** Known ahead: `kill` must not wait for an answer of what it kills. */
  #processId = 0;

  static async open(options: Options): Promise<LabInBrowser> {
    const { folder = process.env['KMS_DIST'] ?? join(root, 'dist'), headers } = options;
    const site = await serve(folder, headers === undefined ? {} : { headers });
    const profile = await mkdtemp(join(tmpdir(), 'kms-lab-profile-'));
    const context = await launch(profile);
    const lab = new LabInBrowser(site, profile, options, context, await firstPage(context));
    await lab.#start();
    return lab;
  }

  private constructor(
    site: Awaited<ReturnType<typeof serve>>,
    profile: string,
    options: Options,
    context: BrowserContext,
    page: Page,
  ) {
    this.#site = site;
    this.#profile = profile;
    this.#options = options;
    this.#context = context;
    this.#page = page;
  }

  get page(): Page {
    return this.#page;
  }
  get context(): BrowserContext {
    return this.#context;
  }
  get origin(): string {
    return new URL(this.#site.url).origin;
  }

  async #start(): Promise<void> {
    this.#processId = await processIdOf(this.#context);
    this.#context.on('request', (request) => {
      this.requests.push(request.url());
      this.asks.push(request);
    });
    this.#context.on('page', (page) => this.#listen(page));
    this.#listen(this.#page);
    await this.look(this.#options.look ?? {});
    if (this.#options.before) await this.#context.addInitScript(this.#options.before);
    await this.goto(this.#options.at ?? '');
  }

  #listen(page: Page): void {
    page.on('console', (message) => {
      this.said.push(message.text());
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async goto(at: string): Promise<void> {
    await this.#page.goto(new URL(at, this.#site.url).href);
  }

  /** As on a fresh profile, without the seconds that a new browser takes: one new page, nothing of the origin kept. */
  async startOver(): Promise<void> {
    const old = this.#context.pages();
    this.#page = await this.#context.newPage();
    for (const page of old) await page.close();
    const session = await this.#context.newCDPSession(this.#page);
    await session.send('Storage.clearDataForOrigin', { origin: this.origin, storageTypes: 'all' });
    await session.detach();
    for (const list of [this.requests, this.asks, this.errors, this.said]) list.length = 0;
    await this.look(this.#options.look ?? {});
    await this.goto(this.#options.at ?? '');
  }

  /** Another tab of the same browser. */
  async newTab(at = ''): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(new URL(at, this.#site.url).href);
    return page;
  }

  async look({ width = 1440, height = 900, theme = 'light', reducedMotion = false }: Look): Promise<void> {
    await this.#page.setViewportSize({ width, height });
    await this.#page.emulateMedia({
      colorScheme: theme,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    });
  }

  /** Writes test-results/NAME-WIDTH-THEME.png, and answers its path. */
  async screenshot(name: string, look: Look = {}): Promise<string> {
    await this.look(look);
    const folder = join(root, 'test-results');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}-${look.width ?? 1440}-${look.theme ?? 'light'}.png`);
    await this.#page.screenshot({ path });
    return path;
  }

  /** What axe finds wrong on the page as it is. */
  async axe(): Promise<readonly Finding[]> {
    // Through the debugger, which the page's policy does not bind; once for each document, as it is half a megabyte.
    if (!(await this.#page.evaluate(`'axe' in globalThis`)))
      await this.#page.evaluate(`${axe.source}; undefined`);
    return this.#page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ['violations'],
      });
      return violations.map(({ id, impact, help, nodes }) => ({
        rule: id,
        impact: String(impact),
        help,
        where: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
      }));
    });
  }

  /** Waits until an expression holds in the page. (Playwright's waitForFunction evaluates text, which the policy forbids.) */
  async until(expression: string, timeoutMs = 30_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await this.#page.evaluate(`Boolean(${expression})`))) {
      if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${expression}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Requests that left the origin. */
  strangers(): readonly string[] {
    return this.requests.filter(
      (url) =>
        !url.startsWith(`${this.origin}/`) &&
        !url.startsWith(`blob:${this.origin}/`) &&
        !url.startsWith('data:'),
    );
  }

  /** Ends the browser process at once, as a crash or a power cut would. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((done) => this.#context.once('close', () => done()));
    process.kill(this.#processId, 'SIGKILL');
    await gone;
  }

  /** A new browser on the same profile and origin, after `kill` or `quit`. */
  async reopen(): Promise<void> {
    this.#context = await launch(this.#profile);
    this.#page = await firstPage(this.#context);
    await this.#start();
  }

  /** The host is gone; the page stays open. */
  async stopServing(): Promise<void> {
    await this.#site.close();
  }

  /** Closes the browser in good order; the profile stays. */
  async quit(): Promise<void> {
    await this.#context.close();
  }

  async close(): Promise<void> {
    await this.#context.close().catch(() => undefined);
    await this.#site.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function firstPage(context: BrowserContext): Promise<Page> {
  return context.pages()[0] ?? (await context.newPage());
}

export function openLab(options: Options = {}): Promise<LabInBrowser> {
  return LabInBrowser.open(options);
}
