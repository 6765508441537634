import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLab, World, type CallAnswer } from '../src/client/index.ts';
import {
  invert,
  parseRegion,
  type Bytes,
  type Diff,
  type PrincipalArn,
  type Rec,
  type Ref,
  type ServiceName,
} from '../src/engine/index.ts';
import { MemoryStore, type Entry } from '../src/store/index.ts';

/*
 * The laws that everything stands on (design.md §4), on random sequences of calls. KMS_LONG=1 runs them whole; a plain
 * `npm test` a tenth.
 */
const runs = process.env['KMS_LONG'] ? 400 : 40;
const seed = Number(process.env['KMS_SEED'] ?? Date.now() % 2 ** 31);
console.log(`laws: KMS_SEED=${seed}, ${runs} runs each`);
const campaign = { numRuns: runs, seed };

const accounts = ['111122223333', '444455556666'];
const people = accounts.flatMap((id) =>
  ['user/Admin', 'user/Alice', 'root'].map((who) => `arn:aws:iam::${id}:${who}` as PrincipalArn),
);
const regions = ['us-east-1', 'eu-central-1'].flatMap((code) => parseRegion(code) ?? []);

/** One thing to do. Keys and blobs are named by number: which ones they are is known only when the script is played. */
interface Line {
  readonly what: string;
  readonly who: number;
  readonly where: number;
  readonly key: number;
  readonly other: number;
  readonly n: number;
}
const whats = [
  ['CreateKey', 4],
  ['Encrypt', 4],
  ['Decrypt', 4],
  ['ReEncrypt', 2],
  ['GenerateDataKey', 3],
  ['GenerateDataKeyWithoutPlaintext', 1],
  ['GenerateRandom', 1],
  ['DescribeKey', 1],
  ['ListKeys', 1],
  ['CreateAlias', 3],
  ['UpdateAlias', 1],
  ['DeleteAlias', 2],
  ['ListAliases', 1],
  ['EnableKey', 1],
  ['DisableKey', 2],
  ['ScheduleKeyDeletion', 3],
  ['CancelKeyDeletion', 1],
  ['GetKeyPolicy', 1],
  ['PutKeyPolicy', 2],
  ['TagResource', 2],
  ['UntagResource', 1],
  ['ListResourceTags', 1],
  ['UpdateKeyDescription', 1],
  ['NoSuchOperation', 1],
  ['iam:CreateUser', 1],
  ['iam:DeleteUser', 1],
  ['iam:PutUserPolicy', 1],
  ['iam:TagUser', 1],
  ['iam:CreatePolicy', 1],
  ['iam:CreatePolicyVersion', 1],
  ['iam:AttachUserPolicy', 1],
  ['iam:DetachUserPolicy', 1],
  ['iam:DeletePolicy', 1],
  ['iam:CreateGroup', 1],
  ['iam:AddUserToGroup', 1],
  ['iam:PutUserPermissionsBoundary', 1],
  ['iam:CreateRole', 1],
  ['iam:UpdateAssumeRolePolicy', 1],
  ['sts:AssumeRole', 2],
  ['organizations:CreateOrganization', 1],
  ['organizations:InviteAccountToOrganization', 1],
  ['organizations:CreatePolicy', 1],
  ['advance', 3],
  ['setSwitches', 1],
] as const;
const line: fc.Arbitrary<Line> = fc.record({
  what: fc.oneof(...whats.map(([what, weight]) => ({ weight, arbitrary: fc.constant<string>(what) }))),
  who: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(people.length - 1) },
  ),
  where: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  key: fc.nat(4),
  other: fc.nat(4),
  n: fc.nat(40),
});
const script = fc.array(line, { minLength: 5, maxLength: 40 });

