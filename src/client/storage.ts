import type { Kept, StorageReport, Writer } from './api.ts';

/** What the browser says about the room that this page has. */
export async function storageReport(kept: Kept, tabs: boolean, writer: Writer): Promise<StorageReport> {
  const storage = (globalThis as { readonly navigator?: { readonly storage?: Partial<StorageManager> } })
    .navigator?.storage;
  const [estimate, persisted] = await Promise.all([
    storage?.estimate?.().catch(() => undefined),
    storage?.persisted?.().catch(() => false),
  ]);
  return {
    ...kept,
    usage: estimate?.usage,
    quota: estimate?.quota,
    persisted: persisted ?? false,
    tabs,
    writer,
    private: 'unknown',
  };
}
