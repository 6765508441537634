import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ref, type Bytes } from '../engine/index.ts';
import { IdbStore, MemoryStore } from '../store/index.ts';
import type { WorldEvent } from './api.ts';
import {
  account,
  alice,
  ask,
  genesis,
  makeKey,
  output,
  partner,
  refusal,
  region,
  TestStore,
} from './world.fixture.ts';
import { openLab, World } from './index.ts';

const bytes = (text: string): Bytes => new TextEncoder().encode(text);
const day = 86_400_000;
const start = Date.parse(genesis.now);
let names = 0;
const freshName = () => `world ${(names += 1)}`;

afterEach(() => vi.restoreAllMocks());

describe('a world', () => {
  it('begins with its genesis as entry 1, and lists it', async () => {
    const store = new MemoryStore();
    const world = await World.open(store, { genesis });
    expect((await store.entries({ n: 9 })).map(({ seq, call }) => [seq, call.operation])).toEqual([
      [1, 'lab:Genesis'],
    ]);
    expect((await world.accounts()).map((one) => one.account)).toEqual([account, partner]);
    const cards = await world.principals(account);
    expect(cards.map(({ rec, policies }) => [rec.arn.split(':')[5], policies.length])).toEqual([
      ['role/ExampleRole', 0],
      ['root', 0],
      ['user/Admin', 1],
      ['user/Alice', 0],
    ]);
    expect(await world.principals()).toHaveLength(8);
    expect(await world.settings()).toEqual({
      format: 1,
      seed: 'test',
      throttling: false,
      propagation: true,
      fault: undefined,
    });
  });

  it('answers when the disk has it: reopened, it decrypts what it encrypted, and reads little to do so', async () => {
    const name = freshName();
    const world = await World.open(new IdbStore(name), { genesis });
    const keys = [];
    for (let i = 0; i < 20; i += 1) keys.push(await makeKey(world, `key ${i}`));
    const { CiphertextBlob } = await output(
      ask(world, 'Encrypt', { KeyId: keys[7], Plaintext: bytes('hello') }),
    );
    await world.close();

    const store = new IdbStore(name);
    const get = vi.spyOn(store, 'get');
    const range = vi.spyOn(store, 'range');
    const again = await World.open(store);
    expect(get.mock.calls.flat(2)).toEqual([ref.world, ref.clock]);
    expect((await output(ask(again, 'Decrypt', { CiphertextBlob })))['Plaintext']).toEqual(bytes('hello'));
    const read = await Promise.all(
      range.mock.results.map(async (one) => ((await one.value) as readonly unknown[]).length),
    );
    expect(read.reduce((a, b) => a + b, 0)).toBeLessThan(60);
    expect(get.mock.calls.flat(2).filter((at) => at.startsWith('key/'))).toHaveLength(1);
    const { items, next } = await again.keys({ account, region, n: 15 });
    const rest = await again.keys({ account, region, n: 15, after: next });
    expect([...items, ...rest.items].map(({ rec }) => rec.arn).sort()).toEqual(keys.toSorted());
    expect(rest.next).toBeUndefined();
    await again.close();
  });

  it('takes calls one at a time, in order, and lets those that wait share a transaction', async () => {
    const store = new TestStore();
    const world = await World.open(store, { genesis });
    const heard: WorldEvent[] = [];
    world.subscribe((event) => heard.push(event));
    const before = store.transactions;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => ask(world, 'GenerateRandom', { NumberOfBytes: 8 })),
    );
    expect(answers.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 2));
    expect(heard.map((event) => (event.kind === 'committed' ? event.seq : event.kind))).toEqual(
      answers.map(({ seq }) => seq),
    );
    expect(store.transactions - before).toBeLessThan(20);
    expect(new Set(answers.map(({ result }) => JSON.stringify(result))).size).toBe(40);
  });

  it('keeps a refused call as an entry with its event', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    const KeyId = await makeKey(world);
    const answer = await ask(world, 'DescribeKey', { KeyId }, alice);
    expect(answer.result).toMatchObject({ ok: false, refusal: { refused: 'AccessDeniedException' } });
    const [line] = await world.trail({ n: 1 });
    expect(line).toMatchObject({
      seq: answer.seq,
      trace: answer.trace.id,
      event: { eventName: 'DescribeKey' },
    });
    expect(line?.event.errorCode).toMatch(/AccessDenied/);
    expect(await world.trace(answer.trace.id)).toEqual(answer.trace);
  });

  it('owns its input: bytes wiped right after the call do not change it', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    const KeyId = await makeKey(world);
    const Plaintext = bytes('kept');
    const sealed = output(ask(world, 'Encrypt', { KeyId, Plaintext }));
    Plaintext.fill(0);
    const { CiphertextBlob } = await sealed;
    expect((await output(ask(world, 'Decrypt', { CiphertextBlob })))['Plaintext']).toEqual(bytes('kept'));
  });

  it('pages through its event list', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    for (let i = 0; i < 7; i += 1) await ask(world, 'ListKeys');
    const all = await world.trail();
    expect(all.map(({ seq }) => seq)).toEqual([8, 7, 6, 5, 4, 3, 2]);
    const first = await world.trail({ n: 4 });
    const second = await world.trail({ n: 4, before: first.at(-1)?.seq });
    expect([...first, ...second]).toEqual(all);
  });

  it('keeps the newest thousand traces', async () => {
    const world = await World.open(new MemoryStore(), {
      genesis: { ...genesis, switches: { throttling: false } },
    });
    const answers = await Promise.all(Array.from({ length: 1003 }, () => ask(world, 'ListKeys')));
    expect(await world.trace(answers[2]?.trace.id ?? '')).toBeUndefined();
    expect(await world.trace(answers[3]?.trace.id ?? '')).toBeDefined();
    expect((await world.traces(2)).map(({ id }) => id)).toEqual([
      answers[1002]?.trace.id,
      answers[1001]?.trace.id,
    ]);
    expect((await world.trail({ n: 1003 })).at(-1)?.trace).toBeUndefined();
  });

  it('changes its switches as a step', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    await world.setSwitches({ fault: 'KMSInternalException' });
    expect(await refusal(ask(world, 'CreateKey'))).toBe('KMSInternalException');
    await world.setSwitches({ fault: undefined, throttling: true });
    expect(await world.settings()).toMatchObject({ fault: undefined, throttling: true, propagation: true });
    await makeKey(world);
    await expect(world.setSwitches({ fault: 'Bang' as never })).rejects.toThrow(/switches\.fault/);
  });

  it('refuses calls after it was closed, and keeps those before', async () => {
    const store = new MemoryStore();
    const world = await World.open(store, { genesis });
    const early = ask(world, 'ListKeys');
    const closing = world.close();
    await expect(ask(world, 'ListKeys')).rejects.toThrow(/is closed/);
    expect((await early).seq).toBe(2);
    await closing;
    expect((await store.open()).seq).toBe(2);
  });
});

