import type { LinkReport } from '../api.ts';
import { contentsOf, decodeStory, LinkFault } from './format.ts';

/** What a link does when it is opened, or the place at which it is broken. Changes nothing. */
export async function linkReport(fragment: string): Promise<LinkReport> {
  try {
    return { ok: true, contents: contentsOf(await decodeStory(fragment)) };
  } catch (error) {
    if (!(error instanceof LinkFault)) throw error;
    return { ok: false, place: error.place, reason: error.reason };
  }
}
