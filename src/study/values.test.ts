import { describe, expect, it } from 'vitest';
import {
  byteLengthIn,
  bytesOf,
  fill,
  generatedFile,
  memberOf,
  needsOf,
  NothingToUse,
  sameBytes,
} from './values.ts';

const filling = {
  variables: new Map<string, unknown>([
    ['keyArn', 'arn:aws:kms:us-east-1:111122223333:key/1'],
    ['blob', new Uint8Array([1, 2])],
  ]),
  file: () => generatedFile(10_000),
};

describe('values of scenario data', () => {
  it('a whole variable keeps its type, one inside a text becomes text', async () => {
    expect(await fill('${blob}', filling)).toBe(filling.variables.get('blob'));
    expect(await fill({ a: ['on ${keyArn}!'] }, filling)).toEqual({
      a: ['on arn:aws:kms:us-east-1:111122223333:key/1!'],
    });
    await expect(fill('on ${blob}', filling)).rejects.toThrow('"blob" is no text');
    await expect(fill('${dataKey}', filling)).rejects.toThrow(NothingToUse);
  });

  it('forms become bytes, and a policy becomes JSON text with its variables filled in', async () => {
    expect(await fill({ $utf8: 'é' }, filling)).toEqual(new Uint8Array([0xc3, 0xa9]));
    expect(await fill({ $base64: 'AAEC' }, filling)).toEqual(new Uint8Array([0, 1, 2]));
    expect(await fill({ $random: 7 }, filling)).toHaveLength(7);
    expect(await fill({ $file: 'f', from: 9_000, byteLength: 4096 }, filling)).toHaveLength(1_000);
    expect(await fill({ $json: { Resource: '${keyArn}' } }, filling)).toBe(
      '{"Resource":"arn:aws:kms:us-east-1:111122223333:key/1"}',
    );
  });

  it('knows what a value needs, and which forms are wrong', () => {
    const needs = needsOf({ a: '${x}', b: [{ $json: { c: 'to ${y}' } }, { $file: 'film' }] });
    expect([...needs.variables]).toEqual(['x', 'y']);
    expect([...needs.files]).toEqual(['film']);
    expect(needs.faults).toEqual([]);
    for (const wrong of [
      { $hex: '00' },
      { $utf8: 1 },
      { $utf8: 'a', b: 1 },
      { $base64: '*' },
      { $random: 0 },
      { $file: 'f', at: 1 },
    ])
      expect(needsOf(wrong).faults).toHaveLength(1);
  });

  it('reads members of an answer and counts the bytes of a request', () => {
    expect(memberOf({ KeyMetadata: { Arn: 'a' } }, 'KeyMetadata.Arn')).toBe('a');
    expect(memberOf({ KeyMetadata: 'x' }, 'KeyMetadata.Arn')).toBeUndefined();
    expect(byteLengthIn({ a: new Uint8Array(3), b: [{ c: new Uint8Array(4) }], d: 'text' })).toBe(7);
  });
});

describe('generated files', () => {
  it('have their size and no run of equal bytes', async () => {
    const file = generatedFile(50_000_000);
    expect(file.size).toBe(50_000_000);
    const head = await bytesOf(file.slice(0, 4096));
    expect(new Set(head).size).toBeGreaterThan(200);
  });

  it('one changed byte at the very end is a difference', async () => {
    const file = generatedFile((1 << 20) + 5);
    const bytes = await bytesOf(file);
    expect(await sameBytes(file, new Blob([bytes]))).toBe(true);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(await sameBytes(file, new Blob([bytes]))).toBe(false);
    expect(await sameBytes(file, file.slice(1))).toBe(false);
  });
});