describe('time', () => {
  it('runs what falls due in date order, each as an entry of its own, in one group with the advance', async () => {
    const store = new MemoryStore();
    const world = await World.open(store, { genesis });
    const [a, b] = [await makeKey(world), await makeKey(world)];
    await output(ask(world, 'ScheduleKeyDeletion', { KeyId: a, PendingWindowInDays: 10 }));
    await output(ask(world, 'ScheduleKeyDeletion', { KeyId: b, PendingWindowInDays: 7 }));
    expect((await world.now()).due.map(({ key, at }) => [key, (at - start) / day])).toEqual([
      [b, 7],
      [a, 10],
    ]);
    await expect(world.advance({ days: -1 })).rejects.toThrow(/forward only/);
    const { now, happened } = await world.advance({ days: 30 });
    expect(now).toBe(start + 30 * day);
    expect(happened.map(({ eventName, eventTime }) => [eventName, eventTime])).toEqual([
      ['DeleteKey', '2026-01-08T00:00:00Z'],
      ['DeleteKey', '2026-01-11T00:00:00Z'],
    ]);
    const entries = await store.entries({ n: 3 });
    expect(entries.map(({ call, at }) => [call.operation, (at - start) / day])).toEqual([
      ['DeleteKey', 10],
      ['DeleteKey', 7],
      ['lab:Advance', 0],
    ]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
    expect(await world.key(a)).toBeUndefined();
    expect(await refusal(ask(world, 'DescribeKey', { KeyId: b }))).toBe('NotFoundException');
  });

  it('runs with the wall clock, and what fell due while the page was closed happens before the next call', async () => {
    let wall = start;
    const store = new MemoryStore();
    const world = await World.open(store, { genesis: {}, wall: () => wall });
    const KeyId = await makeKey(world);
    await output(ask(world, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }));
    expect((await world.advance({ days: 1 })).now).toBe(start + day);
    await world.close();
    wall += 8 * day;
    const again = await World.open(new MemoryStore({ image: store.image() }), { wall: () => wall });
    expect((await again.now()).at).toBe(start + 9 * day);
    expect(await refusal(ask(again, 'DescribeKey', { KeyId }))).toBe('NotFoundException');
    expect((await again.trail({ n: 2 })).map(({ event }) => [event.eventName, event.eventTime])).toEqual([
      ['DescribeKey', '2026-01-10T00:00:00Z'],
      ['DeleteKey', '2026-01-08T00:00:00Z'],
    ]);
  });
});

