interface TrustedTypePolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (text: string) => string },
  ): { createScriptURL(text: string): object };
}

/** Where the service worker lies: beside the page, so that it may serve the whole of it, on any path. */
export const serviceWorkerUrl = (): string => new URL('sw.js', document.baseURI).href;

const factory = (globalThis as { trustedTypes?: TrustedTypePolicyFactory }).trustedTypes;
const policy = factory?.createPolicy('kms-lab-worker', {
  createScriptURL: (text) => {
    if (text.startsWith('blob:') || text === serviceWorkerUrl()) return text;
    throw new Error(`neither a blob: nor our service worker: ${text}`);
  },
});

/**
 * The page takes script URLs from this Trusted Types policy only: the one-line blob that starts the engine's worker, and
 * the service worker. Browsers without Trusted Types take the string.
 */
export const trusted = (url: string): string =>
  // TypeScript's DOM library does not know that Worker and register take a TrustedScriptURL.
  policy === undefined ? url : (policy.createScriptURL(url) as unknown as string);
