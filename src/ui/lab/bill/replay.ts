import type { Around, WorldApi } from '../../../client/index.ts';
import type { PrincipalArn, Region, ServiceName } from '../../../engine/index.ts';
import { bucketKeySeconds, maker } from './putsIf.ts';

/*
 * What the calls of this world would have asked of KMS if something had been set otherwise: one of each kind is made again
 * in forks of it, as it was and changed, and multiplied.
 */

type CallClass = ReturnType<Around['classesOf']>[number];
type Make = ReturnType<typeof maker>;

export type Change = 'bucketKeys' | 'reuseDay' | 'clientCache';

export interface Replayed {
  readonly service: string;
  readonly operation: string;
  readonly about: string;
  readonly change: Change;
  readonly n: number;
  /** Requests to KMS. Undefined: the call is refused now. */
  readonly was: number | undefined;
  readonly would: number | undefined;
}

/** The longest time for which SQS uses a data key again (services.json SQS: 60 s to 24 h). */
const longestReuse = 86_400;
/** OURS: an age that the Encryption SDK's examples choose. */
const cacheAge = 300;

interface Way {
  readonly make: Make;
  readonly holdSeconds: number;
}
interface Plan {
  readonly change: Change;
  readonly about: string;
  ways(fork: WorldApi, sample: CallClass['sample'], changed: boolean): Promise<Way>;
}

/** Sensitive members are not in the journal; what they say does not matter to KMS. */
const fillers = { Body: new Uint8Array([1]), MessageBody: 'x' };

const plans = (around: Around): Readonly<Record<string, Plan>> => {
  const again = (fork: WorldApi, sample: CallClass['sample'], input: object): Make =>
    maker(fork, around, {
      service: sample.service as ServiceName, // the journal has only such names
      operation: sample.operation,
      input: { ...input },
      principal: sample.principal as PrincipalArn,
      region: sample.region as Region,
    });
  return {
    's3 PutObject': {
      change: 'bucketKeys',
      about: 'Bucket',
      ways: async (fork, sample, changed) => ({
        make: again(fork, sample, {
          ...sample.input,
          Body: fillers.Body,
          ...(changed ? { BucketKeyEnabled: true } : {}),
        }),
        holdSeconds: bucketKeySeconds,
      }),
    },
    'sqs SendMessage': {
      change: 'reuseDay',
      about: 'QueueUrl',
      async ways(fork, sample, changed) {
        const ask = async (operation: string, input: object) => {
          const { result } = await fork.call({
            service: 'sqs',
            operation,
            input: { QueueUrl: sample.input['QueueUrl'], ...input },
            principal: sample.principal as PrincipalArn,
            region: sample.region as Region,
          });
          if (!result.ok) throw new Error(result.refusal.refused);
          return result.output;
        };
        const name = 'KmsDataKeyReusePeriodSeconds';
        if (changed) await ask('SetQueueAttributes', { Attributes: { [name]: String(longestReuse) } });
        const { Attributes } = await ask('GetQueueAttributes', { AttributeNames: ['All'] });
        const seconds = Number((Attributes as Readonly<Record<string, string>>)[name]);
        return {
          make: again(fork, sample, { ...sample.input, MessageBody: fillers.MessageBody }),
          holdSeconds: Number.isFinite(seconds) ? seconds : 300,
        };
      },
    },
    'kms GenerateDataKey': {
      change: 'clientCache',
      about: 'KeyId',
      async ways(fork, sample, changed) {
        const { GrantTokens: _spent, ...input } = sample.input;
        const make = again(fork, sample, input);
        return { make: changed ? around.cachingClient(make, cacheAge) : make, holdSeconds: cacheAge };
      },
    },
  };
};

export async function replayCalls(world: WorldApi, around: Around): Promise<readonly Replayed[]> {
  const known = plans(around);
  const { groups } = await world.history.list({ n: 5000 });
  const calls = groups
    .flatMap(({ entries }) => entries)
    .map(({ call, onPath, refused, at }) => ({ call, at, counts: onPath && refused === undefined }))
    .filter(({ call, counts }) => counts && `${call.service ?? 'kms'} ${call.operation}` in known)
    .map(({ call, at }) => ({
      service: call.service ?? 'kms',
      operation: call.operation,
      region: call.region,
      principal: call.principal,
      input: call.input as Readonly<Record<string, unknown>>, // an operation's input is an object
      at,
    }));
  const replayed: Replayed[] = [];
  for (const { sample, n, seconds } of around.classesOf(calls)) {
    const plan = known[`${sample.service} ${sample.operation}`];
    if (!plan) continue;
    const count = async (changed: boolean): Promise<number | undefined> => {
      const fork = await world.fork();
      try {
        const { make, holdSeconds } = await plan.ways(fork, sample, changed);
        return (await around.repeated(make, { n, seconds, holdSeconds })).requests;
      } catch {
        // What was possible then need not be possible now: the bucket is gone, a permission was taken away.
        return undefined;
      } finally {
        await fork.close();
      }
    };
    replayed.push({
      service: sample.service,
      operation: sample.operation,
      about: String(sample.input[plan.about] ?? ''),
      change: plan.change,
      n,
      was: await count(false),
      would: await count(true),
    });
  }
  return replayed;
}
