// @ts-check
// What the shared runner (../shared/conformance/runner.mjs, contract at its top) needs of a lab. Built library only: this
// is also how the tests of other projects would use it.
// Imported by address, so that types can be checked before it has been built.
/** @type {typeof import('../../src/client/lab.ts')} */
const { createLab } = await import(new URL('../../dist-lib/index.js', import.meta.url).href);

/** @type {import('../../src/client/lab.ts').Lab | undefined} */
let lab;

function current() {
  if (!lab) throw new Error('"reset" has to make a lab before the first request');
  return lab;
}

/**
 * The runner keeps a handler across resets, so each request asks for the lab of the moment.
 * @param {{ principal: string, region: string }} who
 */
export const createHandler = ({ principal, region }) => ({
  /** @type {import('../../src/client/sdk/index.ts').RequestHandler['handle']} */
  handle: (request, options) => current().requestHandlerFor({ principal, region }).handle(request, options),
});

/**
 * A fresh lab with the principals of the cases, none of which has an identity policy. Throttling and propagation delay
 * are off, as FORMAT.md asks.
 * @param {{ account: string, account2: string, user1: string, user2: string, role1: string }} ctx
 */
export async function reset({ account, account2, user1, user2, role1 }) {
  await lab?.close();
  lab = await createLab({
    accounts: [{ id: account, principals: [user1, user2, role1].map((arn) => ({ arn })) }, { id: account2 }],
    throttling: false,
    propagation: false,
  });
}

/** @param {number} seconds */
export const advanceClock = (seconds) => current().advance({ seconds });

/** Synchronous, as the runner wants it. Before the first case there is no lab, and wall time will do. */
export const now = () => lab?.now() ?? new Date();

/** Proxies and clusters of custom key stores are simulated, and answer healthily unless the world says otherwise. */
export const capabilities = ['keystores'];
