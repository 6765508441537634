import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, Bytes, PrincipalArn } from '../../engine/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { openLab, type LocalLab } from '../local.ts';
import { deed, formsOf, planted, Player } from '../../../test/support/play.ts';
import { account, admin, alice, ask, genesis, makeKey, output, region } from '../world.fixture.ts';
import { World } from '../world.ts';
import { decodeStory, encodeStory, type Story } from './format.ts';

/** Half of them are changed in their text, half by somebody who mends the check sum. */
const runs = process.env['KMS_LONG'] ? 5000 : 1000;
const campaign = { numRuns: runs, seed: Number(process.env['KMS_SEED'] ?? 42) };
const bytes = (text: string): Bytes => new TextEncoder().encode(text);

let lab: LocalLab;
let fragment: string;
beforeAll(async () => {
  lab = await openLab({ store: 'memory', genesis });
  const KeyId = await makeKey(lab.main, 'shared');
  await output(ask(lab.main, 'CreateAlias', { AliasName: 'alias/shared', TargetKeyId: KeyId }));
  const { CiphertextBlob } = await output(ask(lab.main, 'Encrypt', { KeyId, Plaintext: bytes(planted) }));
  await lab.main.advance({ days: 2 });
  await output(ask(lab.main, 'Decrypt', { CiphertextBlob }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: KeyId,
      },
    ],
  });
  await output(ask(lab.main, 'PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }));
  const { GrantId } = await output(
    ask(lab.main, 'CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Decrypt'] }),
  );
  await output(ask(lab.main, 'RevokeGrant', { KeyId, GrantId }));
  await lab.main.setSwitches({ propagation: false });
  const made = await lab.main.share();
  if (!made.ok) throw new Error(made.refused);
  fragment = made.fragment;
});

/** What happened, without the names that differ from world to world. */
const storyOf = async (world: { trail: World['trail'] }) =>
  (await world.trail({ n: 999 })).map(({ event }) => [event.eventName, event.errorCode, event.eventTime]);

