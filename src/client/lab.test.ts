import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/index.ts';
import {
  createLab,
  GenesisError,
  operations,
  SnapshotError,
  type Lab,
  type LabOptions,
  type Snapshot,
} from './lab.ts';

const admin = 'arn:aws:iam::111122223333:user/Admin';
const role = 'arn:aws:iam::111122223333:role/ExampleRole';
const now = new Date('2026-03-01T12:00:00Z');
const bytes = (text: string) => new TextEncoder().encode(text);

/** What a call of the administrator answers; a refusal fails the test. */
async function ask(
  lab: Lab,
  operation: string,
  input: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { result } = await lab.handle({ operation, input, principal: admin });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}
const newKey = async (lab: Lab) =>
  ((await ask(lab, 'CreateKey'))['KeyMetadata'] as { readonly KeyId: string }).KeyId;
const keyCount = async (lab: Lab) => ((await ask(lab, 'ListKeys'))['Keys'] as readonly unknown[]).length;

describe('createLab', () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown option', { sead: 'x' }, /options\.sead is not an option/],
    ['a date that is none', { now: new Date('x') }, /options\.now must be a valid Date/],
    ['a date as text', { now: '2026-01-01' }, /options\.now must be a valid Date/],
    ['an empty seed', { seed: '' }, /seed must be a text/],
    ['an unknown store', { store: 'disk' }, /options\.store must be/],
    [
      'IndexedDB where there is none',
      { store: 'indexeddb' },
      /options\.store is "indexeddb", and there is no IndexedDB/,
    ],
    ['half a store', { store: { open: () => {} } }, /options\.store must be/],
    ['a switch that is neither on nor off', { throttling: 'no' }, /throttling must be true or false/],
    ['no account', { accounts: [] }, /accounts must be a list of at least one/],
    [
      'an account number of 3 digits',
      { accounts: [{ id: '123' }] },
      /accounts\[0\]\.id must be twelve digits/,
    ],
    [
      'an ARN that is none',
      { accounts: [{ id: '111122223333', principals: [{ arn: 'bob' }] }] },
      /accounts\[0\]\.principals\[0\]\.arn/,
    ],
    [
      'a user of another account',
      { accounts: [{ id: '111122223333', principals: [{ arn: 'arn:aws:iam::444455556666:user/Bob' }] }] },
      /accounts\[0\]\.principals\[0\]\.arn belongs to account 444455556666/,
    ],
    [
      'a policy that is no JSON',
      {
        accounts: [
          {
            id: '111122223333',
            principals: [{ arn: 'arn:aws:iam::111122223333:user/Bob', policies: ['{'] }],
          },
        ],
      },
      /accounts\[0\]\.principals\[0\]\.policies\[0\] is not JSON/,
    ],
  ];
  it.each(wrong)('names the place of %s', async (_, options, message) => {
    const made = createLab(options as LabOptions); // deliberately wrong
    await expect(made).rejects.toThrow(GenesisError);
    await expect(made).rejects.toThrow(message);
  });

  it('makes labs that know nothing of each other', async () => {
    const [one, other] = await Promise.all([createLab(), createLab()]);
    await newKey(one);
    expect([await keyCount(one), await keyCount(other)]).toEqual([1, 0]);
    expect(await one.credentialsFor(admin)).not.toEqual(await other.credentialsFor(admin));
  });

  it('repeats to the byte with a seed and a date', async () => {
    const story = async (seed: string) => {
      const lab = await createLab({ seed, now });
      const KeyId = await newKey(lab);
      const { CiphertextBlob } = await ask(lab, 'Encrypt', { KeyId, Plaintext: bytes('a') });
      return { KeyId, CiphertextBlob, credentials: await lab.credentialsFor(role), trail: await lab.trail() };
    };
    expect(await story('a')).toEqual(await story('a'));
    expect((await story('b')).KeyId).not.toBe((await story('a')).KeyId);
  });

  it('lists the operations that it has, and answers each of them', async () => {
    expect(operations).toContain('ReEncrypt');
    const lab = await createLab();
    for (const operation of operations) {
      const { result } = await lab.handle({ operation, principal: admin });
      expect(result.ok ? undefined : result.refusal.refused).not.toBe('UnknownOperationException');
    }
  });
});

describe('time', () => {
  it('stands still with a date of its own, and moves by advance only', async () => {
    const lab = await createLab({ now });
    expect(lab.now()).toEqual(now);
    await lab.advance({ days: 1, hours: 2, seconds: 3 });
    expect(lab.now()).toEqual(new Date('2026-03-02T14:00:03Z'));
  });

  it('else goes with the wall clock', async () => {
    const lab = await createLab();
    expect(Math.abs(lab.now().getTime() - Date.now())).toBeLessThan(2000);
    await lab.advance({ hours: 1 });
    expect(Math.abs(lab.now().getTime() - Date.now() - 3_600_000)).toBeLessThan(2000);
  });

  it('runs what falls due, and tells it', async () => {
    const lab = await createLab({ now });
    const KeyId = await newKey(lab);
    await ask(lab, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await lab.advance({ days: 6 })).toEqual([]);
    expect(await lab.advance({ days: 2 })).toMatchObject([
      { eventName: 'DeleteKey', eventType: 'AwsServiceEvent' },
    ]);
    expect(await keyCount(lab)).toBe(0);
  });

  it.each([[{ days: -1 }], [{ hours: NaN }], [{ minutes: 1 }]])('refuses to advance by %o', async (by) => {
    await expect((await createLab()).advance(by as object)).rejects.toThrow(RangeError);
  });
});

