import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex, utf8, type Bytes } from '../../engine/index.ts';
import type { Progress } from '../api.ts';
import { EnvelopeFault, openFrames, readHeader, sealFrames, type FileHeader } from './index.ts';
import { readHeaderBytes } from './header.ts';

const dataKey: Bytes = new Uint8Array(32).fill(7);
const header: FileHeader = {
  name: 'Grüße.txt',
  mediaType: 'text/plain',
  wrappedKey: Uint8Array.from({ length: 184 }, (_, i) => i),
  keyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  encryptionContext: { Project: 'Atlas', ['__proto__']: 'own' },
};
const tag = 16;
const MiB = 1024 * 1024;
/** Bytes that differ from place to place, fast to make. */
const plain = (length: number): Bytes => {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17) & 255;
  return bytes;
};
const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());
const seal = (body: Bytes, frameSize?: number, random?: (n: number) => Bytes) =>
  sealFrames({ header, body: new Blob([body]), dataKey, frameSize, random });
const open = async (sealed: Bytes, key = dataKey) =>
  bytesOf(await openFrames({ sealed: new Blob([sealed]), dataKey: key }));
const same = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0;

/** The fault with which a promise rejects. */
async function faultOf(promise: Promise<unknown>): Promise<EnvelopeFault> {
  const reason: unknown = await promise.then(
    () => new Error('it did not reject'),
    (cause: unknown) => cause,
  );
  if (reason instanceof EnvelopeFault) return reason;
  throw reason;
}
/** A sealed file of frames of 16 bytes, taken apart. */
async function pieces(length: number): Promise<{ start: Bytes; frames: Bytes[] }> {
  const sealed = await seal(plain(length), 16);
  const start = (await readHeaderBytes(sealed)).bytes;
  const rest = (await bytesOf(sealed)).slice(start.length);
  const frames = Array.from({ length: Math.ceil(rest.length / (16 + tag)) }, (_, i) =>
    rest.slice(i * 32, i * 32 + 32),
  );
  return { start, frames };
}

describe('sealing and opening', () => {
  it.each([0, 1, MiB - 1, MiB, MiB + 1, 5 * MiB, 5 * MiB + 12_345])(
    'gives back a file of %i bytes',
    async (length) => {
      const body = plain(length);
      const sealed = await seal(body);
      const start = await readHeaderBytes(sealed);
      expect(sealed.size).toBe(start.bytes.length + length + Math.max(1, Math.ceil(length / MiB)) * tag);
      const opened = await openFrames({ sealed, dataKey });
      expect(opened.type).toBe('text/plain');
      expect(same(await bytesOf(opened), body)).toBe(true);
    },
  );

  it('gives back any bytes at any frame size, and the ciphertext does not show them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 16, max: 130 }),
        async (body, frameSize) => {
          const bytes = Uint8Array.from(body);
          const sealed = await bytesOf(await seal(bytes, frameSize));
          expect(same(await open(sealed), bytes)).toBe(true);
          if (bytes.length >= 8) expect(toHex(sealed)).not.toContain(toHex(bytes));
        },
      ),
    );
  });

  it('shows the header without a key', async () => {
    const read = await readHeader(await seal(plain(40), 16, (n) => new Uint8Array(n).fill(9)));
    expect(read).toEqual({
      ...header,
      plaintextLength: 40,
      frameSize: 16,
      noncePrefix: new Uint8Array(8).fill(9),
    });
    expect(Object.entries(read.encryptionContext)).toEqual(Object.entries(header.encryptionContext));
  });

  it('is what an independent AES-256-GCM makes of nonce, associated data and frame', async () => {
    const { createCipheriv, createHash } = await import('node:crypto');
    const body = plain(40);
    const sealed = await seal(body, 16, (n) => new Uint8Array(n).fill(9));
    const { bytes } = await readHeaderBytes(sealed);
    const digest = createHash('sha256').update(bytes).digest();
    const frames = [0, 1, 2].map((frame) => {
      const cipher = createCipheriv(
        'aes-256-gcm',
        dataKey,
        Buffer.from([9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, frame]),
      );
      cipher.setAAD(Buffer.concat([digest, Buffer.from([0, 0, 0, frame, frame === 2 ? 1 : 0])]));
      return Buffer.concat([
        cipher.update(body.slice(frame * 16, frame * 16 + 16)),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
    });
    expect(toHex(await bytesOf(sealed))).toBe(toHex(bytes) + Buffer.concat(frames).toString('hex'));
  });

  it('takes another nonce for the next file under the same data key', async () => {
    const [a, b] = [await seal(plain(40)), await seal(plain(40))];
    expect(toHex((await readHeader(a)).noncePrefix)).not.toBe(toHex((await readHeader(b)).noncePrefix));
  });

  it('tells how far it is, up to the whole', async () => {
    const done: number[] = [];
    const onProgress = (p: Progress) => {
      expect(p.total).toBe(9 * MiB + 1);
      done.push(p.done);
    };
    const sealed = await sealFrames({ header, body: new Blob([plain(9 * MiB + 1)]), dataKey, onProgress });
    await openFrames({ sealed, dataKey, onProgress });
    expect(done).toEqual([4 * MiB, 8 * MiB, 9 * MiB + 1, 4 * MiB, 8 * MiB, 9 * MiB + 1]);
  });

  it('has a few frames in memory, never the whole file', async () => {
    let held = 0;
    let most = 0;
    // Counts the bytes that were read and whose frames are not yet given back.
    class Watched extends Blob {
      override slice(from = 0, to = this.size): Blob {
        const piece = super.slice(from, to);
        const read = piece.arrayBuffer.bind(piece);
        piece.arrayBuffer = async () => {
          held += piece.size;
          most = Math.max(most, held);
          return read();
        };
        return piece;
      }
      override arrayBuffer(): Promise<ArrayBuffer> {
        throw new Error('the whole file was read');
      }
    }
    const body = plain(30 * MiB);
    const onProgress = () => (held -= 4 * MiB);
    const sealed = await sealFrames({ header, body: new Watched([body]), dataKey, onProgress });
    const opened = await openFrames({ sealed: new Watched([sealed]), dataKey, onProgress });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(10 * MiB);
    expect(same(await bytesOf(opened), body)).toBe(true);
  });

  it('leaves the data key to its owner, and refuses one of another length', async () => {
    const mine = dataKey.slice();
    await sealFrames({ header, body: new Blob([plain(20)]), dataKey: mine });
    expect(mine).toEqual(dataKey);
    await expect(
      seal(plain(20), 16).then((sealed) => openFrames({ sealed, dataKey: new Uint8Array(16) })),
    ).rejects.toThrow('"dataKey" expected 32 bytes, got length=16');
  });

  it.each([0, 15, 1.5, 2 ** 25])('refuses a frame size of %s', async (size) => {
    await expect(seal(plain(20), size)).rejects.toThrow(/frameSize/);
  });
});