describe('a link', () => {
  it('tells the same story in another world, names of things and ciphertexts being new', async () => {
    expect(fragment).toMatch(/^world=1\.[\w-]+$/);
    const { world, kept } = await lab.openLink(`#${fragment}`);
    expect(kept).toBeUndefined();
    expect(await storyOf(world)).toEqual(await storyOf(lab.main));
    const [card] = (await world.keys({ account, region })).items;
    expect(card?.aliases).toEqual(['alias/shared']);
    const detail = card && (await world.key(card.rec.arn));
    expect(detail?.policy).toContain(card?.rec.arn);
    expect((await world.settings()).propagation).toBe(false);
    // The same link, the same world: to the byte.
    expect(await (await lab.openLink(fragment)).world.hash()).toBe(await world.hash());
  });

  it('can become a world that is kept', async () => {
    const there = await openLab({ store: 'memory', genesis });
    const { world, kept } = await there.openLink(fragment, { name: 'From a link' });
    expect(there.main).toBe(world);
    expect((await there.worlds()).map(({ name }) => name)).toEqual(['My world', 'From a link']);
    expect(kept?.open).toBe(true);
  });

  it('lists everything that it contains, and no plaintext', async () => {
    const report = await lab.inspectLink(fragment);
    if (!report.ok) throw new Error(report.reason);
    const { contents } = report;
    expect(contents.withoutPlaintext).toBe(true);
    expect(contents.accounts).toEqual(['111122223333', '444455556666']);
    expect(contents.steps.map(({ operation }) => operation)).toEqual([
      'CreateKey',
      'CreateAlias',
      'Encrypt',
      'Decrypt',
      'PutKeyPolicy',
      'CreateGrant',
      'RevokeGrant',
      'lab:SetSwitches',
    ]);
    expect(contents.steps[2]).toMatchObject({
      principal: admin,
      blobs: [{ path: 'Plaintext', length: 40, what: 'filler' }],
    });
    expect(contents.steps[0]?.texts).toContainEqual({ path: 'Description', text: 'shared' });
    const story = JSON.stringify(await decodeStory(fragment));
    for (const form of formsOf(bytes(planted))) expect(story).not.toContain(form);
  });

  it('holds plaintext only when that was asked for, and says so', async () => {
    const made = await lab.main.share({ plaintext: true, upTo: 4 });
    if (!made.ok) throw new Error(made.refused);
    expect(made.contents.withoutPlaintext).toBe(false);
    expect(made.contents.steps).toHaveLength(3);
    expect(JSON.stringify(await decodeStory(made.fragment))).toContain(
      Buffer.from(planted).toString('base64'),
    );
  });

  it('is refused when there is nothing, too much, or no beginning to tell', async () => {
    const empty = await World.open(new MemoryStore(), { genesis });
    expect(await empty.share()).toEqual({ ok: false, refused: 'nothing' });
    const long = await World.open(new MemoryStore(), { genesis });
    for (let i = 0; i < 80; i += 1)
      await makeKey(long, Array.from({ length: 400 }, () => Math.random().toString(36)[2]).join(''));
    expect(await long.share()).toMatchObject({ ok: false, refused: 'tooLong' });
    const folded = await World.open(new MemoryStore(), { genesis, historyLimit: 2 });
    for (let i = 0; i < 6; i += 1) await makeKey(folded);
    expect(await folded.share()).toEqual({ ok: false, refused: 'foldedAway' });
  });

  it('carries every service, the way by which a call came, and what was broken behind a key store', async () => {
    const world = await World.open(new MemoryStore(), { genesis });
    const organizations = (operation: string, input: Readonly<Record<string, unknown>>) =>
      output(world.call({ service: 'organizations', operation, input, principal: admin, region }));
    const { Organization } = await organizations('CreateOrganization', {});
    const { Roots } = await organizations('ListRoots', {});
    const [root] = Roots as readonly { readonly Id: string }[];
    await organizations('CreateOrganizationalUnit', { ParentId: root?.Id, Name: 'Unit' });
    await organizations('CreateAccount', { Email: 'workload@example.com', AccountName: 'Workload' });
    const workload = (await world.accounts()).find(({ name }) => name === 'Workload')?.account;
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'kms:Encrypt',
          Resource: '*',
          Condition: {
            Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
            StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          },
        },
      ],
    });
    await output(
      world.call({
        service: 'iam',
        operation: 'PutUserPolicy',
        input: { UserName: 'Alice', PolicyName: 'careful', PolicyDocument },
        principal: admin,
        region,
      }),
    );
    const KeyId = await makeKey(world);
    const input = { KeyId, Plaintext: bytes('x') };
    const careful = {
      mfa: true,
      sourceIp: '203.0.113.7',
      viaService: 's3.us-east-1.amazonaws.com',
    };
    await output(world.call({ ...careful, operation: 'Encrypt', input, principal: alice, region }));
    // As somebody of the account that was made, whose number stands in the caller's name.
    const newcomer = `arn:aws:iam::${workload}:root` as PrincipalArn;
    await output(world.call({ operation: 'CreateKey', input: {}, principal: newcomer, region }));
    await world.call({ operation: 'Encrypt', input, principal: alice, region });
    // Through an endpoint, which bears another name wherever the story is played again.
    const doorway = await output(
      world.call({
        service: 'ec2',
        operation: 'CreateVpcEndpoint',
        input: { VpcId: 'vpc-1' },
        principal: admin,
        region,
      }),
    );
    const vpcEndpoint = (doorway['VpcEndpoint'] as { readonly VpcEndpointId: string }).VpcEndpointId;
    await output(world.call({ operation: 'Encrypt', input, principal: admin, region, vpcEndpoint }));
    const backing = {
      id: 'cluster-1a2b3c4d5e6',
      kind: 'cluster',
      health: 'down',
      activeHsms: 2,
      kmsuser: 'ok',
    } as const;
    await world.setBacking(backing);
    const proxy = 'https://xks.example.com/kms/xks/v1';
    await world.setExternalKey({ proxy, id: 'outside', state: 'disabled' });
    const made = await world.share();
    if (!made.ok) throw new Error(made.refused);
    expect(made.leftOut).toEqual([]);
    const twin = (await lab.openLink(made.fragment)).world;
    expect(await storyOf(twin)).toEqual(await storyOf(world));
    const there = await twin.call({
      service: 'organizations',
      operation: 'DescribeOrganization',
      input: {},
      principal: admin,
      region,
    });
    expect(there.result).toMatchObject({ ok: true, output: { Organization: { MasterAccountId: account } } });
    expect(Organization).toBeDefined();
    const [passage] = (await twin.directory()).endpoints;
    const [last] = (await twin.trail({ n: 50 })).filter(({ event }) => event.eventName === 'Encrypt');
    expect(last?.event.vpcEndpointId).toBe(passage?.id);
    expect((await twin.keys({ account: workload as AccountId, region })).items).toHaveLength(1);
    const { steps } = made.contents;
    expect(steps.map(({ service }) => service)).toContain('iam');
    expect(steps.find(({ operation }) => operation === 'Encrypt')?.texts).toEqual(
      expect.arrayContaining([
        { path: '(mfa)', text: 'true' },
        { path: '(sourceIp)', text: '203.0.113.7' },
        { path: '(viaService)', text: 's3.us-east-1.amazonaws.com' },
      ]),
    );
    expect(steps.at(-1)).toMatchObject({
      operation: 'lab:SetExternalKey',
      texts: expect.arrayContaining([{ path: 'state', text: 'disabled' }]) as unknown,
    });
    expect(steps.at(-2)).toMatchObject({
      operation: 'lab:SetBacking',
      texts: expect.arrayContaining([{ path: 'health', text: 'down' }]),
    });
    // A file keeps the way too.
    const entry = (await twin.history.list({ n: 50 })).groups.flatMap(({ entries }) => entries);
    expect(entry.find(({ call }) => call.operation === 'Encrypt' && call.way?.mfa)?.call.way).toEqual(
      careful,
    );
    expect(await lab.inspectImport((await twin.exportFile()).blob)).toMatchObject({ ok: true });
    const story = await decodeStory(made.fragment);
    for (const [place, wrong] of [
      ['$.steps[0].service', { service: 'a b' }],
      ['$.steps[0].way.sourceIp', { way: { sourceIp: 7 } }],
      ['$.steps[0].way', { way: { who: 'me' } }],
      ['$.steps[0].through', { through: [0, 0] }],
    ] as const) {
      const steps_ = [{ ...story.steps[0], ...wrong }, ...story.steps.slice(1)] as Story['steps'];
      expect(await lab.inspectLink(await encodeStory({ ...story, steps: steps_ }))).toMatchObject({
        ok: false,
        place: expect.stringContaining(place),
      });
    }
    const broken = { ...story, steps: [{ backing: { ...backing, health: 'fine' } }] as never };
    expect(await lab.inspectLink(await encodeStory(broken))).toMatchObject({
      ok: false,
      place: '$.steps[0].backing.health',
    });
  });

  it('of a world from a template names the template, also after a reload, and what people in roles did', async () => {
    const there = await openLab({ store: 'memory', genesis });
    const made = await there.createWorld({ name: 'c', template: 'company', seed: 's', now: genesis.now });
    const world = await there.openWorld(made.id);
    const orders = 'arn:aws:iam::111122223333:role/OrdersApp' as typeof admin;
    await output(ask(world, 'Encrypt', { KeyId: 'alias/orders', Plaintext: bytes('x') }, orders));
    const { items } = await world.keys({ account, region });
    const KeyId = items.find(({ aliases }) => aliases.includes('alias/orders'))?.rec.arn;
    await output(ask(world, 'DescribeKey', { KeyId }, orders));
    const answer = await world.share();
    if (!answer.ok) throw new Error(answer.refused);
    expect(answer.leftOut).toEqual([]);
    expect(answer.contents.template).toBe('company');
    expect(answer.contents.steps.map(({ operation }) => operation)).toEqual(['Encrypt', 'DescribeKey']);
    expect(answer.fragment.length).toBeLessThan(1200);
    const twin = (await lab.openLink(answer.fragment)).world;
    expect(await storyOf(twin)).toEqual(await storyOf(world));
    expect((await twin.trail({ n: 2 })).map(({ event }) => event.errorCode)).toEqual([undefined, undefined]);
    const story = await decodeStory(answer.fragment);
    const wrong = await encodeStory({ ...story, template: 'castle' as 'company' });
    expect(await lab.inspectLink(wrong)).toMatchObject({ ok: false, place: '$.template' });
    const elsewhere = { ...story.genesis, accounts: [{ id: '999988887777' }] };
    await expect(lab.openLink(await encodeStory({ ...story, genesis: elsewhere }))).rejects.toMatchObject({
      name: 'LinkFault',
      place: '$.template',
    });
  });

  it('after a reload leaves out what it no longer knows, and names it', async () => {
    const store = new MemoryStore();
    const world = await World.open(store, { genesis });
    const KeyId = await makeKey(world);
    const { CiphertextBlob } = await output(ask(world, 'Encrypt', { KeyId, Plaintext: bytes('x') }));
    await output(ask(world, 'Decrypt', { CiphertextBlob }));
    const made = await (await World.open(store)).share();
    expect(made).toMatchObject({ ok: true, leftOut: [{ seq: 4, operation: 'Decrypt' }] });
  });

  it('from any sitting replays to the same story', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 20 }), async (deeds) => {
        const world = await World.open(new MemoryStore(), { genesis });
        const player = new Player();
        for (const one of deeds) await player.play(world, one);
        const made = await world.share();
        if (!made.ok) return;
        expect(made.leftOut).toEqual([]);
        const twin = (await lab.openLink(made.fragment)).world;
        // What fell due after the last call is not told.
        const told = await storyOf(twin);
        expect((await storyOf(world)).slice(-told.length)).toEqual(told);
      }),
      { ...campaign, numRuns: Math.ceil(runs / 20) },
    );
  });
});

