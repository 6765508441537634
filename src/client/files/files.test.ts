import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64, type Bytes } from '../../engine/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { openLab, type LocalLab } from '../local.ts';
import { deed, formsOf, planted, Player } from '../../../test/support/play.ts';
import { ask, genesis, makeKey, output } from '../world.fixture.ts';
import { World } from '../world.ts';
import { canonical, fromJson, parseJson, toJson } from './codec.ts';
import { FileFault } from './fault.ts';
import { readFile } from './read.ts';
import { checkOf } from './write.ts';

/** Half of them are changed in their text, half by somebody who mends the check sum. */
const runs = process.env['KMS_LONG'] ? 5000 : 1000;
const campaign = { numRuns: runs, seed: Number(process.env['KMS_SEED'] ?? 42) };

const fileOf = (text: string) => new Blob([text]);
type Json = Record<string, unknown>;

let lab: LocalLab;
let good: string;
beforeAll(async () => {
  lab = await openLab({ store: 'memory', genesis });
  const KeyId = await makeKey(lab.main, 'kept');
  await output(ask(lab.main, 'CreateAlias', { AliasName: 'alias/kept', TargetKeyId: KeyId }));
  const dataKey = await output(ask(lab.main, 'GenerateDataKey', { KeyId, KeySpec: 'AES_256' }));
  await lab.main.seal({
    name: 'a.txt',
    mediaType: 'text/plain',
    body: new Blob(['hello']),
    dataKey: dataKey['Plaintext'] as Bytes,
    wrappedKey: dataKey['CiphertextBlob'] as Bytes,
    keyArn: KeyId,
    encryptionContext: { __proto__x: 'y' },
  });
  await output(ask(lab.main, 'DisableKey', { KeyId }));
  await lab.main.history.undo();
  good = await (await lab.main.exportFile({ objects: true })).blob.text();
});

/** What one damaged file does to a lab: it is refused with a place and a reason, or it is imported whole. */
async function tried(text: string): Promise<'refused' | 'imported'> {
  const [hash, worlds] = [await lab.main.hash(), await lab.worlds()];
  const report = await lab.inspectImport(fileOf(text));
  if (report.ok) {
    const [made] = await lab.importFile(fileOf(text));
    if (!made) throw new Error('nothing was imported');
    // Whole: it opens, and its history leads to its records.
    await lab.compareWorlds({ id: made.id }, { id: made.id });
    await lab.deleteWorld(made.id);
    await lab.purgeWorld(made.id);
  } else {
    expect(report.place).toMatch(/^\$/);
    expect(report.reason).not.toBe('');
    await expect(lab.importFile(fileOf(text))).rejects.toMatchObject({
      name: 'ImportFault',
      place: report.place,
    });
  }
  expect(await lab.main.hash()).toBe(hash);
  expect(await lab.worlds()).toEqual(worlds);
  return report.ok ? 'imported' : 'refused';
}

/** Every place in a JSON value: the object or list, and the member. */
function placesIn(value: unknown): readonly (readonly [Json, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Json;
  return Object.keys(holder).flatMap((name) => [[holder, name] as const, ...placesIn(holder[name])]);
}

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e300,
    0.5,
    '',
    'x',
    [],
    {},
    { $bytes: '!' },
    { $x: 1 },
    { $members: 3 },
    { $time: 'x' },
  ),
  fc.string(),
  fc.integer(),
  fc.jsonValue({ maxDepth: 3 }),
);

