import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const sliceLength = 1 << 20;

/** SHA-256 of a file of any size, a slice at a time: WebCrypto would want the whole of it in memory. */
export async function sha256OfBlob(blob: Blob): Promise<string> {
  const hash = sha256.create();
  for (let from = 0; from < blob.size; from += sliceLength) {
    hash.update(new Uint8Array(await blob.slice(from, from + sliceLength).arrayBuffer()));
  }
  return bytesToHex(hash.digest());
}