/** Who may take the role `R…` of the first account: the root users of some accounts, never nobody. */
const trustFor = (n: number): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: n % 7 === 0 ? 'Deny' : 'Allow',
        Principal: { AWS: n % 3 === 0 ? '*' : `arn:aws:iam::${accounts[n % 2]}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  });
const allowing = (n: number): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: n % 2 === 0 ? 'kms:*' : 'sts:*', Resource: '*' }],
  });

const marker = (n: number): Bytes => Uint8Array.from({ length: 24 }, (_, i) => (n * 37 + i * 101 + 13) % 251);
const policyFor = (n: number): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: n % 3 === 0 ? '*' : `arn:aws:iam::${accounts[n % 2]}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

function identityInputs(
  n: number,
  other: number,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const UserName = ['Alice', 'U0', 'U1'][n % 3] ?? 'Alice';
  const PolicyArn = `arn:aws:iam::${accounts[0]}:policy/P${other % 2}`;
  const RoleName = `R${other % 2}`;
  const GroupName = `G${other % 2}`;
  return {
    'iam:CreateUser': { UserName, ...(n % 5 === 0 ? { PermissionsBoundary: PolicyArn } : {}) },
    'iam:DeleteUser': { UserName },
    'iam:PutUserPolicy': { UserName, PolicyName: `p${n % 2}`, PolicyDocument: allowing(n) },
    'iam:TagUser': { UserName, Tags: [{ Key: `k${n % 3}`, Value: String(n) }] },
    'iam:CreatePolicy': { PolicyName: `P${other % 2}`, PolicyDocument: allowing(n) },
    'iam:CreatePolicyVersion': { PolicyArn, PolicyDocument: allowing(n), SetAsDefault: n % 2 === 0 },
    'iam:AttachUserPolicy': { UserName, PolicyArn },
    'iam:DetachUserPolicy': { UserName, PolicyArn },
    'iam:DeletePolicy': { PolicyArn },
    'iam:CreateGroup': { GroupName },
    'iam:AddUserToGroup': { GroupName, UserName },
    'iam:PutUserPermissionsBoundary': { UserName, PermissionsBoundary: PolicyArn },
    'iam:CreateRole': { RoleName, AssumeRolePolicyDocument: trustFor(n) },
    'iam:UpdateAssumeRolePolicy': { RoleName, PolicyDocument: trustFor(n) },
    'sts:AssumeRole': { RoleArn: `arn:aws:iam::${accounts[0]}:role/${RoleName}`, RoleSessionName: `s${n}` },
    'organizations:CreateOrganization': {},
    'organizations:InviteAccountToOrganization': { Target: { Id: accounts[1], Type: 'ACCOUNT' } },
    'organizations:CreatePolicy': {
      Name: `scp${n % 2}`,
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: allowing(n),
    },
  };
}

/** Plays a script to a world; `between` may swap the world for another before each line. */
class Player {
  readonly keys: string[] = [];
  readonly blobs: Bytes[] = [];

  /** Another player who knows what this one knows by now. */
  twin(): Player {
    const twin = new Player();
    twin.keys.push(...this.keys);
    twin.blobs.push(...this.blobs);
    return twin;
  }

  async play(world: World, { what, who, where, key, other, n }: Line): Promise<void> {
    if (what === 'advance') return void (await world.advance({ hours: n * 12 }));
    if (what === 'setSwitches') return world.setSwitches({ throttling: n % 2 === 0 });
    const KeyId = this.keys[key % Math.max(1, this.keys.length)] ?? 'alias/none';
    const AliasName = `alias/a${n % 3}`;
    const EncryptionContext = n % 2 === 0 ? { n: String(n % 4) } : undefined;
    const CiphertextBlob = this.blobs[other % Math.max(1, this.blobs.length)] ?? marker(n);
    const inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      CreateKey: {
        Description: `key ${n}`,
        ...(n % 4 === 0 ? { Tags: [{ TagKey: 'n', TagValue: String(n) }] } : {}),
      },
      Encrypt: { KeyId: n % 5 === 0 ? AliasName : KeyId, Plaintext: marker(n), EncryptionContext },
      Decrypt: { CiphertextBlob, EncryptionContext },
      ReEncrypt: { CiphertextBlob, DestinationKeyId: KeyId, SourceEncryptionContext: EncryptionContext },
      GenerateDataKey: { KeyId, KeySpec: 'AES_256', EncryptionContext },
      GenerateDataKeyWithoutPlaintext: { KeyId, NumberOfBytes: 1 + n },
      GenerateRandom: { NumberOfBytes: n },
      CreateAlias: { AliasName, TargetKeyId: KeyId },
      UpdateAlias: { AliasName, TargetKeyId: KeyId },
      DeleteAlias: { AliasName },
      ListKeys: { Limit: 1 + (n % 3) },
      ScheduleKeyDeletion: { KeyId, PendingWindowInDays: 7 + (n % 3) },
      PutKeyPolicy: { KeyId, Policy: policyFor(n), BypassPolicyLockoutSafetyCheck: n % 2 === 0 },
      TagResource: { KeyId, Tags: [{ TagKey: `t${n % 3}`, TagValue: String(n) }] },
      UntagResource: { KeyId, TagKeys: [`t${n % 3}`] },
      UpdateKeyDescription: { KeyId, Description: `changed ${n}` },
      ListAliases: {},
      ...identityInputs(n, other),
    };
    const principal = people[who];
    const region = regions[where];
    if (!principal || !region) throw new Error('the script names nobody, or no place');
    const [service, operation] = what.includes(':') ? what.split(':') : ['kms', what];
    this.#remember(
      await world.call({
        service: service as ServiceName, // the list of what there is to do names no others
        operation: operation ?? what,
        input: inputs[what] ?? { KeyId },
        // Root users need no policy: else nearly all of this would be refused.
        principal:
          service === 'kms' || service === 'sts' || n % 4 === 0
            ? principal
            : (`arn:aws:iam::${accounts[0]}:root` as PrincipalArn),
        region,
      }),
    );
  }

  #remember({ result }: CallAnswer): void {
    if (!result.ok) return;
    const { KeyMetadata, CiphertextBlob } = result.output as {
      KeyMetadata?: { Arn: string };
      CiphertextBlob?: Bytes;
    };
    if (KeyMetadata && !this.keys.includes(KeyMetadata.Arn)) this.keys.push(KeyMetadata.Arn);
    if (CiphertextBlob) this.blobs.push(CiphertextBlob);
  }
}

