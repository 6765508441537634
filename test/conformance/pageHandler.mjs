// @ts-check
// The shared runner's handler (contract at its top) for the lab in the built page: see page.ts.
import { createServer } from 'vite';
import { root } from '../../scripts/install.mjs';

// Left open: parts of the client are imported only when something asks for them. The runner ends the process.
const vite = await createServer({
  configFile: false,
  root,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
/** @type {typeof import('./page.ts')} */
// The module loader answers records of any shape; the file is TypeScript, which Node alone does not load.
const module = /** @type {any} */ (await vite.ssrLoadModule('/test/conformance/page.ts'));

/** @type {import('./page.ts').LabInPage | undefined} */
let page;

function current() {
  if (!page) throw new Error('"reset" has to open the page before the first request');
  return page;
}

/**
 * The runner keeps a handler across resets, so each request asks for the world of the moment.
 * @param {{ principal: string, region: string }} who
 */
export const createHandler = (who) => ({
  /** @type {import('../../src/client/sdk/index.ts').RequestHandler['handle']} */
  handle: (request, options) => current().requestHandlerFor(who).handle(request, options),
});

/** @param {import('./page.ts').Principals} principals */
export async function reset(principals) {
  page ??= await module.LabInPage.open(module.builtPage, principals);
  await page.reset();
}

/** @param {number} seconds */
export const advanceClock = (seconds) => current().advance(seconds);

/** Synchronous, as the runner wants it. Before the first case there is no page, and wall time will do. */
export const now = () => page?.now() ?? new Date();

export const capabilities = ['keystores'];