describe('principals', () => {
  it.each(['arn:aws:iam::111122223333:user/Nobody', 'Admin', ''])(
    'the lab throws for %j',
    async (principal) => {
      const lab = await createLab();
      const message = `no principal ${JSON.stringify(principal)}`;
      expect(() => lab.requestHandlerFor({ principal })).toThrow(message);
      await expect(lab.credentialsFor(principal)).rejects.toThrow(message);
      await expect(lab.handle({ operation: 'ListKeys', principal })).rejects.toThrow(message);
    },
  );

  it('and for a Region that is none', async () => {
    const lab = await createLab();
    expect(() => lab.requestHandlerFor({ principal: admin, region: 'Frankfurt' })).toThrow('Frankfurt');
    await expect(lab.handle({ operation: 'ListKeys', principal: admin, region: '' })).rejects.toThrow(
      'Region',
    );
  });
});

describe('a snapshot', () => {
  const throughJson = (snapshot: Snapshot): unknown => JSON.parse(JSON.stringify(snapshot));

  it('is plain JSON, and brings everything back', async () => {
    const lab = await createLab({ seed: 'snapshot', now });
    const KeyId = await newKey(lab);
    // An encryption context that looks like the snapshot's own way to write bytes.
    const EncryptionContext = { $bytes: 'AAAA' };
    const { CiphertextBlob } = await ask(lab, 'Encrypt', {
      KeyId,
      Plaintext: bytes('kept'),
      EncryptionContext,
    });
    const [user, session] = [await lab.credentialsFor(admin), await lab.credentialsFor(role)];
    await lab.advance({ days: 3 });
    const trail = await lab.trail();
    const snapshot = await lab.snapshot();
    expect(throughJson(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({ kind: 'KMS Lab world', version: 2 });

    const later = await createLab();
    const handler = later.requestHandler;
    await newKey(later);
    await later.restore(throughJson(snapshot));
    expect(later.now()).toEqual(lab.now());
    expect(await later.trail()).toEqual(JSON.parse(JSON.stringify(trail)));
    expect(await ask(later, 'Decrypt', { CiphertextBlob, EncryptionContext })).toMatchObject({
      Plaintext: bytes('kept'),
    });
    expect(await later.credentialsFor(admin)).toEqual(user);
    expect(later.requestHandler).toBe(handler);
    expect(await keyCount(later)).toBe(1);
    expect(session.accessKeyId).toMatch(/^ASIA/);

    // Both go on from here in the same way, because the seed and the number of the step came along.
    await ask(lab, 'Decrypt', { CiphertextBlob, EncryptionContext });
    await lab.credentialsFor(admin);
    await ask(lab, 'ListKeys');
    expect(await newKey(later)).toBe(await newKey(lab));
  });

  it('can go back to what was', async () => {
    const lab = await createLab();
    await newKey(lab);
    const before = await lab.snapshot();
    await newKey(lab);
    await lab.restore(before);
    expect(await keyCount(lab)).toBe(1);
    await newKey(lab);
    await lab.restore(before);
    expect(await keyCount(lab)).toBe(1);
  });

  it('goes into any store', async () => {
    const lab = await createLab();
    const KeyId = await newKey(lab);
    const { CiphertextBlob } = await ask(lab, 'Encrypt', { KeyId, Plaintext: bytes('moved') });
    const other = await createLab({ store: new MemoryStore() });
    await other.restore(await lab.snapshot());
    expect(await ask(other, 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: bytes('moved') });
  });

  const broken: readonly (readonly [string, (s: Record<string, unknown>) => unknown, RegExp])[] = [
    ['nothing', () => null, /\$ is not an object/],
    ['another file', () => ({ kind: 'x' }), /\$\.kind is not/],
    ['a newer version', (s) => ({ ...s, version: 3 }), /\$\.version is 3, newer than version 2/],
    ['no version', (s) => ({ ...s, version: 'x' }), /\$\.version is not a version/],
    ['half a key', (s) => ({ ...s, device: { protection: 'none', key: 'AAAA' } }), /\$\.check/],
    ['no entries', (s) => ({ ...s, entries: [] }), /\$ holds no world/],
    [
      'a gap',
      (s) => ({ ...s, entries: (s['entries'] as unknown[]).slice(1) }),
      /\$\.entries\[0\]\.seq is 2, not 1/,
    ],
    ['an entry that is none', (s) => ({ ...s, entries: ['x'] }), /\$\.entries\[0\] is not an object/],
    ['unreadable bytes', (s) => ({ ...s, entries: [{ x: { $bytes: '*' } }] }), /entries\[0\]\.x\.\$bytes/],
    ['an unknown value', (s) => ({ ...s, entries: [{ x: { $date: 1 } }] }), /unknown kind of value/],
    [
      'a change that is none',
      (s) => ({
        ...s,
        entries: [
          {
            seq: 1,
            group: 'g',
            at: 0,
            call: { operation: 'x', region: 'x', principal: 'x', input: null },
            events: [],
            diff: [{ ref: '?' }],
          },
        ],
      }),
      /\$\.entries\[0\]\.diff\[0\]\.ref does not name a record/,
    ],
  ];
  it.each(broken)('with %s is refused and changes nothing', async (_, damage, message) => {
    const lab = await createLab();
    await newKey(lab);
    const damaged = damage({ ...(await lab.snapshot()) });
    const restored = lab.restore(damaged);
    await expect(restored).rejects.toThrow(SnapshotError);
    await expect(restored).rejects.toThrow(message);
    expect(await keyCount(lab)).toBe(1);
  });
});

it('a closed lab answers no more', async () => {
  const lab = await createLab();
  const snapshot = await lab.snapshot();
  await lab.close();
  await expect(newKey(lab)).rejects.toThrow('closed');
  await expect(lab.restore(snapshot)).rejects.toThrow('closed');
  await lab.close();
});
