import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { MemoryStudyStore, openStudyStore, type StudyStore } from './study.ts';

const kinds: readonly (readonly [string, () => Promise<StudyStore>])[] = [
  ['memory', () => Promise.resolve(new MemoryStudyStore())],
  ['indexeddb', () => openStudyStore(`study ${Math.random()}`)],
];

describe.each(kinds)('what a learner did is kept: %s', (kind, open) => {
  it('adds, never rewrites, answers in the order of ids', async () => {
    const store = await open();
    expect(store.kind).toBe(kind);
    await store.add([{ id: 'b' }, { id: 'a' }]);
    await store.add([Object.assign({ id: 'a' }, { other: true }), { id: 'c' }]);
    expect(await store.rows()).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    await store.close();
  });

  it('keeps named values and forgets them', async () => {
    const store = await open();
    await store.keep('exam', { at: 3 });
    expect(await store.kept('exam')).toEqual({ at: 3 });
    await store.keep('exam', undefined);
    expect(await store.kept('exam')).toBeUndefined();
    await store.keep('x', 1);
    await store.add([{ id: 'a' }]);
    await store.clear();
    expect([await store.rows(), await store.kept('x')]).toEqual([[], undefined]);
    await store.close();
  });
});

it('what was acknowledged is there when it is opened again', async () => {
  const first = await openStudyStore('twice');
  await first.add([{ id: 'a' }]);
  await first.close();
  const again = await openStudyStore('twice');
  expect(await again.rows()).toEqual([{ id: 'a' }]);
  await again.close();
});
