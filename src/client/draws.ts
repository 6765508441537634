import { uuidFrom, type Bytes, type Random } from '../engine/index.ts';

/** Fresh bytes of the platform, for free worlds. */
export const platformRandom: Random = (n) => {
  const bytes = new Uint8Array(n);
  // The platform gives at most 65,536 bytes at once (Web Cryptography API §10.1.1).
  for (let at = 0; at < n; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

/** The draws of one step, kept while it runs, so that a second attempt gets the same ones. In memory only. */
export class ReplayableDraws {
  readonly #source: Random;
  readonly #drawn: Bytes[] = [];
  #next = 0;

  constructor(source: Random) {
    this.#source = source;
  }

  readonly random: Random = (n) => {
    const again = this.#drawn[this.#next];
    if (again && again.length !== n) {
      throw new Error(
        `A step that ran again drew ${n} bytes where it had drawn ${again.length}: it is not pure.`,
      );
    }
    const bytes = again ?? this.#source(n);
    if (!again) this.#drawn.push(bytes);
    this.#next += 1;
    return bytes.slice(); // the step owns what it draws, and may wipe it
  };

  readonly uuid = (): string => uuidFrom(this.random);

  /** Before another attempt. */
  rewind(): void {
    this.#next = 0;
  }

  /** After the step: its draws open what it made. */
  wipe(): void {
    for (const bytes of this.#drawn) bytes.fill(0);
    this.#drawn.length = 0;
  }
}
