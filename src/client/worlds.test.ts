import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { PrincipalArn } from '../engine/index.ts';
import { MemoryStore } from '../store/index.ts';
import type { LabApi, LabEvent } from './api.ts';
import { openLab } from './local.ts';
import {
  account,
  admin,
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
import { TestBrowser } from './tabs/tabs.fixture.ts';

let names = 0;
const freshName = () => `lab ${(names += 1)}`;
const kinds: readonly { readonly kind: string; readonly open: () => Promise<LabApi> }[] = [
  { kind: 'memory', open: () => openLab({ store: 'memory', genesis }) },
  { kind: 'IndexedDB', open: () => openLab({ store: 'indexeddb', name: freshName(), genesis }) },
];
const aliases = async (lab: LabApi) =>
  (await lab.main.keys({ account, region })).items.flatMap((card) => card.aliases);

const nothing = { added: [], removed: [], changed: [], counts: { added: 0, removed: 0, changed: 0 } };

describe.each(kinds)('worlds in $kind', ({ open, kind }) => {
  it('are made from templates, opened, renamed, and know nothing of each other', async () => {
    const lab = await open();
    const heard: LabEvent['kind'][] = [];
    lab.subscribe((event) => heard.push(event.kind));
    const before = lab.main;
    await makeKey(lab.main, 'in the first');
    const made = await lab.createWorld({
      name: ' Company ',
      template: 'company',
      seed: 's',
      now: genesis.now,
    });
    expect(made).toMatchObject({ name: 'Company', template: 'company', open: false });
    const opened = await lab.openWorld(made.id);
    expect(lab.main).toBe(opened);
    expect(heard).toContain('main');
    await expect(before.now()).rejects.toThrow(/closed/);
    expect(await aliases(lab)).toContain('alias/payroll');
    expect(await aliases(lab)).toContain('alias/aws/s3');
    await lab.renameWorld(made.id, 'Firm');
    expect((await lab.worlds()).map(({ name, open: isOpen }) => [name, isOpen])).toEqual([
      ['My world', false],
      ['Firm', true],
    ]);
    await expect(lab.renameWorld(made.id, ' ')).rejects.toThrow(RangeError);
    await lab.openWorld('main');
    expect((await lab.main.keys({ account, region })).items).toHaveLength(1);
    await expect(lab.openWorld('nowhere')).rejects.toThrow(/no world "nowhere"/);
    await lab.close();
  });

  it('are duplicated with their history, or up to an entry of it', async () => {
    const lab = await open();
    const KeyId = await makeKey(lab.main);
    const { CiphertextBlob } = await output(
      ask(lab.main, 'Encrypt', { KeyId, Plaintext: new Uint8Array([7]) }),
    );
    await output(ask(lab.main, 'DisableKey', { KeyId }));
    const hash = await lab.main.hash();
    const whole = await lab.duplicateWorld('main', { name: 'whole' });
    const early = await lab.duplicateWorld('main', { name: 'early', at: 3 });
    expect(await lab.compareWorlds({ id: 'main' }, { id: whole.id })).toEqual(nothing);
    const { changed, added } = await lab.compareWorlds({ id: early.id }, { id: 'main' });
    expect(changed.map(({ table, fields }) => [table, fields.map(({ path }) => path)])).toContainEqual([
      'key',
      ['KeyState'],
    ]);
    expect(added).toEqual([]);
    expect(await lab.compareWorlds({ id: 'main', at: 3 }, { id: early.id })).toEqual(nothing);
    await lab.openWorld(whole.id);
    expect(await lab.main.hash()).toBe(hash);
    await lab.main.history.undo();
    expect((await lab.main.key(KeyId))?.rec.KeyState).toBe('Enabled');
    await lab.openWorld(early.id);
    expect((await output(ask(lab.main, 'Decrypt', { CiphertextBlob })))['Plaintext']).toEqual(
      new Uint8Array([7]),
    );
    await expect(lab.duplicateWorld('main', { name: 'x', at: 99 })).rejects.toThrow(/entry from 1 to 4/);
    await lab.close();
  });

  it('are deleted softly, reset softly, and purged for good', async () => {
    const lab = await open();
    const made = await lab.createWorld({ name: 'Two', template: 'twoAccounts' });
    await lab.openWorld(made.id);
    const KeyId = await makeKey(lab.main);
    await lab.deleteWorld(made.id);
    expect(lab.main.id).toBe('main');
    expect((await lab.worlds()).find(({ id }) => id === made.id)?.deleted).toBeGreaterThan(0);
    await expect(lab.openWorld(made.id)).rejects.toThrow(/deleted/);
    await lab.restoreWorld(made.id);
    await lab.openWorld(made.id);
    expect(await lab.main.key(KeyId)).toBeDefined();
    const { world, before } = await lab.resetWorld(made.id);
    expect(lab.main.id).toBe(world.id);
    expect([world.name, before.id, before.deleted !== undefined]).toEqual(['Two', made.id, true]);
    expect((await lab.main.keys({ account, region })).items).toEqual([]);
    await expect(lab.purgeWorld('main')).rejects.toThrow(/not deleted/);
    await lab.purgeWorld(made.id);
    expect((await lab.worlds()).map(({ id }) => id)).toEqual(['main', world.id]);
    await lab.deleteWorld(world.id);
    await lab.deleteWorld('main');
    expect((await lab.worlds()).filter(({ deleted }) => deleted === undefined)).toHaveLength(1);
    await lab.close();
  });

  it('all go into one file, and come back from it with or without a passphrase', async () => {
    const lab = await open();
    const KeyId = await makeKey(lab.main);
    const { CiphertextBlob } = await output(
      ask(lab.main, 'Encrypt', { KeyId, Plaintext: new Uint8Array([7]) }),
    );
    await lab.createWorld({ name: 'Other', template: 'oneAccount' });
    const { blob } = await lab.exportAll({ passphrase: 'Straße' });
    expect(await lab.inspectImport(blob)).toMatchObject({ ok: false, passphrase: 'missing' });
    expect(await lab.inspectImport(blob, 'no')).toMatchObject({ ok: false, passphrase: 'wrong' });
    expect(await lab.inspectImport(blob, 'Straße')).toMatchObject({
      ok: true,
      kind: 'worlds',
      protection: 'passphrase',
      worlds: [
        { name: 'My world', entries: 3, seeded: true },
        { name: 'Other', entries: expect.any(Number) },
      ],
    });
    const there = await open();
    const [first] = await there.importFile(blob, { passphrase: 'Straße', pick: [0], rename: 'From afar' });
    await there.openWorld(first?.id ?? '');
    expect(await there.main.hash()).toBe(await lab.main.hash());
    expect((await output(ask(there.main, 'Decrypt', { CiphertextBlob })))['Plaintext']).toEqual(
      new Uint8Array([7]),
    );
    expect((await there.worlds()).map(({ name }) => name)).toEqual(['My world', 'From afar']);
    await lab.close();
    await there.close();
  });

  it(`says where it keeps things: ${kind}`, async () => {
    const lab = await open();
    expect(await lab.storage()).toMatchObject({
      where: kind === 'memory' ? 'memory' : 'indexeddb',
      persisted: false,
      private: 'unknown',
    });
    expect(await lab.askPersist()).toBe(false);
    await lab.close();
  });
});

describe('the templates', () => {
  it.each(['empty', 'oneAccount', 'twoAccounts', 'company'] as const)(
    '%s is what it says, with its quotas biting',
    async (template) => {
      const lab = await openLab({ store: 'memory', genesis });
      const info = (await lab.templates()).find(({ id }) => id === template);
      const { id } = await lab.createWorld({ name: template, template });
      await lab.openWorld(id);
      expect(await lab.main.accounts()).toHaveLength(info?.accounts ?? -1);
      expect((await lab.main.settings()).throttling).toBe(true);
      // What it began with is the floor of undo; what comes after is not.
      expect(await lab.main.history.undo()).toMatchObject({ ok: false, refused: 'atBeginning' });
      expect((await lab.main.history.state()).undoRefused).toBe('atBeginning');
      await lab.main.advance({ days: 1 });
      expect(await lab.main.history.undo()).toMatchObject({ ok: true });
      expect(await lab.main.history.undo()).toMatchObject({ ok: false, refused: 'atBeginning' });
      await lab.close();
    },
  );

  it('two accounts have an organization whose ceiling binds the partner and not the owner', async () => {
    const lab = await openLab({ store: 'memory', genesis });
    const { id } = await lab.createWorld({ name: 't', template: 'twoAccounts', now: genesis.now });
    await lab.openWorld(id);
    const theirs = `arn:aws:iam::${partner}:user/Admin` as PrincipalArn;
    const { Organization } = await output(
      lab.main.call({
        service: 'organizations',
        operation: 'DescribeOrganization',
        input: {},
        principal: theirs,
        region,
      }),
    );
    expect(Organization).toMatchObject({ MasterAccountId: account });
    for (const [principal, refused] of [
      [admin, undefined],
      [theirs, 'AccessDeniedException'],
    ] as const) {
      const made = await output(ask(lab.main, 'CreateKey', {}, principal));
      const { Arn: KeyId } = made['KeyMetadata'] as { readonly Arn: string };
      const { result } = await ask(lab.main, 'ScheduleKeyDeletion', { KeyId }, principal);
      expect(result.ok ? undefined : result.refusal.refused).toBe(refused);
      if (!result.ok) expect(result.refusal.message).toContain('service control policy');
    }
    await lab.close();
  });

  it('the company is an organization: ceilings hold, for the administrator too where they say so', async () => {
    const lab = await openLab({ store: 'memory', genesis });
    const { id } = await lab.createWorld({ name: 'c', template: 'company', now: genesis.now });
    await lab.openWorld(id);
    const report = await lab.inspectImport((await lab.exportWorld(id)).blob);
    if (!report.ok) throw new Error(report.reason);
    // The root, two units, four accounts; two policies.
    expect(report.worlds[0]?.records).toMatchObject({ organization: 1, orgNode: 7, orgPolicy: 2 });
    const reports = 'arn:aws:iam::444455556666:user/Admin' as PrincipalArn;
    const made = await output(ask(lab.main, 'CreateKey', {}, reports));
    const { Arn: KeyId } = made['KeyMetadata'] as { readonly Arn: string };
    const explained = async (principal: PrincipalArn, operation: string, key: string) =>
      (await lab.main.explain({ operation, input: { KeyId: key }, principal, region })).allowed;
    expect(await explained(reports, 'ScheduleKeyDeletion', KeyId)).toBe(false);
    const keyAdmin = 'arn:aws:iam::111122223333:role/KeyAdmin' as PrincipalArn;
    const { items } = await lab.main.keys({ account, region });
    const payroll = items.find(({ aliases: names }) => names.includes('alias/payroll'))?.rec.arn ?? '';
    expect(await explained(keyAdmin, 'ScheduleKeyDeletion', payroll)).toBe(true);
    expect(await explained(keyAdmin, 'DescribeKey', payroll)).toBe(true);
    await lab.close();
  });

  it('the company holds: its apps do what they may, and others are refused', async () => {
    const lab = await openLab({ store: 'memory', genesis });
    const { id } = await lab.createWorld({ name: 'c', template: 'company', now: genesis.now });
    await lab.openWorld(id);
    const payroll = 'arn:aws:iam::111122223333:role/PayrollApp' as never;
    const input = {
      KeyId: 'alias/payroll',
      Plaintext: new Uint8Array([1]),
      EncryptionContext: { app: 'payroll' },
    };
    await output(ask(lab.main, 'Encrypt', input, payroll));
    expect(await refusal(ask(lab.main, 'Encrypt', { ...input, EncryptionContext: {} }, payroll))).toBe(
      'AccessDeniedException',
    );
    expect(await refusal(ask(lab.main, 'Encrypt', input, alice))).toBe('AccessDeniedException');
    const { items } = await lab.main.keys({ account, region });
    expect(items.filter(({ rec }) => rec.KeyManager === 'AWS')).toHaveLength(6);
    // What stands in its bucket is under the key that the bucket names: whoever may not use the key reads nothing.
    const get = (principal: PrincipalArn) =>
      lab.main.call({
        service: 's3',
        operation: 'GetObject',
        input: { Bucket: 'orders-archive-111122223333', Key: '2026/order-1001.json' },
        principal,
        region,
      });
    const orders = 'arn:aws:iam::111122223333:role/OrdersApp' as PrincipalArn;
    expect(new TextDecoder().decode((await output(get(orders)))['Body'] as Uint8Array)).toContain('1001');
    expect(await refusal(get(payroll))).toMatch(/AccessDenied/);
    const secret = await lab.main.call({
      service: 'secretsmanager',
      operation: 'GetSecretValue',
      input: { SecretId: 'orders/database' },
      principal: orders,
      region,
    });
    expect(secret.result.ok).toBe(true);
    await lab.close();
  });
});

describe('several starts', () => {
  it('opens what was open last, and purges what was deleted before', async () => {
    const name = freshName();
    const one = await openLab({ store: 'indexeddb', name, genesis });
    const a = await one.createWorld({ name: 'a', template: 'empty' });
    const b = await one.createWorld({ name: 'b', template: 'empty' });
    await one.openWorld(a.id);
    await one.deleteWorld(b.id);
    await one.close();
    const two = await openLab({ store: 'indexeddb', name });
    expect(two.main.id).toBe(a.id);
    expect((await two.worlds()).map((world) => world.name)).toEqual(['My world', 'a']);
    expect((await indexedDB.databases()).map((db) => db.name)).not.toContain(`kms-lab:${b.id}`);
    await two.close();
  });

  it('tabs may have different worlds open, hear of changes to the list, and an open one is not purged', async () => {
    const [name, browser] = [freshName(), new TestBrowser()];
    const one = await openLab({ store: 'indexeddb', name, genesis, tabs: browser.tab() });
    const a = await one.createWorld({ name: 'a', template: 'twoAccounts' });
    const two = await openLab({ store: 'indexeddb', name, tabs: browser.tab() });
    const heard: string[] = [];
    two.subscribe(({ kind }) => heard.push(kind));
    await one.openWorld(a.id);
    await expect.poll(() => heard).toContain('worlds');
    await expect.poll(() => two.main.writer).toBe('here');
    const KeyId = await makeKey(one.main);
    await two.deleteWorld(a.id);
    await two.purgeWorld(a.id);
    expect(await one.main.key(KeyId)).toBeDefined();
    expect((await two.worlds()).map(({ id }) => id)).toContain(a.id);
    await one.close();
    await two.close();
  });
});

describe('when the disk fails', () => {
  it('work goes on in memory from the call that did not fit, says so, exports, and is saved when there is room again', async () => {
    const store = new TestStore();
    const idb = Object.defineProperty(store, 'kind', { value: 'indexeddb' });
    const lab = await openLab({ store: idb, genesis });
    const heard: LabEvent[] = [];
    lab.subscribe((event) => heard.push(event));
    const first = await makeKey(lab.main, 'on disk');
    store.full = () => true;
    const [second, third] = await Promise.all([makeKey(lab.main, 'in memory'), makeKey(lab.main, 'too')]);
    expect(lab.kept).toEqual({ where: 'memory', why: 'The disk is full.' });
    expect(heard).toContainEqual({ kind: 'kept', kept: lab.kept });
    expect((await store.open()).seq).toBe(2);
    expect((await lab.main.keys({ account, region })).items.map(({ rec }) => rec.arn).sort()).toEqual(
      [first, second, third].sort(),
    );
    const file = await lab.main.exportFile();
    expect(await lab.inspectImport(file.blob)).toMatchObject({ ok: true, worlds: [{ entries: 4 }] });
    await expect(lab.retryStorage()).rejects.toThrow(/full/);
    expect(lab.kept.where).toBe('memory');
    await output(ask(lab.main, 'DisableKey', { KeyId: first }));
    store.full = () => false;
    expect(await lab.retryStorage()).toEqual({ where: 'indexeddb' });
    await output(ask(lab.main, 'EnableKey', { KeyId: first }));
    const again = await openLab({ store: new MemoryStore({ image: store.image() }) });
    expect(await again.main.hash()).toBe(await lab.main.hash());
    expect((await again.main.history.state()).head).toBe(6);
    expect(await lab.retryStorage()).toEqual({ where: 'indexeddb' });
  });

  it('what was done in memory is found, and hangs on its key, when it has been saved', async () => {
    const store = new TestStore();
    const idb = Object.defineProperty(store, 'kind', { value: 'indexeddb' });
    const lab = await openLab({ store: idb, genesis });
    const { main } = lab;
    const s3 = async (operation: string, input: Readonly<Record<string, unknown>>) => {
      const given = {
        service: 's3',
        principal: admin,
        region,
        input: { Bucket: 'bucket-one', ...input },
      } as const;
      const { result } = await main.call({ ...given, operation });
      expect(result.ok, operation).toBe(true);
    };
    const put = (Key: string) =>
      s3('PutObject', { Key, Body: new Uint8Array(1), ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyId });
    const found = async () =>
      (await main.find('memory', { waitMs: 5000, kinds: ['key'] })).groups[0]?.total ?? 0;
    const KeyId = await makeKey(main);
    await s3('CreateBucket', {});
    await put('on disk');
    // Both indexes are made before the disk is full.
    expect([await found(), (await main.lostWith(KeyId)).total]).toEqual([0, 1]);
    store.full = () => true;
    await makeKey(main, 'in memory');
    await put('in memory');
    expect([await found(), (await main.lostWith(KeyId)).total]).toEqual([1, 2]);
    store.full = () => false;
    await lab.retryStorage();
    expect([await found(), (await main.lostWith(KeyId)).total]).toEqual([1, 2]);
  });

  it('a newer version that wants the database is told, and what is loaded can still be worked with', async () => {
    const name = freshName();
    const lab = await openLab({ store: 'indexeddb', name, genesis });
    const heard: LabEvent['kind'][] = [];
    lab.subscribe(({ kind }) => heard.push(kind));
    const KeyId = await makeKey(lab.main);
    const newer = indexedDB.open(name, 99);
    await new Promise((resolve) => (newer.onsuccess = resolve));
    await expect.poll(() => heard).toContain('outdated');
    await expect.poll(() => lab.kept.where).toBe('memory');
    await output(ask(lab.main, 'DisableKey', { KeyId }));
    newer.result.close();
  });

  it('a browser without IndexedDB gets memory, and the reason', async () => {
    const { indexedDB: own } = globalThis;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    try {
      const lab = await openLab({ store: 'indexeddb', genesis });
      expect(lab.kept).toEqual({ where: 'memory', why: expect.stringMatching(/no storage/) });
      await makeKey(lab.main);
    } finally {
      globalThis.indexedDB = own;
    }
  });
});
