import { describe, expect, it } from 'vitest';
import { deedsOf, momentFile, momentHash, MomentFault, pairs, readMomentFile, readPlace } from './moment.ts';
import { reading } from './reading.ts';

const restOf = (hash: string) => hash.slice('#/stage/'.length);
const place = (read: () => unknown): string => {
  try {
    read();
  } catch (fault) {
    if (fault instanceof MomentFault) return fault.place;
    throw fault;
  }
  return 'nothing was refused';
};
const encoded = (json: string): string =>
  `wrapping?m=${btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;

describe('a moment', () => {
  it('goes into a link and a file, and comes back as it was', async () => {
    const moment = { at: 3, deeds: [[2, 'context', { app: 'Lohn Mürz' }]] };
    const { address, moment: read } = readPlace(restOf(momentHash('wrapping', moment)));
    expect(address).toBe('wrapping');
    expect(read instanceof MomentFault ? undefined : read?.value).toEqual({ v: 1, ...moment });
    const hash = await readMomentFile(new Blob([momentFile('key-life', moment)]));
    expect(hash).toBe(momentHash('key-life', moment));
  });

  it.each([
    ['no base64url', 'wrapping?m=%%%', 'm'],
    ['no JSON', encoded('{'), 'm'],
    ['another version', encoded('{"v":2,"at":0}'), '$.v'],
    ['no version', encoded('{"at":0}'), '$.v'],
    ['a list', encoded('[]'), '$'],
    ['no such scene', encoded('{"v":1}').replace('wrapping', 'nowhere'), 'scene'],
    ['too long', `wrapping?m=${'A'.repeat(4001)}`, 'm'],
  ])('a link with %s is refused at its place', (_, rest, at) => {
    const { moment } = readPlace(rest);
    expect(moment instanceof MomentFault ? moment.place : 'read').toBe(at);
  });

  it.each([
    ['not JSON', 'x', '$'],
    ['of another kind', '{"kind":"kms-lab.world"}', '$.kind'],
    ['of another version', '{"kind":"kms-lab.moment","v":9}', '$.v'],
    ['without a scene', '{"kind":"kms-lab.moment","v":1}', '$.scene'],
  ])('a file that is %s is refused at its place', async (_, text, at) => {
    await expect(readMomentFile(new Blob([text]))).rejects.toMatchObject({ name: 'MomentFault', place: at });
  });

  it('deeds and pairs name the place that does not fit', () => {
    const deeds = (value: unknown) =>
      place(() => deedsOf(reading(value), (kind) => kind.oneOf(['enableKey'])));
    expect(deeds('x')).toBe('$');
    expect(deeds([[0, 'enableKey'], 7])).toBe('$[1]');
    expect(deeds([[-1, 'enableKey']])).toBe('$[0][0]');
    expect(deeds([[0, 'destroyKey']])).toBe('$[0][1]');
    expect(deeds([[0, 'enableKey']])).toBe('nothing was refused');
    expect(place(() => pairs(reading({ a: 1 })))).toBe('$.a');
    expect(place(() => pairs(reading({ a: 'b'.repeat(257) })))).toBe('$.a');
    expect(pairs(reading(JSON.parse('{"__proto__":"x"}')))).toEqual(JSON.parse('{"__proto__":"x"}'));
  });
});