describe('a disk that fails', () => {
  it('takes back every step that was not kept, tells their callers, and goes on', async () => {
    const store = new TestStore();
    const world = await World.open(store, { genesis });
    const kept = await makeKey(world, 'kept');
    const heard: string[] = [];
    world.subscribe((event) => heard.push(event.kind));
    let failures = 1;
    store.full = () => (failures -= 1) >= 0;
    const lost = await Promise.allSettled([
      ask(world, 'CreateKey', { Description: 'lost' }),
      ask(world, 'UpdateKeyDescription', { KeyId: kept, Description: 'changed' }),
      world.advance({ days: 1 }),
    ]);
    expect(lost.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    for (const one of lost)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'StorageFault' });
    expect(heard).toContain('storageFailed');
    const next = await makeKey(world, 'next');
    const { items } = await world.keys({ account, region });
    expect(items.map(({ rec }) => rec.arn).sort()).toEqual(
      (await store.range('ref', { prefix: 'key/', n: 99 }))
        .map(({ rec }) => ('arn' in rec ? String(rec.arn) : ''))
        .sort(),
    );
    expect(items.some(({ rec }) => rec.arn === next)).toBe(true);
    expect(items.some(({ rec }) => rec.Description === 'lost')).toBe(false);
  });

  it('whichever transactions fail: the answered calls are in the journal, once, and the view is what the disk holds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const store = new TestStore();
      const world = await World.open(store, { genesis: { ...genesis, seed: `round ${round}` } });
      let n = round;
      store.full = () => (n = (n * 31 + 7) % 11) < 5;
      const calls = Array.from({ length: 60 }, (_, i) => async () => {
        if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, i % 5));
        return ask(world, 'CreateKey', { Description: `call ${i}` });
      });
      const done = await Promise.allSettled(calls.map((call) => call()));
      store.full = () => false;
      const answered = done.flatMap((one, i) =>
        one.status === 'fulfilled' ? [`${one.value.seq} call ${i}`] : [],
      );
      const entries = (await store.entries({ n: 999 })).filter(({ call }) => call.operation === 'CreateKey');
      const written = entries.map(
        ({ seq, call }) => `${seq} ${(call.input as { Description: string }).Description}`,
      );
      expect(written.toSorted()).toEqual(answered.toSorted());
      const shown = (await world.keys({ account, region, n: 999 })).items.map(({ rec }) => rec);
      expect(shown).toEqual((await store.range('ref', { prefix: 'key/', n: 999 })).map(({ rec }) => rec));
      expect(shown).toHaveLength(answered.length);
      await makeKey(world);
    }
  });

  it('a step that was being computed on ground that is taken back is computed again', async () => {
    const store = new TestStore();
    const world = await World.open(store, { genesis });
    const KeyId = await makeKey(world, 'kept');
    let failures = 1;
    store.full = () => (failures -= 1) >= 0;
    const lost = ask(world, 'UpdateKeyDescription', { KeyId, Description: 'lost' });
    const seen: string[] = [];
    const slow = world.change('Test', null, async (overlay) => {
      const rec = overlay.get(ref.key(KeyId));
      if (!rec) throw new Error('the key is there');
      seen.push(rec.Description);
      await new Promise((resolve) => setTimeout(resolve, 20));
      overlay.put(ref.key(KeyId), { ...rec, Description: `${rec.Description}!` });
    });
    await expect(lost).rejects.toMatchObject({ name: 'StorageFault' });
    await slow;
    expect(seen).toEqual(['lost', 'kept']);
    expect((await world.key(KeyId))?.rec.Description).toBe('kept!');
    expect((await store.get([ref.key(KeyId)]))[0]).toMatchObject({ Description: 'kept!' });
  });

  it('a second writer is noticed: its step is taken back, and it goes on from what the other has written', async () => {
    const name = freshName();
    const [one, two] = [
      await World.open(new IdbStore(name), { genesis }),
      await World.open(new IdbStore(name)),
    ];
    const theirs = await makeKey(one, 'theirs');
    await expect(makeKey(two, 'mine')).rejects.toThrow(/another tab or program/);
    expect(await two.key(theirs)).toBeDefined();
    const mine = await makeKey(two, 'mine again');
    expect((await two.keys({ account, region })).items.map(({ rec }) => rec.arn).sort()).toEqual(
      [theirs, mine].sort(),
    );
    await Promise.all([one.close(), two.close()]);
  });

  it('without IndexedDB the world lives in memory, and `kept` says so', async () => {
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    });
    const lab = await openLab({ store: 'indexeddb', genesis });
    expect(open).toHaveBeenCalled();
    expect(lab.kept.where).toBe('memory');
    expect(lab.kept.why).toMatch(/does not let the page store anything: Access is denied/);
    await makeKey(lab.main);
    vi.restoreAllMocks();
    const kept = await openLab({ store: 'indexeddb', name: freshName(), genesis });
    expect(kept.kept).toEqual({ where: 'indexeddb' });
    await kept.main.close();
  });

  it('a genesis that is wrong is refused wherever it would be kept', async () => {
    const wrong = { accounts: [{ id: '12' }] };
    await expect(openLab({ store: 'indexeddb', name: freshName(), genesis: wrong })).rejects.toThrow(
      /accounts\[0\]\.id/,
    );
  });
});

