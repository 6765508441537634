import workerUrl from './worker.ts?worker&url';

/**
 * Starts the engine's worker so that the page's policy holds in it, on any host. A worker started from a URL follows only the
 * headers of that URL, and static hosts send none; one started from a blob inherits the policy of the page, `<meta>` included
 * (HTML, "initialize a worker global scope's policy container"; CSP 3 §4.2). So a one-line blob imports the real module.
 */
export function startWorker(): Worker {
  const module = new URL(workerUrl, import.meta.url).href;
  const source = new Blob([`import ${JSON.stringify(module)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(source);
  const worker = new Worker(trusted(url), { type: 'module', name: 'kms-lab' });
  // Its first message says that the blob has been read.
  worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/** The policy allows script URLs from this Trusted Types policy only. Browsers without Trusted Types take the string. */
function trusted(url: string): string {
  const factory = (globalThis as { trustedTypes?: TrustedTypePolicyFactory }).trustedTypes;
  if (factory === undefined) return url;
  const policy = factory.createPolicy('kms-lab-worker', {
    createScriptURL: (text) => {
      if (!text.startsWith('blob:')) throw new Error(`not a blob: ${text}`);
      return text;
    },
  });
  return policy.createScriptURL(url) as unknown as string;
}
interface TrustedTypePolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (text: string) => string },
  ): { createScriptURL(text: string): object };
}
