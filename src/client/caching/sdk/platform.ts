import { Buffer } from 'buffer';

/*
 * The Encryption SDK takes Node's Buffer for granted, also in a browser. Imported before it: it asks while it is loaded.
 */
(globalThis as { Buffer?: unknown }).Buffer ??= Buffer; // Node has its own; a page gets one when this is loaded