describe('what does not open, and where', () => {
  it('any bit of any byte flipped', async () => {
    const sealed = await bytesOf(await seal(plain(40), 16));
    const first = (await readHeaderBytes(new Blob([sealed]))).bytes.length;
    for (let i = 0; i < sealed.length; i++) {
      const flipped = sealed.map((byte, at) => (at === i ? byte ^ (1 << (i % 8)) : byte));
      const fault = await faultOf(open(flipped));
      if (i >= first) {
        expect(fault).toMatchObject({
          problem: 'frame',
          frame: Math.floor((i - first) / 32),
          offset: first + 32 * Math.floor((i - first) / 32),
        });
      }
    }
  });

  it('another key: the first frame', async () => {
    const { start, frames } = await pieces(40);
    const fault = await faultOf(open(concat(start, ...frames), new Uint8Array(32).fill(8)));
    expect(fault).toMatchObject({ problem: 'frame', frame: 0, offset: start.length });
    expect(fault.message).toContain('Frame 0');
  });

  it('every cut and every extension', async () => {
    for (const length of [0, 32, 40]) {
      const sealed = await bytesOf(await seal(plain(length), 16));
      for (let n = 0; n < sealed.length; n++) {
        const fault = await faultOf(open(sealed.slice(0, n)));
        expect(['notSealed', 'cut']).toContain(fault.problem);
        expect(fault.offset).toBeLessThanOrEqual(n);
      }
      expect(await faultOf(open(concat(sealed, Uint8Array.of(0))))).toMatchObject({
        problem: 'extended',
        offset: sealed.length,
      });
    }
  });

  it('a cut names the frame in which the file ends', async () => {
    const { start, frames } = await pieces(64);
    const cut = concat(start, ...frames.slice(0, 2), (frames[2] ?? start).slice(0, 5));
    expect(await faultOf(open(cut))).toMatchObject({ problem: 'cut', frame: 2, offset: cut.length });
  });

  it('frames in another order, left out, or doubled', async () => {
    const { start, frames } = await pieces(64);
    const [a, b, c, d] = frames as [Bytes, Bytes, Bytes, Bytes];
    expect(await faultOf(open(concat(start, b, a, c, d)))).toMatchObject({ problem: 'frame', frame: 0 });
    expect(await faultOf(open(concat(start, a, c, b, d)))).toMatchObject({ problem: 'frame', frame: 1 });
    expect(await faultOf(open(concat(start, a, a, c, d)))).toMatchObject({ problem: 'frame', frame: 1 });
    expect(await faultOf(open(concat(start, a, b, d)))).toMatchObject({ problem: 'cut', frame: 3 });
  });

  it('a header that claims fewer frames, with the file cut to match', async () => {
    const { start, frames } = await pieces(64);
    const text = Buffer.from(start.slice(12))
      .toString('utf8')
      .replace('"plaintextLength":64', '"plaintextLength":48');
    const lied = concat(start.slice(0, 12), utf8(text), ...frames.slice(0, 3));
    expect(await faultOf(open(lied))).toMatchObject({ problem: 'frame', frame: 0 });
  });

  it.each([
    ['the name', '"name":"Grüße.txt"', '"name":"Grüße.exe"'],
    ['the context', '"Atlas"', '"Atlat"'],
    ['the wrapped key', '"wrappedKey":"AAEC', '"wrappedKey":"AAED'],
    ['white space', '"mediaType":"text/plain"', '"mediaType": "text/plai"'],
  ])('a header with another value of %s', async (_name, from, to) => {
    const { start, frames } = await pieces(40);
    const text = Buffer.from(start.slice(12)).toString('utf8');
    expect(text).toContain(from);
    const changed = utf8(text.replace(from, to));
    expect(changed.length).toBe(start.length - 12);
    expect(await faultOf(open(concat(start.slice(0, 12), changed, ...frames)))).toMatchObject({
      problem: 'frame',
      frame: 0,
    });
  });

  it('a frame of another file under the same data key', async () => {
    const [one, two] = [await pieces(40), await pieces(40)];
    const mixed = concat(
      one.start,
      one.frames[0] ?? one.start,
      two.frames[1] ?? one.start,
      one.frames[2] ?? one.start,
    );
    expect(await faultOf(open(mixed))).toMatchObject({ problem: 'frame', frame: 1 });
  });

  const withJson = (json: string | Bytes): Bytes => {
    const body = typeof json === 'string' ? utf8(json) : json;
    return concat(utf8('KMSLABE'), Uint8Array.of(1, 0, 0, body.length >> 8, body.length), body);
  };
  const fields = {
    algorithm: 'AES-256-GCM',
    name: 'a',
    mediaType: '',
    plaintextLength: 0,
    frameSize: 16,
    noncePrefix: 'AAAAAAAAAAA=',
    keyArn: 'k',
    encryptionContext: {},
    wrappedKey: 'AA==',
  };
  const but = (change: object): Bytes => withJson(JSON.stringify({ ...fields, ...change }));
  it.each<[string, Bytes, string, RegExp]>([
    ['an empty file', new Uint8Array(0), 'notSealed', /not a file sealed/],
    ['another file', utf8('PK\x03\x04 and so on'), 'notSealed', /not a file sealed/],
    ['a later version', concat(utf8('KMSLABE'), Uint8Array.of(2)), 'version', /version 2/],
    [
      'a huge header',
      concat(utf8('KMSLABE'), Uint8Array.of(1, 255, 255, 255, 255)),
      'header',
      /claims 4294967295/,
    ],
    ['no JSON', withJson('{'), 'header', /not JSON/],
    ['no UTF-8', withJson(Uint8Array.of(0x22, 0xff, 0x22)), 'header', /not UTF-8/],
    ['no object', withJson('[]'), 'header', /not an object/],
    ['null', withJson('null'), 'header', /not an object/],
    ['another algorithm', but({ algorithm: 'AES-128-CBC' }), 'header', /algorithm/],
    ['no name', but({ name: undefined }), 'header', /name/],
    ['a negative length', but({ plaintextLength: -1 }), 'header', /plaintextLength/],
    ['a broken length', but({ plaintextLength: 1.5 }), 'header', /plaintextLength/],
    ['a length beyond all numbers', but({ plaintextLength: 1e300 }), 'header', /plaintextLength/],
    ['frames of nothing', but({ frameSize: 0 }), 'header', /frameSize/],
    ['frames without bound', but({ frameSize: 2 ** 40 }), 'header', /frameSize/],
    ['more frames than numbers', but({ plaintextLength: 2 ** 50 }), 'header', /counter/],
    ['a short nonce', but({ noncePrefix: 'AAAA' }), 'header', /noncePrefix/],
    ['a wrapped key that is no base64', but({ wrappedKey: '!' }), 'header', /base64/],
    ['a context with a number', but({ encryptionContext: { a: 1 } }), 'header', /encryptionContext/],
    ['a context that is a list', but({ encryptionContext: ['a'] }), 'header', /encryptionContext/],
  ])('%s', async (_name, file, problem, message) => {
    const fault = await faultOf(readHeader(new Blob([file])));
    expect(fault.problem).toBe(problem);
    expect(fault.message).toMatch(message);
    expect((await faultOf(open(file))).problem).toBe(problem);
  });

  it('reads the header that these broken ones are made from', async () => {
    expect((await readHeader(new Blob([but({})]))).name).toBe('a');
  });
});

describe('aborting', () => {
  it('rejects with the reason, before the start and half-way', async () => {
    const body = new Blob([plain(20 * MiB)]);
    const gone = AbortSignal.abort(new Error('not needed any more'));
    await expect(sealFrames({ header, body, dataKey, signal: gone })).rejects.toThrow('not needed any more');

    const sealed = await sealFrames({ header, body, dataKey });
    const controller = new AbortController();
    let reports = 0;
    const opening = openFrames({
      sealed,
      dataKey,
      signal: controller.signal,
      onProgress: () => {
        if (++reports === 2) controller.abort();
      },
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(reports).toBe(2);
  });
});
