import { uuidFrom, type Bytes, type KeyPair, type KeySpec, type Random } from '../engine/index.ts';
import { platformPair, type PairMaker } from './keyPairs.ts';

/** A step draws a few bytes several times, and each question to the platform costs more than the bytes. */
const pool = new Uint8Array(4096);
let used = pool.length;

/** Fresh bytes of the platform, for free worlds. What has left the pool is wiped there. */
export const platformRandom: Random = (n) => {
  if (n > 256) return straightRandom(n);
  if (used + n > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + n);
  pool.fill(0, used, (used += n));
  return bytes;
};

function straightRandom(n: number): Bytes {
  const bytes = new Uint8Array(n);
  // The platform gives at most 65,536 bytes at once (Web Cryptography API §10.1.1).
  for (let at = 0; at < n; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** A name that nobody else has. `crypto.randomUUID` is there in secure contexts only; a page from a file has none. */
export const freshName = (): string => uuidFrom(platformRandom);

/** The draws of one step, kept while it runs, so that a second attempt gets the same ones. In memory only. */
export class ReplayableDraws {
  readonly #source: Random;
  readonly #makePair: PairMaker;
  readonly #drawn: Bytes[] = [];
  readonly #pairs: { readonly spec: KeySpec; readonly pair: KeyPair }[] = [];
  #next = 0;
  #nextPair = 0;

  /** @param prepared a pair made before the step, for the first that it asks for of this spec. */
  constructor(
    source: Random,
    makePair: PairMaker = platformPair,
    prepared?: { readonly spec: KeySpec; readonly pair: KeyPair },
  ) {
    this.#source = source;
    this.#makePair = makePair;
    if (prepared) this.#pairs.push(prepared);
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

  readonly keyPair = async (spec: KeySpec): Promise<KeyPair> => {
    const seed = this.random(32); // drawn also when the pair is there already: the draws after it stay the same
    const at = this.#nextPair;
    this.#nextPair += 1;
    let made = this.#pairs[at];
    if (made?.spec !== spec) {
      made = { spec, pair: await this.#makePair(spec, seed) };
      this.#pairs[at] = made;
    }
    // The step owns what it draws, and may wipe it.
    return { private: made.pair.private.slice(), public: made.pair.public.slice() };
  };

  /** Before another attempt. */
  rewind(): void {
    this.#next = 0;
    this.#nextPair = 0;
  }

  /** After the step: its draws open what it made. */
  wipe(): void {
    for (const bytes of this.#drawn) bytes.fill(0);
    this.#drawn.length = 0;
    for (const { pair } of this.#pairs) pair.private.fill(0);
    this.#pairs.length = 0;
  }
}
