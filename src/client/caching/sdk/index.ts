import { Buffer } from 'buffer';

/**
 * Loads the SDK. It takes Node's Buffer for granted, also in a browser, and asks for it while it is loaded: so it is there
 * before. Node has its own; a page gets one from now on.
 */
export function loadSdk() {
  (globalThis as { Buffer?: unknown }).Buffer ??= Buffer;
  return import('./program.ts');
}