describe('a fork', () => {
  it('begins as its parent is, and neither sees what the other does later', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    const KeyId = await makeKey(world, 'shared');
    const fork = await world.fork();
    await output(ask(fork, 'DisableKey', { KeyId }));
    await output(ask(world, 'UpdateKeyDescription', { KeyId, Description: 'parent only' }));
    const own = await makeKey(fork, 'fork only');
    const later = await makeKey(world, 'parent only');
    await fork.advance({ days: 3 });

    expect((await fork.key(KeyId))?.rec).toMatchObject({ KeyState: 'Disabled', Description: 'shared' });
    expect((await world.key(KeyId))?.rec).toMatchObject({ KeyState: 'Enabled', Description: 'parent only' });
    // Seeded: both made their next key at a step of the same number, from the same draws.
    expect((await fork.keys({ account, region })).items.map(({ rec }) => rec.Description).sort()).toEqual([
      'fork only',
      'shared',
    ]);
    expect((await world.keys({ account, region })).items.map(({ rec }) => rec.Description).sort()).toEqual([
      'parent only',
      'parent only',
    ]);
    expect([own, later].every((arn) => arn !== KeyId)).toBe(true);
    expect([fork.time(), world.time()]).toEqual([start + 3 * day, start]);
    expect((await fork.trail()).map(({ event }) => event.eventName)).toEqual([
      'CreateKey',
      'DisableKey',
      'CreateKey',
    ]);
    expect((await world.trail()).map(({ event }) => event.eventName)).toEqual([
      'CreateKey',
      'UpdateKeyDescription',
      'CreateKey',
    ]);
    expect(await fork.traces(9)).toHaveLength(3);
    await fork.close();
    await expect(ask(fork, 'ListKeys')).rejects.toThrow(/is closed/);
    await output(ask(world, 'EnableKey', { KeyId }));
  });

  it('of a world on disk reads on through its parent', async () => {
    const name = freshName();
    const first = await World.open(new IdbStore(name), { genesis });
    const keys = [await makeKey(first, 'a'), await makeKey(first, 'b')];
    await first.close();
    const world = await World.open(new IdbStore(name));
    const fork = await world.fork();
    const inner = await fork.fork();
    await output(ask(world, 'UpdateKeyDescription', { KeyId: keys[0], Description: 'changed' }));
    await output(ask(fork, 'DisableKey', { KeyId: keys[1] }));
    await fork.close();
    await output(ask(world, 'DisableKey', { KeyId: keys[0] }));
    const seen = (await inner.keys({ account, region })).items.map(
      ({ rec }) => `${rec.Description} ${rec.KeyState}`,
    );
    expect(seen.sort()).toEqual(['a Enabled', 'b Enabled']);
    await inner.close();
    await world.close();
  });
});

