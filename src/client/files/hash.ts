import { sha256 } from '@noble/hashes/sha2.js';
import { tableOf, toHex, utf8, type Rec, type Ref } from '../../engine/index.ts';
import { canonical } from './codec.ts';

/**
 * SHA-256 over the records in the order of their refs, in hex. How a domain key is wrapped is left out: that depends on the
 * device, and is another one after every move, while the key is the same.
 */
export function worldHash(records: ReadonlyMap<Ref, Rec>): string {
  const hash = sha256.create();
  for (const ref of [...records.keys()].sort()) {
    const rec = records.get(ref);
    const counted = tableOf(ref) === 'domainKey' ? { ...rec, wrapped: undefined } : rec;
    hash.update(utf8(`${ref}\n${canonical(counted)}\n`));
  }
  return toHex(new Uint8Array(hash.digest()));
}

export const hashOfText = (text: string): string => toHex(new Uint8Array(sha256(utf8(text))));
