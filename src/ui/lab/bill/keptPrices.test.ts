import { describe, expect, it } from 'vitest';
import { loadAround } from '../../../client/index.ts';
import { pricesText, readPrices } from './keptPrices.ts';

const { listPrices: list, pricesIn } = await loadAround();
const text = (change: object): string => JSON.stringify({ ...JSON.parse(pricesText(list)), ...change });

describe('prices in a file', () => {
  it('come back as they were given away, with their date and those of a Region', () => {
    const edited = {
      ...list,
      asOf: '2027-01-02',
      source: 'our contract',
      keyMonth: 0.8,
      requests: { ...list.requests, symmetric: 0.02 },
      regions: { 'eu-south-1': { keyMonth: 1.2 } },
    };
    const read = readPrices(pricesText(edited), list);
    expect(read).toEqual(edited);
    if (typeof read === 'string') throw new Error(read);
    expect(pricesIn(read, 'eu-south-1').keyMonth).toBe(1.2);
    expect(pricesIn(read, 'us-east-1').keyMonth).toBe(0.8);
  });

  it.each([
    ['no JSON', '{', '$'],
    ['another file', '{"entries":[]}', '$.kind'],
    ['a newer version', text({ version: 2 }), '$.version'],
    ['no date', text({ asOf: undefined }), '$.asOf'],
    ['a price below nothing', text({ keyMonth: -1 }), '$.keyMonth'],
    ['a price in words', text({ requests: { symmetric: '3 cents' } }), '$.requests.symmetric'],
    ['a Region that is none', text({ regions: { __proto__x: {} } }), '$.regions.__proto__x'],
    [
      'a price of a Region',
      text({ regions: { 'us-east-1': { hsmHour: null } } }),
      '$.regions.us-east-1.hsmHour',
    ],
  ])('%s is refused with its place', (_name, file, place) => {
    expect(readPrices(file, list)).toBe(place);
  });

  it('what the list does not know is not taken', () => {
    const read = readPrices(text({ extra: 1, requests: { symmetric: 0.5, gold: 9 } }), list);
    expect(read).toEqual({ ...list, requests: { ...list.requests, symmetric: 0.5 } });
  });
});
