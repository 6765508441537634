import { expect, it } from 'vitest';
import { custodyTable } from '../../client/around/custody.ts';
import { World } from '../../client/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { custodies, questions } from './asked.ts';

it('every custody answers every question, and the engine answers as AWS says', async () => {
  const table = await custodyTable((genesis) => World.open(new MemoryStore(), { genesis }));
  expect(table).toHaveLength(custodies.length * questions.length);
  const of = (custody: string, question: string) => {
    const answer = table.find((one) => one.custody === custody && one.question === question);
    return [answer?.can, answer?.refused];
  };
  // myths.md 26 and 27: AWS managed keys can be looked at, and their use is in the trail; AWS owned ones not.
  expect(of('awsManaged', 'see')).toEqual([true, undefined]);
  expect(of('awsManaged', 'changePolicy')[0]).toBe(false);
  expect(of('awsManaged', 'disable')[0]).toBe(false);
  expect(of('awsManaged', 'delete')[0]).toBe(false);
  expect(of('awsManaged', 'audit')[0]).toBe(true);
  expect(of('awsOwned', 'see')[0]).toBe('notAsked');
  expect(of('awsOwned', 'audit')[0]).toBe(false);
  for (const question of ['see', 'changePolicy', 'share', 'rotateByItself', 'rotateNow', 'disable', 'delete'])
    expect(of('customerManaged', question), question).toEqual([true, undefined]);
  expect(of('imported', 'rotateByItself')).toEqual([false, 'UnsupportedOperationException']);
  expect(of('imported', 'deleteMaterial')[0]).toBe(true);
  expect(of('customerManaged', 'deleteMaterial')).toEqual([false, 'UnsupportedOperationException']);
  expect(of('imported', 'whenLost')[1]).toBe('KMSInvalidStateException');
  for (const custody of ['awsManaged', 'awsOwned']) expect(of(custody, 'useElsewhere')[0]).not.toBe(true);
  for (const custody of ['customerManaged', 'imported', 'cloudHsmStore', 'externalStore']) {
    expect(of(custody, 'useElsewhere'), custody).toEqual([true, undefined]);
    expect(of(custody, 'cancel'), custody).toEqual([true, undefined]);
    // What was deleted is nowhere any more.
    expect(of(custody, 'gone')[0], custody).toBe(false);
  }
  for (const custody of ['awsOwned', 'awsManaged']) expect(of(custody, 'gone')).toEqual([true, undefined]);
  for (const custody of ['imported', 'cloudHsmStore', 'externalStore'])
    expect(of(custody, 'restore'), custody).toEqual([true, undefined]);
  for (const question of questions) expect(of('cloudHsm', question)).toEqual(['notAsked', undefined]);
  for (const store of ['cloudHsmStore', 'externalStore']) {
    expect(of(store, 'rotateByItself')[0]).toBe(false);
    expect(of(store, 'whenLost')[0]).toBe(true);
    expect(of(store, 'whenLost')[1]).toBeTypeOf('string');
  }
}, 60_000);
