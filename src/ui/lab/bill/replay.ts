import type { Around, WorldApi } from '../../../client/index.ts';
import type { PrincipalArn, Region, ServiceName } from '../../../engine/index.ts';
import { fillersOf } from './fillers.ts';
import { CallRefused, maker, monthSeconds, type Lives, type Use } from './putsIf.ts';
import type { RecordedCall, WhatIf } from './recorded.ts';
import { changesOf, wayOf, type Change } from './ways.ts';

/*
 * What the calls of this world would have asked of KMS if something had been set otherwise. Calls that differ in nothing
 * that the bill could notice are one class; one of each is made again in a copy of the world as it was just before it, as
 * it was and changed, and multiplied.
 */

interface Kind {
  readonly sample: RecordedCall;
  readonly n: number;
  readonly seconds: number;
}

export interface Replayed {
  readonly service: string;
  readonly operation: string;
  readonly about: string;
  readonly refused: string | undefined;
  /** What of the settings it noticed. */
  readonly changes: readonly Change[];
  readonly n: number;
  /** Requests to KMS. Undefined: it could not be made again. */
  readonly was: number | undefined;
  readonly would: number | undefined;
}
export interface Replay {
  readonly kinds: readonly Replayed[];
  /** Of all that could be made again, with counts multiplied. */
  readonly was: readonly Use[];
  readonly would: readonly Use[];
}

/** OURS: so many of the newest entries; a world of more has been used by programs. */
const newest = 5000;

/** What people and programs called, refused or not; not what time brought, nor what was set on the world itself. */
async function recordedCalls(world: WorldApi, around: Around): Promise<readonly RecordedCall[]> {
  const { groups } = await world.history.list({ n: newest });
  const keys = new Map(
    (await world.trail({ n: Infinity })).flatMap(({ seq, event }) => {
      const key = around.keysOf(event)[0];
      return key === undefined ? [] : [[seq, key] as const];
    }),
  );
  return groups
    .flatMap(({ entries }) => entries)
    .filter(
      ({ call, onPath, travel }) =>
        onPath &&
        travel === undefined &&
        !call.operation.startsWith('lab:') &&
        call.principal !== 'kms.amazonaws.com' &&
        call.operation !== 'DeliverLogFiles',
    )
    .map(({ call, at, seq, refused }) => ({
      service: call.service ?? 'kms',
      operation: call.operation,
      region: call.region,
      principal: call.principal,
      input: call.input as Readonly<Record<string, unknown>>, // an operation's input is an object
      way: call.way,
      at,
      seq,
      refused,
      key: keys.get(seq),
    }));
}

export async function replayCalls(
  world: WorldApi,
  around: Around,
  lives: Lives,
  whatIf: WhatIf,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Replay> {
  const kinds = around.classesOf(await recordedCalls(world, around));
  const replayed: Replayed[] = [];
  const was: Use[] = [];
  const would: Use[] = [];
  for (const [done, { sample, n, seconds }] of kinds.entries()) {
    onProgress(done, kinds.length);
    const kind = {
      sample,
      n: n * whatIf.times,
      seconds: whatIf.times > 1 ? monthSeconds : seconds,
    };
    const changes = changesOf(sample, whatIf);
    const before = await askedBy(world, around, lives, kind, undefined);
    const after =
      changes.length === 0 || before === undefined
        ? before
        : await askedBy(world, around, lives, kind, whatIf);
    if (before && after) {
      was.push(...before.uses);
      would.push(...after.uses);
    }
    const { service, operation, refused, input } = sample;
    replayed.push({
      service,
      operation,
      about: around.aboutOf(input),
      refused,
      changes,
      n: kind.n,
      was: before?.requests,
      would: after?.requests,
    });
  }
  return { kinds: replayed, was, would };
}

/** What is decrypted must be readable: the copy makes one, under the key and the context of the real one. */
async function withCiphertext(copy: WorldApi, sample: RecordedCall): Promise<RecordedCall> {
  const { service, input, key, region, refused } = sample;
  if (
    service !== 'kms' ||
    input['CiphertextBlob'] === undefined ||
    key === undefined ||
    refused !== undefined
  )
    return sample;
  const EncryptionContext = input['EncryptionContext'] ?? input['SourceEncryptionContext'];
  const EncryptionAlgorithm = input['EncryptionAlgorithm'] ?? input['SourceEncryptionAlgorithm'];
  const account = key.split(':')[4] ?? '';
  for (const principal of [sample.principal, `arn:aws:iam::${account}:root`]) {
    const { result } = await copy.call({
      operation: 'Encrypt',
      input: {
        KeyId: key,
        Plaintext: new Uint8Array([1]),
        ...(EncryptionContext === undefined ? {} : { EncryptionContext }),
        ...(EncryptionAlgorithm === undefined ? {} : { EncryptionAlgorithm }),
      },
      principal: principal as PrincipalArn,
      region: region as Region,
    });
    if (result.ok) return { ...sample, input: { ...input, CiphertextBlob: result.output['CiphertextBlob'] } };
  }
  return sample;
}

type Asked = { readonly uses: readonly Use[]; readonly requests: number };

/** The journal does not tell whether a secret was bytes or text: what is refused for the one is tried with the other. */
async function askedBy(
  world: WorldApi,
  around: Around,
  lives: Lives,
  kind: Kind,
  changed: WhatIf | undefined,
): Promise<Asked | undefined> {
  for (const as of ['bytes', 'text'] as const) {
    const input = fillersOf(kind.sample.input, as) as RecordedCall['input']; // of an object, an object
    const asked = await executed(
      world,
      around,
      lives,
      { ...kind, sample: { ...kind.sample, input } },
      changed,
    );
    if (asked) return asked;
  }
  return undefined;
}

async function executed(
  world: WorldApi,
  around: Around,
  lives: Lives,
  { sample, n, seconds }: Kind,
  changed: WhatIf | undefined,
): Promise<Asked | undefined> {
  const copy = await world.fork();
  try {
    await copy.history.goTo(sample.seq - 1);
    const { input, hold, limits } = await wayOf(copy, await withCiphertext(copy, sample), changed);
    const call = {
      ...sample.way,
      service: sample.service as ServiceName, // the journal has only such names
      operation: sample.operation,
      input,
      principal: sample.principal as PrincipalArn,
      region: sample.region as Region,
    };
    // A signature of fillers is refused where the real one was not; the request is the same.
    const make = maker(copy, around, call, lives, true);
    if (!hold) {
      const uses = await make(0);
      return { uses: uses.map((use) => ({ ...use, n: use.n * n })), requests: uses.length * n };
    }
    const gap = seconds / n;
    // Held since the last use: as long as the next one comes in time, for ever.
    const holdSeconds = hold.idle && gap < hold.seconds ? 2 * seconds + 1 : hold.seconds;
    // Each key has its own share of the calls, and its own data keys.
    const each = changed?.keys === undefined ? n : Math.max(1, Math.ceil(n / changed.keys));
    const one = await around.repeated(limits ? around.cachingClient(make, limits) : make, {
      n: each,
      seconds,
      holdSeconds,
      limits,
    });
    const times = n / each;
    return {
      uses: one.uses.map((use) => ({ ...use, n: Math.round(use.n * times) })),
      requests: Math.round(one.requests * times),
    };
  } catch (thrown) {
    if (thrown instanceof CallRefused) return undefined;
    throw thrown;
  } finally {
    await copy.close();
  }
}
