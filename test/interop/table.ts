import { randomBytes } from 'node:crypto';
import type { Bytes } from '../../src/engine/index.ts';
import { rows } from './ours.ts';
import { Lacks, type Pair, type Row, type Side } from './side.ts';

/*
 * Every algorithm of every key spec with other software, both ways: what is made here is taken there, and what is made
 * there is taken here, keys included. A cell is good, or empty with the reason that the other side gave, or wrong.
 */

export type Outcome =
  | { readonly kind: 'works' }
  | { readonly kind: 'lacks'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly why: string };

export interface Cell {
  readonly row: Row;
  readonly side: string;
  /** `to`: made here, taken there. */
  readonly to: Outcome;
  readonly from: Outcome;
}

const bytes = (n: number): Bytes => Uint8Array.from(randomBytes(n));
function same(found: Bytes, expected: Bytes): void {
  if (Buffer.compare(found, expected) !== 0)
    throw new Error(
      `${Buffer.from(found).toString('hex')} instead of ${Buffer.from(expected).toString('hex')}`,
    );
}
function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Made by `maker`, taken by `taker`. */
async function oneWay(row: Row, maker: Side, taker: Side): Promise<void> {
  switch (row.use) {
    case 'sign': {
      // A digest of 64 bytes where KMS takes one, mu for the lattices; any message else.
      const message = bytes(64);
      const key = await maker.pair(row);
      const signature = await maker.sign(row, key.private, message);
      holds(await taker.verify(row, key.public, message, signature), 'a good signature is refused');
      holds(!(await taker.verify(row, key.public, bytes(64), signature)), 'a wrong signature is taken');
      return;
    }
    case 'encrypt': {
      const key = await taker.pair(row);
      const plaintext = bytes(100);
      return same(
        await taker.decrypt(row, key.private, await maker.encrypt(row, key.public, plaintext)),
        plaintext,
      );
    }
    case 'agree': {
      const [mine, theirs] = [await maker.pair(row), await taker.pair(row)];
      return same(
        await taker.agree(row, theirs.private, mine.public),
        await maker.agree(row, mine.private, theirs.public),
      );
    }
    case 'mac': {
      const [key, message] = [bytes(48), bytes(300)];
      return same(await taker.mac(row, key, message), await maker.mac(row, key, message));
    }
    case 'encapsulate': {
      const key = await taker.pair(row);
      const { ciphertext, secret } = await maker.encapsulate(row, key.public);
      return same(await taker.decapsulate(row, key.private, ciphertext), secret);
    }
    case 'wrap': {
      const key = await taker.pair(row);
      const material = bytes(120);
      return same(
        await taker.unwrap(row, key.private, await maker.wrap(row, key.public, material)),
        material,
      );
    }
    case 'seal': {
      const key = bytes(row.algorithm.startsWith('AES') ? 32 : 16);
      const [iv, plaintext, aad] = [bytes(12), bytes(100), bytes(20)];
      const sealed = await maker.seal(row, key, iv, plaintext, aad);
      return same(await taker.open(row, key, iv, sealed, aad), plaintext);
    }
    default:
      row.use satisfies never;
  }
}

async function outcome(row: Row, maker: Side, taker: Side): Promise<Outcome> {
  try {
    await oneWay(row, maker, taker);
    return { kind: 'works' };
  } catch (error) {
    if (error instanceof Lacks) return { kind: 'lacks', reason: error.message };
    return { kind: 'wrong', why: error instanceof Error ? error.message : String(error) };
  }
}

/** One pair for each kind of key: a big RSA key takes seconds. */
function keeping(side: Side): Side {
  const pairs = new Map<string, Promise<Pair>>();
  return {
    ...side,
    pair(row) {
      const name = row.spec.startsWith('RSA_') ? row.spec : `${row.spec} ${row.algorithm}`;
      const pair = pairs.get(name) ?? side.pair(row);
      pairs.set(name, pair);
      return pair;
    },
  };
}

/** @param asked all rows unless told */
export async function interoperation(
  ours: Side,
  others: readonly Side[],
  asked: readonly Row[] = rows,
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const kept = others.map(keeping);
  for (const row of asked)
    for (const side of kept)
      cells.push({
        row,
        side: side.name,
        to: await outcome(row, ours, side),
        from: await outcome(row, side, ours),
      });
  return cells;
}

/** The table as text: an arrow for each direction that works, then the reasons of the empty cells. */
export function printed(cells: readonly Cell[], sides: readonly Side[]): string {
  const reasons: string[] = [];
  const mark = (one: Outcome, arrow: string): string => {
    if (one.kind === 'works') return arrow;
    if (one.kind === 'wrong') return `WRONG (${one.why})`;
    if (!reasons.includes(one.reason)) reasons.push(one.reason);
    return String(reasons.indexOf(one.reason) + 1);
  };
  const shown = ({ to, from }: Cell): string => {
    const [there, back] = [mark(to, '→'), mark(from, '←')];
    return there === back ? `– ${there}` : `${there} ${back}`;
  };
  const lines = rows.map((row) => {
    const own = sides.map(({ name }) => {
      const cell = cells.find((one) => one.row === row && one.side === name);
      return (cell ? shown(cell) : '').padEnd(18);
    });
    return `${row.spec.padEnd(22)} ${row.algorithm.padEnd(30)} ${own.join('')}`.trimEnd();
  });
  const works = cells.flatMap(({ to, from }) => [to, from]).filter(({ kind }) => kind === 'works').length;
  return [
    ...sides.map(({ name, about }) => `${name}: ${about}`),
    '→ made here and taken there   ← made there and taken here   – the other side lacks it, for the reason below',
    '',
    `${'key spec'.padEnd(22)} ${'algorithm'.padEnd(30)} ${sides.map(({ name }) => name.padEnd(18)).join('')}`.trimEnd(),
    ...lines,
    '',
    ...reasons.map((reason, i) => `${i + 1}  ${reason}`),
    '',
    `${rows.length} algorithms, ${works} of ${2 * cells.length} directions work`,
  ].join('\n');
}