describe('sealed objects', () => {
  it('are sealed, listed, opened with the right key only, and removed; a fork keeps those of its beginning', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    const KeyId = await makeKey(world);
    const heard: string[] = [];
    world.subscribe(({ kind }) => heard.push(kind));
    const { Plaintext, CiphertextBlob } = await output(
      ask(world, 'GenerateDataKey', { KeyId, KeySpec: 'AES_256' }),
    );
    const dataKey = Plaintext as Bytes;
    const body = new Blob(['x'.repeat(3_000_000)], { type: 'text/plain' });
    const source = {
      name: 'x.txt',
      mediaType: 'text/plain',
      body,
      dataKey,
      wrappedKey: CiphertextBlob as Bytes,
      keyArn: KeyId,
      encryptionContext: { a: 'b' },
    };
    const seen: number[] = [];
    const object = await world.seal(source, { progress: ({ done }) => seen.push(done) });
    expect(object).toMatchObject({
      name: 'x.txt',
      plaintextLength: 3_000_000,
      created: start,
      wrappedKey: CiphertextBlob,
    });
    expect(seen.at(-1)).toBe(3_000_000);
    expect(heard).toContain('objects');
    expect(await world.objects()).toEqual([object]);
    expect((await world.sealedBytes(object.id)).size).toBe(object.sealedLength);
    const fork = await world.fork();
    expect(await (await world.open(object.id, dataKey)).text()).toBe(await body.text());
    await expect(world.open(object.id, new Uint8Array(32))).rejects.toThrow(/Frame 0/);
    await world.removeObject(object.id);
    expect(await world.objects()).toEqual([]);
    await expect(world.open(object.id, dataKey)).rejects.toThrow(/no sealed object/);
    expect(await fork.objects()).toEqual([object]);
    expect((await fork.open(object.id, dataKey)).size).toBe(3_000_000);
  });
});

describe('a sandbox', () => {
  it('is a world of its own, without storage', async () => {
    const lab = await openLab({ store: 'memory' });
    const sandbox = await lab.sandbox(genesis);
    await makeKey(sandbox);
    expect((await lab.main.keys({ account, region })).items).toEqual([]);
    expect((await sandbox.keys({ account, region })).items).toHaveLength(1);
    expect(lab.kept).toEqual({ where: 'memory', why: undefined });
  });
});
