import { describe, expect, it } from 'vitest';
import { nodeSide } from './nodeSide.ts';
import { hasOpenssl, opensslSide } from './opensslSide.ts';
import { ours, rows } from './ours.ts';
import { interoperation, printed, type Cell, type Outcome } from './table.ts';

const lab = ours(nodeSide);
const outcomes = ({ to, from }: Cell): readonly Outcome[] => [to, from];

describe('other software takes what is made here, and the other way round', () => {
  it('every algorithm of every key spec has a row', () => {
    expect(new Set(rows.map(({ spec }) => spec)).size).toBe(20);
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each([nodeSide, ...(hasOpenssl ? [opensslSide] : [])])('$name', { timeout: 180_000 }, async (side) => {
    const cells = await interoperation(lab, [side]);
    const wrong = cells.filter((cell) => outcomes(cell).some(({ kind }) => kind === 'wrong'));
    expect(wrong, printed(cells, [side])).toEqual([]);
    // Empty is only what is of a kind that this side is known to lack in some version.
    const empty = cells.filter((cell) => outcomes(cell).some(({ kind }) => kind === 'lacks'));
    const known =
      side === nodeSide
        ? /^(SM2 SM2|ML_|ECC_NIST_EDWARDS25519 ED25519_PH|SYMMETRIC_DEFAULT SM4)/
        : /^(SM2 ECDH|ML_|ECC_NIST_EDWARDS25519 ED25519_PH|SYMMETRIC_DEFAULT)/;
    expect(
      empty.map(({ row }) => `${row.spec} ${row.algorithm}`).filter((name) => !known.test(name)),
    ).toEqual([]);
  });

  it('the table can fail: a side that signs something else is caught in its direction', async () => {
    const liar = { ...nodeSide, name: 'liar', mac: async () => new Uint8Array(32) };
    const macs = rows.filter(({ use }) => use === 'mac');
    const cells = await interoperation(lab, [liar], macs);
    const wrong = cells.filter((cell) => outcomes(cell).some(({ kind }) => kind === 'wrong'));
    expect(wrong.map(({ row }) => row.use)).toEqual(['mac', 'mac', 'mac', 'mac']);
    expect(printed(cells, [liar])).toContain('WRONG');
  });
});