describe('files that were changed', () => {
  it('in their text are refused with a place, and change nothing', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom('cut', 'flip', 'drop', 'double', 'insert'),
        fc.nat(255),
        async (where, how, byte) => {
          const at = where % good.length;
          const text = {
            cut: good.slice(0, at),
            flip:
              good.slice(0, at) +
              String.fromCharCode(good.charCodeAt(at) ^ (1 << (byte % 7))) +
              good.slice(at + 1),
            drop: good.slice(0, at) + good.slice(at + 1 + (byte % 40)),
            double: good.slice(0, at) + good.slice(Math.max(0, at - byte)),
            insert: good.slice(0, at) + String.fromCharCode(byte) + good.slice(at),
          }[how];
          const fate = await tried(text);
          // Only blanks between values say nothing.
          if (fate === 'imported') expect(canonical(JSON.parse(text))).toBe(canonical(JSON.parse(good)));
        },
      ),
      { ...campaign, numRuns: runs / 2 },
    );
  });

  it(
    'by somebody who also mends the check sum are refused with a place, or are whole',
    { timeout: 120_000 },
    async () => {
      let imported = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          strange,
          fc.constantFrom('set', 'delete', 'rename'),
          async (where, value, how) => {
            const document = JSON.parse(good) as Json;
            const places = placesIn(document);
            const [holder, name] = places[where % places.length] ?? [document, 'kind'];
            if (how === 'set') holder[name] = value;
            else if (how === 'delete') delete holder[name];
            else {
              holder[`${name}x`] = holder[name];
              delete holder[name];
            }
            document['check'] = checkOf(document);
            if ((await tried(JSON.stringify(document))) === 'imported') imported += 1;
          },
        ),
        { ...campaign, numRuns: runs / 2 },
      );
      // Names of groups, texts of inputs, the agent of an event: who changes those gets another world, and a whole one.
      expect(imported).toBeLessThan(runs / 4);
    },
  );

  const attack = (change: (document: Json) => void): string => {
    const document = JSON.parse(good) as Json;
    change(document);
    document['check'] = checkOf(document);
    return JSON.stringify(document);
  };
  const entryOf = (document: Json, i: number) => (document['entries'] as Json[])[i] ?? {};
  const cases: readonly (readonly [string, () => string, string, RegExp])[] = [
    ['no JSON', () => '{', '$', /not JSON/],
    ['another file', () => '{"kind":"x"}', '$.kind', /KMS Lab world/],
    ['a list', () => '[]', '$', /not an object/],
    ['a newer version', () => attack((d) => (d['version'] = 3)), '$.version', /newer/],
    [
      'a member named __proto__',
      () => good.replace('"name":', '"__proto__":{"polluted":true},"name":'),
      '$.__proto__',
      /must not use/,
    ],
    [
      'nesting without end',
      () => attack((d) => (entryOf(d, 0)['group'] = deep(100))),
      '$.entries[0].group',
      /nested/,
    ],
    [
      'a record at another place',
      () =>
        attack((d) => {
          const change = (entryOf(d, 0)['diff'] as Json[])[0] ?? {};
          change['ref'] = 'clock/now';
        }),
      '$.entries[0].diff[0].after',
      /not|can have/,
    ],
    [
      'an unknown table',
      () =>
        attack((d) => {
          const change = (entryOf(d, 0)['diff'] as Json[])[0] ?? {};
          change['ref'] = 'constructor/x';
        }),
      '$.entries[0].diff[0].ref',
      /known table/,
    ],
    [
      'a change that lies about what was before',
      () =>
        attack((d) => {
          const change = (entryOf(d, 4)['diff'] as Json[]).find((one) => one['before'] !== undefined) ?? {};
          delete change['before'];
        }),
      '$.entries[4].diff',
      /what was there before/,
    ],
    [
      'a clock beyond all dates',
      () =>
        attack((d) => {
          const change = (entryOf(d, 0)['diff'] as Json[]).find((one) => one['ref'] === 'clock/now') ?? {};
          (change['after'] as Json)['at'] = 1e17;
        }),
      '$.entries[0].diff[1].after.at',
      /not a time/,
    ],
    [
      'a journey to the future',
      () =>
        attack((d) => {
          const last = (d['entries'] as Json[]).at(-1) ?? {};
          last['travel'] = { kind: 'undo', to: 99 };
        }),
      '$.entries[5].travel',
      /nowhere/,
    ],
    [
      'a key derivation that takes for ever',
      () =>
        attack((d) => {
          d['device'] = {
            protection: 'passphrase',
            kdf: 'PBKDF2-SHA-256',
            iterations: 1e12,
            salt: b(16),
            nonce: b(12),
            sealed: b(48),
          };
        }),
      '$.device.iterations',
      /10000000/,
    ],
    [
      'the key of another file',
      () =>
        attack((d) => {
          d['device'] = { protection: 'none', key: toBase64(new Uint8Array(32)) };
        }),
      '$.entries',
      /domain key/,
    ],
    ['a changed check sum', () => good.replace(/"check":"./, '"check":"g'), '$.check', /check sum/],
  ];
  it.each(cases)('with %s are refused', async (_, text, place, reason) => {
    const report = await lab.inspectImport(fileOf(text()));
    expect(report).toMatchObject({
      ok: false,
      place: expect.stringContaining(place),
      reason: expect.stringMatching(reason),
    });
    expect(await tried(text())).toBe('refused');
    expect(({} as Json)['polluted']).toBeUndefined();
  });

  it('the unchanged file is imported, so that a refusal means something', async () => {
    expect(await tried(good)).toBe('imported');
  });

  it('imports several worlds all or none', async () => {
    const document = JSON.parse(good) as Json;
    const worse = { ...document, name: '' };
    const both = JSON.stringify({
      kind: 'KMS Lab worlds',
      version: 2,
      worlds: [document, { ...worse, check: checkOf(worse) }],
    });
    expect(await lab.inspectImport(fileOf(both))).toMatchObject({ place: '$.worlds[1].name' });
    expect(await tried(both)).toBe('refused');
  });
});

const deep = (n: number): unknown => (n === 0 ? 'x' : [deep(n - 1)]);
const b = (n: number) => ({ $bytes: toBase64(new Uint8Array(n)) });