const genesis = { seed: 'laws', now: '2026-01-01T00:00:00Z', switches: { throttling: true } } as const;
const device = (): Bytes => new Uint8Array(32).fill(7);

async function playAll(
  lines: readonly Line[],
  store = new MemoryStore({ device: device() }),
): Promise<{ store: MemoryStore; world: World; player: Player }> {
  const world = await World.open(store, { genesis });
  const player = new Player();
  for (const one of lines) await player.play(world, one);
  return { store, world, player };
}

const journal = async (store: MemoryStore): Promise<readonly Entry[]> =>
  (await store.entries({ n: Infinity })).toReversed();

function fold(diffs: readonly Diff[], from: ReadonlyMap<Ref, Rec> = new Map()): Map<Ref, Rec> {
  const records = new Map(from);
  for (const { ref, before, after } of diffs.flat()) {
    // Also the half that an undo needs: every change says truly what was there.
    expect(records.get(ref)).toEqual(before);
    if (after) records.set(ref, after);
    else records.delete(ref);
  }
  return records;
}

const sorted = (records: Iterable<readonly [Ref, Rec]>) => [...records].sort(([a], [b]) => (a < b ? -1 : 1));
const everything = { prefix: '', n: Infinity };

describe('the laws of a world', () => {
  it('fold: the entries, applied in order, are the live records, in the store and in the working view; reversed, they are nothing', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const { store, world } = await playAll(lines);
        const diffs = (await journal(store)).map(({ diff }) => diff);
        const folded = fold(diffs);
        const pairs = (found: readonly { readonly ref: Ref; readonly rec: Rec }[]) =>
          found.map(({ ref, rec }) => [ref, rec] as const);
        expect(sorted(folded)).toEqual(pairs(await store.range('ref', everything)));
        expect(sorted(folded)).toEqual(pairs(await world.read((view) => view.range('ref', everything))));
        expect(fold(diffs.toReversed().map(invert), folded).size).toBe(0);
      }),
      campaign,
    );
  });

  it('re-run: the same calls with the same draws give the same entries', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const [one, two] = [await playAll(lines), await playAll(lines)];
        expect(await journal(one.store)).toEqual(await journal(two.store));
        expect(one.player.blobs).toEqual(two.player.blobs);
      }),
      campaign,
    );
  });

  it('retry: a world that loads what it lacks, step by step, writes what a world writes that has all in memory', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const complete = await playAll(lines);
        const store = new MemoryStore({ device: device() });
        await World.open(store, { genesis });
        const player = new Player();
        // Opened anew for each line: nothing is loaded but the settings and the clock.
        for (const one of lines) await player.play(await World.open(store), one);
        expect(await journal(store)).toEqual(await journal(complete.store));
      }),
      campaign,
    );
  });

  it('fork: what a fork does is what its parent would have done, and leaves no mark on it', async () => {
    await fc.assert(
      fc.asyncProperty(script, script, async (before, after) => {
        const { store, world, player } = await playAll(before);
        const image = store.image();
        const fork = await world.fork();
        // The parent and its fork go on by turns; the same script, so that they do to the same records at the same time.
        const [own, theirs] = [player.twin(), player.twin()];
        const mixed = after.toReversed();
        for (const [i, one] of after.entries()) {
          await own.play(fork, one);
          await theirs.play(world, mixed[i] ?? one);
        }
        const alone = new MemoryStore({ image });
        const twin = await World.open(alone);
        const third = player.twin();
        for (const one of after) await third.play(twin, one);
        const records = (of: World) => of.read((view) => view.range('ref', everything));
        expect(await records(fork)).toEqual(await records(twin));
        expect((await fork.trail({ n: 999 })).map(({ event }) => event)).toEqual(
          (await twin.trail({ n: 999 })).map(({ event }) => event),
        );

        const parentAlone = await World.open(new MemoryStore({ image }));
        const fourth = player.twin();
        for (const one of mixed) await fourth.play(parentAlone, one);
        expect(await records(world)).toEqual(await records(parentAlone));
      }),
      { ...campaign, numRuns: Math.ceil(runs / 2) },
    );
  });

  it('secrets: no plaintext and no data key reaches an entry or a trace', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }), async (numbers) => {
        const { main } = await openLab({ store: 'memory', genesis });
        const [principal, region] = [people[0], regions[0]];
        if (!principal || !region) throw new Error('nobody');
        const ask = async (operation: string, input: Readonly<Record<string, unknown>>) => {
          const { result } = await main.call({ operation, input, principal, region });
          if (!result.ok) throw new Error(result.refusal.message);
          return result.output;
        };
        const made = (await ask('CreateKey', {}))['KeyMetadata'] as { readonly KeyId: string };
        const secrets: Bytes[] = [];
        for (const n of numbers) {
          const { CiphertextBlob } = await ask('Encrypt', { KeyId: made.KeyId, Plaintext: marker(n) });
          await ask('Decrypt', { CiphertextBlob });
          const dataKey = await ask('GenerateDataKey', { KeyId: made.KeyId, KeySpec: 'AES_256' });
          secrets.push(marker(n), dataKey['Plaintext'] as Bytes);
        }
        const records = await main.read((view) => view.range('ref', everything));
        const kept = written([await main.trail({ n: 999 }), await main.traces(999), records]);
        for (const secret of secrets) {
          for (const form of ['hex', 'base64', 'latin1'] as const)
            expect(kept).not.toContain(Buffer.from(secret).toString(form));
        }
      }),
      { ...campaign, numRuns: Math.ceil(runs / 4) },
    );
  });
});

/** Everything as text, bytes in the three forms in which a secret could hide. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    part instanceof Uint8Array
      ? (['hex', 'base64', 'latin1'] as const).map((form) => Buffer.from(part).toString(form))
      : part,
  );
