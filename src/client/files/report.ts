import type { ImportReport } from '../api.ts';
import { FileFault } from './fault.ts';
import { newestVersion, readFile } from './read.ts';

/** What a file holds, or the place at which it is broken. Changes nothing. */
export async function importReport(file: Blob, passphrase?: string): Promise<ImportReport> {
  try {
    const { kind, worlds } = await readFile(file, passphrase);
    const versions = worlds.map(({ version }) => version);
    return {
      ok: true,
      kind,
      version: Math.min(...versions),
      migrated: versions.some((version) => version < newestVersion),
      worlds: worlds.map(({ name, about }) => ({ name, ...about })),
      protection: worlds.every(({ protection }) => protection === 'passphrase') ? 'passphrase' : 'none',
      bytes: file.size,
    };
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const { place, reason, passphrase: about } = error;
    return { ok: false, place, reason, ...(about === undefined ? {} : { passphrase: about }) };
  }
}