describe('export and import', () => {
  it('import∘export is identity: records, history, trail and sealed files', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 25 }), fc.boolean(), async (deeds, short) => {
        const world = await World.open(new MemoryStore(), { genesis, ...(short ? { historyLimit: 5 } : {}) });
        const player = new Player();
        for (const [i, one] of deeds.entries()) {
          await player.play(world, one);
          if (i % 7 === 6) await world.history.undo();
        }
        const { worlds } = await readFile((await world.exportFile()).blob, undefined);
        const store = new MemoryStore();
        for (const read of worlds) await store.refill(await read.movedTo(await store.device()));
        const twin = await World.open(store);
        expect(await twin.hash()).toBe(await world.hash());
        expect((await twin.trail({ n: 999 })).map(({ event }) => event)).toEqual(
          (await world.trail({ n: 999 })).map(({ event }) => event),
        );
        const standing = async (of: World) => {
          const { undo, ...rest } = await of.history.state();
          return { ...rest, undo: undo && [undo.first, undo.last] };
        };
        expect(await standing(twin)).toEqual(await standing(world));
        // Both go on in the same way, because seed and step number came along.
        await player.play(world, { what: 'CreateKey', n: 1, key: 0 });
        await player.play(twin, { what: 'CreateKey', n: 1, key: 0 });
        expect(await twin.hash()).toBe(await world.hash());
      }),
      { ...campaign, numRuns: Math.ceil(runs / 20) },
    );
  });

  it('no plaintext, no data key and, with a passphrase, nothing that opens keys is in any file', async () => {
    const world = await World.open(new MemoryStore({ device: new Uint8Array(32).fill(5) }), { genesis });
    const player = new Player();
    for (const what of ['CreateKey', 'Encrypt', 'Decrypt', 'GenerateDataKey', 'Encrypt'] as const)
      await player.play(world, { what, n: 3, key: 0 });
    const traces = await world.traces(9);
    const texts = await Promise.all(
      [
        world.exportFile(),
        world.exportFile({ passphrase: 'long enough' }),
        world.exportTrail(),
        ...traces.map(({ id }) => world.exportTrace(id)),
      ].map(async (file) => (await file)?.blob.text()),
    );
    expect(texts.length).toBe(8);
    const link = await world.share();
    if (!link.ok) throw new Error(link.refused);
    texts.push(JSON.stringify(link.contents), link.fragment);
    for (const text of texts)
      for (const secret of player.secrets)
        for (const form of formsOf(secret)) expect(text).not.toContain(form);
    const [bare, sealed] = texts.map((text) => text ?? '');
    const { device } = JSON.parse(bare ?? '') as { readonly device: { readonly key: string } };
    expect(sealed).not.toContain(device.key);
    expect(JSON.parse(sealed ?? '')).toMatchObject({
      device: { protection: 'passphrase' },
      notice: expect.stringMatching(/passphrase/),
    });
    expect(bare).toMatch(/whoever has it can decrypt/);
    expect(player.secrets.length).toBeGreaterThan(2);
    expect(planted.length).toBe(40);
  });

  it('a value that looks like the way in which values are written comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array(), (json, bytes) => {
        const value = {
          json,
          bytes: new Uint8Array(bytes),
          $x: { $bytes: 'AA==' },
          nested: JSON.parse('{"__proto__":1}') as unknown,
        };
        const back = fromJson(parseJson(JSON.stringify(toJson(value))), '$');
        expect(canonical(back)).toBe(canonical(value));
        expect(Object.getPrototypeOf((back as { nested: object }).nested)).toBe(Object.prototype);
      }),
      { ...campaign, numRuns: 200 },
    );
    expect(() => fromJson(JSON.parse('{"a":{"constructor":1}}'), '$')).toThrow(FileFault);
  });
});

describe('kept files of every format', () => {
  const kept = (name: string) =>
    readFileSync(new URL(`../../../test/fixtures/formats/${name}`, import.meta.url), 'utf8');
  const sealedThen = Uint8Array.from(Buffer.from(kept('sealed.txt'), 'base64'));

  it.each([
    ['world-1.json', 1],
    ['world-2.json', 2],
  ])('%s is lifted, and what it encrypted is decrypted', async (name, version) => {
    const report = await lab.inspectImport(fileOf(kept(name)));
    expect(report).toMatchObject({ ok: true, version, migrated: version < 2 });
    const there = await openLab({ store: 'memory' });
    const [made] = await there.importFile(fileOf(kept(name)));
    await there.openWorld(made?.id ?? '');
    const { Plaintext } = await output(
      ask(there.main, 'Decrypt', { CiphertextBlob: sealedThen, EncryptionContext: { $bytes: 'AAAA' } }),
    );
    expect(new TextDecoder().decode(Plaintext as Bytes)).toBe('kept');
    expect((await there.main.history.undo()).ok).toBe(true);
    await there.close();
  });
});
