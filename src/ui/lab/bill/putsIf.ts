import type { Around, Genesis, LabApi, WorldApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';

/* "What if": real calls in worlds that nobody keeps, one of each kind, multiplied. */

export type PutCase = 'plain' | 'bucketKeys' | 'sseS3';
export type Repeated = Awaited<ReturnType<Around['repeated']>>;
export type Use = Repeated['uses'][number];
export type Lives = ReturnType<Around['keyLives']>;

const account = '111122223333';
const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const region = 'us-east-1' as Region;
/** AWS says of a bucket key "time-limited"; the engine's S3 holds one so long (src/cloud/s3/sealing.ts). */
export const bucketKeySeconds = 3600;
export const monthSeconds = 31 * 86_400;
export const monthFrom = Date.UTC(2026, 2);

const genesis: Genesis = {
  seed: 'what if',
  now: '2026-03-01T00:00:00Z',
  accounts: [
    {
      id: account,
      principals: [
        {
          arn: principal,
          policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
        },
      ],
    },
  ],
};

/** A call that should have passed did not. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
}

/**
 * Makes a call in a world again and again, and tells what it asked of KMS.
 * @param lives keys that are known: what a request costs depends on their spec
 * @param refusedToo what is refused after KMS was asked counts too: it is charged
 */
export function maker(
  world: WorldApi,
  around: Around,
  call: Parameters<WorldApi['call']>[0],
  lives: Lives = [],
  refusedToo = false,
) {
  return async (afterSeconds: number): Promise<readonly Use[]> => {
    if (afterSeconds > 0) await world.advance({ seconds: afterSeconds });
    const [last] = await world.trail({ n: 1 });
    const { result } = await world.call(call);
    const newest = await world.trail({ n: 50 });
    const known = newest.findIndex(({ event }) => event.eventID === last?.event.eventID);
    const fresh = (known < 0 ? newest : newest.slice(0, known)).map(({ event }) => event);
    const uses = around.usesOf(fresh, lives).map((use) => ({ ...use, at: monthFrom }));
    if (!result.ok && (!refusedToo || uses.length === 0))
      throw new CallRefused(`${call.operation}: ${result.refusal.refused}`);
    return uses;
  };
}

const configuration = (KMSMasterKeyID: string | undefined, BucketKeyEnabled: boolean) => ({
  Rules: [
    {
      ApplyServerSideEncryptionByDefault:
        KMSMasterKeyID === undefined
          ? { SSEAlgorithm: 'AES256' }
          : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID },
      BucketKeyEnabled,
    },
  ],
});

/** @param keys how many KMS keys the objects are spread over */
export async function putsIf(
  api: LabApi,
  around: Around,
  { n, keys, way }: { readonly n: number; readonly keys: number; readonly way: PutCase },
): Promise<Repeated> {
  const world = await api.sandbox(genesis);
  try {
    const ask = async (
      service: 'kms' | 's3',
      operation: string,
      input: Readonly<Record<string, unknown>>,
    ) => {
      const { result } = await world.call({ service, operation, input, principal, region });
      if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused}`);
      return result.output;
    };
    const { KeyMetadata } = await ask('kms', 'CreateKey', {});
    const key = way === 'sseS3' ? undefined : (KeyMetadata as { readonly Arn: string }).Arn;
    await ask('s3', 'CreateBucket', { Bucket: 'photos' });
    await ask('s3', 'PutBucketEncryption', {
      Bucket: 'photos',
      ServerSideEncryptionConfiguration: configuration(key, way === 'bucketKeys'),
    });
    const make = maker(world, around, {
      service: 's3',
      operation: 'PutObject',
      input: { Bucket: 'photos', Key: 'one', Body: new Uint8Array([1]) },
      principal,
      region,
    });
    // Each key has its own share of the objects, and its own bucket keys.
    const each = Math.max(1, Math.ceil(n / keys));
    const one = await around.repeated(make, {
      n: each,
      seconds: monthSeconds,
      holdSeconds: bucketKeySeconds,
    });
    const times = n / each;
    return {
      requests: Math.round(one.requests * times),
      uses: one.uses.map((use) => ({ ...use, n: Math.round(use.n * times) })),
      classes: one.classes.map((kind) => ({ ...kind, n: Math.round(kind.n * times) })),
    };
  } finally {
    await world.close();
  }
}
