import { describe, expect, it } from 'vitest';
import type { TrailEvent } from '../engine/index.ts';
import { TrailSoFar } from './trailSoFar.ts';

const event = (eventID: string) => ({ eventID }) as TrailEvent; // nothing else is looked at

describe('the trail of a world for its steps', () => {
  it('is read once, and is the same list as long as it only grows', async () => {
    const soFar = new TrailSoFar();
    let reads = 0;
    const whole = () => Promise.resolve([event(`read ${(reads += 1)}`)]);
    soFar.add([event('before anybody asked')]);
    const list = await soFar.read(whole);
    soFar.add([event('a'), event('b')]);
    expect(await soFar.read(whole)).toBe(list);
    expect(list.map(({ eventID }) => eventID)).toEqual(['read 1', 'a', 'b']);
    soFar.forget();
    const other = await soFar.read(whole);
    expect(other).not.toBe(list);
    expect(other.map(({ eventID }) => eventID)).toEqual(['read 2']);
    expect(list).toHaveLength(3);
  });

  it('what was being read while it was given up is not kept', async () => {
    const soFar = new TrailSoFar();
    let arrive: (events: readonly TrailEvent[]) => void = () => undefined;
    const reading = soFar.read(() => new Promise((resolve) => (arrive = resolve)));
    soFar.forget();
    arrive([event('old')]);
    expect(await reading).toHaveLength(1);
    expect(await soFar.read(() => Promise.resolve([event('new')]))).toEqual([event('new')]);
  });
});
