import { expect, test } from 'vitest';
import { World } from '../src/client/index.ts';
import { setQuota, symmetricBucket, type PrincipalArn, type Region } from '../src/engine/index.ts';
import { fleetCourse } from '../src/flows/index.ts';
import { MemoryStore } from '../src/store/index.ts';

/** What makes the throttling scene true: its fleet and the whole engine say the same of every call. */

const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'eu-north-1' as Region;

test.each([['backOff'], ['fullJitter'], ['atOnce']] as const)(
  '[FLEET] 1,000 Decrypt calls with %s: served or ThrottlingException as full execution answers, call by call',
  async (retry) => {
    const quota = 100;
    const asked: { at: number; served: boolean }[] = [];
    fleetCourse(
      {
        clients: 10,
        jobsPerSecond: 200,
        loadSeconds: 5,
        seconds: 10,
        quota,
        retry,
        attempts: 4,
        dataKeyCache: undefined,
        bucketKeys: false,
        seed: 3,
      },
      (at, _client, _attempt, served) => asked.push({ at, served }),
    );
    const calls = asked.slice(0, 1000);
    expect(calls).toHaveLength(1000);

    const world = await World.open(new MemoryStore(), {
      id: 'fleet',
      genesis: { seed: 'fleet', now: '2026-01-01T00:00:00.000Z', switches: { throttling: true } },
    });
    await world.change('SetQuota', {}, (overlay) => setQuota(overlay, symmetricBucket, quota));
    const ask = async (operation: string, input: Record<string, unknown>) => {
      const { result } = await world.call({ operation, input, principal: admin, region });
      return result;
    };
    const made = await ask('CreateKey', {});
    if (!made.ok) throw new Error(made.refusal.refused);
    const { KeyId } = made.output['KeyMetadata'] as { KeyId: string };
    const sealed = await ask('Encrypt', { KeyId, Plaintext: new Uint8Array(8) });
    if (!sealed.ok) throw new Error(sealed.refusal.refused);
    // The bucket is full again when the fleet begins.
    await world.advance({ seconds: 1 });
    const start = (await world.now()).at;
    const answers: boolean[] = [];
    let now = 0;
    for (const { at } of calls) {
      if (at > now) await world.advance({ to: start + (now = at) });
      const result = await ask('Decrypt', { CiphertextBlob: sealed.output['CiphertextBlob'] });
      if (!result.ok) expect(result.refusal.refused).toBe('ThrottlingException');
      answers.push(result.ok);
    }
    expect(answers).toEqual(calls.map(({ served }) => served));
    expect(answers.filter((ok) => !ok).length).toBeGreaterThan(100);
    await world.close();
  },
);
