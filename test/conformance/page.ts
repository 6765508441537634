import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { browserFlags, findBrowser } from '../../scripts/browser.mjs';
import { root } from '../../scripts/install.mjs';
import { serve } from '../../scripts/serve.mjs';
import { connectLab, openLab, type LabApi, type PortLike, type WorldApi } from '../../src/client/index.ts';
import { createRequestHandler, type CallTaker, type RequestHandler } from '../../src/client/sdk/index.ts';
import { parseRegion, type PrincipalArn } from '../../src/engine/index.ts';

/*
 * The lab of the built page for the shared runner, which stays in Node: a Chromium with a profile of its own, the page as
 * it is served, its worker, its IndexedDB. Node holds the SDK's door (JSON, errors) and one end of the line that the page's
 * own client has; every case is a world of its own, kept on disk and opened in the page.
 */

/** What structured cloning carries and JSON does not. A file goes as `{ wholeFile }`, its text. */
type Tagged = readonly ['bytes' | 'date' | 'blob' | 'list', unknown];

/** Values as JSON, in Node and in the page alike: each side has its own copy of these two, the page by text. */
const toText = (value: unknown): unknown => {
  if (value instanceof Uint8Array) {
    let text = '';
    for (const byte of value) text += String.fromCharCode(byte);
    return ['bytes', btoa(text)] satisfies Tagged;
  }
  if (value instanceof Date) return ['date', value.getTime()] satisfies Tagged;
  if (Array.isArray(value)) return ['list', value.map(toText)] satisfies Tagged;
  if (typeof value !== 'object' || value === null) return value;
  if ('wholeFile' in value) return ['blob', value.wholeFile] satisfies Tagged;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toText(member)]));
};
const fromText = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const [tag, held] = value as unknown as Tagged;
    if (tag === 'date') return new Date(Number(held));
    if (tag === 'list') return (held as unknown[]).map(fromText);
    if (tag === 'blob') return new Blob([String(held)]);
    return Uint8Array.from(atob(String(held)), (char) => char.charCodeAt(0));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromText(member)]));
};

/** Numbers of our requests lie beyond those of the page's own client, which leaves their answers alone. */
const ours = 1_000_000_000;

/** Runs in the page before its first line: keeps its worker at hand. */
const keepWorker = `{
  const toText = ${toText.toString()};
  const fromText = ${fromText.toString()};
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (data?.id >= ${ours}) globalThis.conformanceHears(JSON.stringify(toText(data)));
      });
      globalThis.conformanceAsk = (text) => this.postMessage(fromText(JSON.parse(text)));
    }
  };
}`;

async function portTo(page: Page): Promise<PortLike> {
  const listeners = new Set<(event: MessageEvent) => void>();
  await page.exposeFunction('conformanceHears', (text: string) => {
    const message = fromText(JSON.parse(text)) as { readonly id: number };
    const data = { ...message, id: message.id - ours };
    for (const listener of listeners) listener(new MessageEvent('message', { data }));
  });
  return {
    postMessage(message) {
      const { id = 0 } = message as { readonly id?: number };
      const text = JSON.stringify(toText({ ...(message as object), id: id + ours }));
      page
        .evaluate(
          (given) => (globalThis as unknown as { conformanceAsk(text: string): void }).conformanceAsk(given),
          text,
        )
        .catch(() => undefined);
    },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  };
}

export interface Principals {
  readonly account: string;
  readonly account2: string;
  readonly user1: string;
  readonly user2: string;
  readonly role1: string;
}

/** The file of a world in which nothing but those principals is: made once, imported for every case. */
async function worldFile({ account, account2, user1, user2, role1 }: Principals): Promise<string> {
  const lab = await openLab({ store: 'memory' });
  const world = await lab.sandbox({
    accounts: [{ id: account, principals: [user1, user2, role1].map((arn) => ({ arn })) }, { id: account2 }],
    switches: { throttling: false, propagation: false },
  });
  const { blob } = await world.exportFile();
  await lab.close();
  return blob.text();
}

export class LabInPage {
  readonly #lab: LabApi;
  readonly #file: string;
  #world: WorldApi | undefined;
  /** How far virtual time is ahead of the wall clock. */
  #ahead = 0;

  private constructor(lab: LabApi, file: string) {
    this.#lab = lab;
    this.#file = file;
  }

  /** @param folder the built page */
  static async open(folder: string, principals: Principals): Promise<LabInPage> {
    const executablePath = await findBrowser();
    if (executablePath === undefined) throw new Error('no Chromium found; CHROME_PATH may name one');
    const site = await serve(folder);
    const profile = mkdtempSync(join(tmpdir(), 'kms-lab-conformance-'));
    // The runner ends the process; the browser ends with it, and then its profile.
    process.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
    const context = await chromium.launchPersistentContext(profile, { executablePath, args: browserFlags });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.addInitScript(keepWorker);
    const port = await portTo(page);
    await page.goto(site.url);
    await page.getByRole('main').waitFor();
    return new LabInPage(await connectLab(port), await worldFile(principals));
  }

  /** A world for one case, kept in IndexedDB and open in the page; the one before is gone for good. */
  async reset(): Promise<void> {
    // The bridge makes a Blob of it in the page.
    const [made] = await this.#lab.importFile({ wholeFile: this.#file } as unknown as Blob);
    if (!made) throw new Error('the import made no world');
    const before = this.#world?.id;
    this.#world = await this.#lab.openWorld(made.id);
    if (before !== undefined) {
      await this.#lab.deleteWorld(before);
      await this.#lab.purgeWorld(before);
    }
    await this.#readClock();
  }

  get #open(): WorldApi {
    if (!this.#world) throw new Error('"reset" has to open a world before the first request');
    return this.#world;
  }

  async #readClock(): Promise<void> {
    const { at } = await this.#open.now();
    this.#ahead = at - Date.now();
  }

  async advance(seconds: number): Promise<void> {
    await this.#open.advance({ seconds });
    await this.#readClock();
  }

  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  requestHandlerFor({ principal, region }: { principal: string; region: string }): RequestHandler {
    const taker = {
      handle: ({ operation, input, region: where, caller }: Parameters<CallTaker['handle']>[0]) => {
        if (caller.kind !== 'principal') throw new Error('only principals call here');
        return this.#open.call({
          operation,
          input: input as Readonly<Record<string, unknown>>, // decoded by the door
          principal: caller.arn,
          region: where,
        });
      },
    };
    return createRequestHandler(() => taker, {
      principal: principal as PrincipalArn,
      region: parseRegion(region),
    });
  }
}

/** The page that is asked. @public to pageHandler.mjs, which loads this file by its path. */
export const builtPage = process.env['KMS_DIST'] ?? join(root, 'dist');
