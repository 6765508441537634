import { openFrames, sealFrames } from '../src/client/envelope/index.ts';
import {
  encryptionContextAad,
  materialIdentifier,
  openBlob,
  parseBlob,
  isBlobFault,
  sealBlob,
  sealGcm,
} from '../src/engine/crypto/index.ts';
import type { Bytes } from '../src/engine/index.ts';
import type { Suite } from './suite.ts';

/*
 * What our forms cost above the bare cipher: ratios, measured turn by turn in one run, because absolute figures say more
 * about the machine. Files against one call of WebCrypto over the whole file, blobs against one AES-256-GCM of 32 bytes.
 */

const MiB = 1024 * 1024;

/** Medians of two ways to do the same, taken in turns. */
async function inTurns(
  runs: number,
  ours: () => unknown,
  bare: () => unknown,
): Promise<{ readonly ours: number; readonly bare: number; readonly ratio: number }> {
  const times: { readonly ours: number[]; readonly bare: number[] } = { ours: [], bare: [] };
  const timed = async (run: () => unknown): Promise<number> => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
  const warmUp = Math.max(1, Math.ceil(runs / 10));
  for (let run = -warmUp; run < runs; run++) {
    const [a, b] = [await timed(ours), await timed(bare)];
    if (run < 0) continue;
    times.ours.push(a);
    times.bare.push(b);
  }
  const median = (of: number[]): number => of.sort((a, b) => a - b)[of.length >> 1] ?? Number.NaN;
  const [a, b] = [median(times.ours), median(times.bare)];
  return { ours: a, bare: b, ratio: a / b };
}

const filled = (length: number): Bytes => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

const suite: Suite = async (bench) => {
  const body = filled(50 * MiB);
  const blob = new Blob([body]);
  const dataKey = filled(32);
  const header = { name: 'a', mediaType: '', wrappedKey: filled(184), keyArn: 'a', encryptionContext: {} };
  const key = await crypto.subtle.importKey('raw', dataKey, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const oneShot = { name: 'AES-GCM', iv: filled(12) };

  const file = await inTurns(
    7,
    async () => {
      const sealed = await sealFrames({ header, body: blob, dataKey });
      const opened = await openFrames({ sealed, dataKey });
      if (opened.size !== body.length) throw new Error(`opened ${opened.size} bytes`);
    },
    async () => {
      // What a simpler page would do: the whole file in memory, twice.
      const sealed = new Blob([await crypto.subtle.encrypt(oneShot, key, await blob.arrayBuffer())]);
      const opened = new Blob([await crypto.subtle.decrypt(oneShot, key, await sealed.arrayBuffer())]);
      if (opened.size !== body.length) throw new Error(`opened ${opened.size} bytes`);
    },
  );
  bench.figure('seal and open a file of 50 MiB in frames', file.ours, 'ms');
  bench.figure('the same in one shot', file.bare, 'ms');
  bench.figure('file in frames / in one shot', file.ratio, '×');

  const material = filled(32);
  const plaintext = filled(32);
  const aad = encryptionContextAad({ Project: 'Atlas' });
  const [nonce, iv] = [filled(16), filled(12)];
  const materialId = materialIdentifier(filled(32));
  const seal = (): Bytes => sealBlob({ material, materialId, nonce, iv, plaintext, aad, kind: 'Encrypt' });
  const sealed = seal();
  const calls = 200;
  const many = (run: () => unknown) => (): void => {
    for (let call = 0; call < calls; call++) run();
  };
  const bare = many(() => sealGcm(material, iv, plaintext, aad));
  const sealing = await inTurns(30, many(seal), bare);
  bench.figure('seal one ciphertext blob of 32 bytes', (sealing.ours / calls) * 1000, 'µs');
  bench.figure('seal one blob / bare AES-256-GCM', sealing.ratio, '×');

  const opening = await inTurns(
    30,
    many(() => {
      const read = parseBlob(sealed);
      if (isBlobFault(read) || !openBlob({ blob: read, material, aad })) throw new Error('it did not open');
    }),
    bare,
  );
  bench.figure('parse and open one ciphertext blob of 32 bytes', (opening.ours / calls) * 1000, 'µs');
  bench.figure('parse and open one blob / bare AES-256-GCM', opening.ratio, '×');
};
export default suite;