describe('links that were changed', () => {
  const refused = async (given: string): Promise<void> => {
    const hash = await lab.main.hash();
    const report = await lab.inspectLink(given);
    if (report.ok) await lab.openLink(given);
    else {
      expect(report.place).toMatch(/^\$/);
      await expect(lab.openLink(given)).rejects.toMatchObject({ name: 'LinkFault' });
    }
    expect(await lab.main.hash()).toBe(hash);
  };

  it('in their text are refused', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom('cut', 'flip', 'insert'),
        fc.nat(61),
        async (where, how, n) => {
          const at = where % fragment.length;
          const letter = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'[n] ?? 'A';
          const text =
            how === 'cut'
              ? fragment.slice(0, at)
              : fragment.slice(0, at) + letter + fragment.slice(how === 'flip' ? at + 1 : at);
          if (text === fragment) return;
          expect(await lab.inspectLink(text)).toMatchObject({ ok: false });
          await refused(text);
        },
      ),
      { ...campaign, numRuns: runs / 2 },
    );
  });

  it(
    'by somebody who mends the check sum are refused with a place, or tell a story',
    { timeout: 120_000 },
    async () => {
      const good = await decodeStory(fragment);
      const strange = fc.oneof(
        fc.constantFrom<unknown>(
          null,
          -1,
          1e300,
          '',
          [],
          {},
          { $b: '!' },
          { $f: [0, 1e9] },
          { $o: [99, 'x'] },
          { $t: [[99, 0]] },
          { $s: -1 },
          { $p: [1] },
        ),
        fc.jsonValue({ maxDepth: 2 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.nat(), strange, async (where, value) => {
          const story = structuredClone(good) as unknown as Record<string, unknown>;
          const places: (readonly [Record<string, unknown>, string])[] = [];
          const walk = (holder: unknown): void => {
            if (typeof holder !== 'object' || holder === null) return;
            for (const [name, one] of Object.entries(holder)) {
              places.push([holder as Record<string, unknown>, name]);
              walk(one);
            }
          };
          walk(story);
          const [holder, name] = places[where % places.length] ?? [story, 'steps'];
          holder[name] = value;
          await refused(await encodeStory(story as unknown as Story));
        }),
        { ...campaign, numRuns: runs / 2 },
      );
    },
  );

  it.each([
    ['another fragment', 'lesson=1', /not a link/],
    ['another version', 'world=9.AAAA', /version/],
    ['nothing', 'world=1.', /damaged/],
    ['a bomb', undefined, /unpacks to more/],
    ['a long text', `world=1.${'A'.repeat(40_000)}`, /longer/],
  ])('with %s are refused', async (_, text, reason) => {
    const bomb = async () => {
      const zeros = new Blob([new Uint8Array(5_000_000)])
        .stream()
        .pipeThrough(new CompressionStream('deflate-raw'));
      const packed = Buffer.from(await new Response(zeros).arrayBuffer());
      return `world=1.${Buffer.concat([Buffer.alloc(4), packed]).toString('base64url')}`;
    };
    const report = await lab.inspectLink(text ?? (await bomb()));
    expect(report).toMatchObject({ ok: false, place: '$', reason: expect.stringMatching(reason) });
  });
});
