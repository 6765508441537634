import { createLab } from '../src/client/lab.ts';
import { billOf } from '../src/cloud/bill/bill.ts';
import { listPrices } from '../src/cloud/bill/prices.ts';
import { keyLives, usesOf } from '../src/cloud/bill/uses.ts';
import { repeated } from '../src/cloud/bill/whatIf.ts';
import type { Suite } from './suite.ts';

/*
 * 10 million PUTs in a month with and without Bucket Keys, from the fresh lab to the bill: under 1 s.
 */

const account = '111122223333';
const principal = `arn:aws:iam::${account}:user/Admin`;
const seconds = 31 * 86_400;

async function month(BucketKeyEnabled: boolean): Promise<number> {
  const lab = await createLab({ seed: 'bill', now: new Date('2026-03-01') });
  const ask = async (service: 'kms' | 's3', operation: string, input: object) => {
    const { result } = await lab.handle({ service, operation, input: { ...input }, principal });
    if (!result.ok) throw new Error(result.refusal.message);
    return result.output;
  };
  const { KeyMetadata } = await ask('kms', 'CreateKey', {});
  const { Arn } = KeyMetadata as { readonly Arn: string };
  await ask('s3', 'CreateBucket', { Bucket: 'photos' });
  await ask('s3', 'PutBucketEncryption', {
    Bucket: 'photos',
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Arn },
          BucketKeyEnabled,
        },
      ],
    },
  });
  let seen = (await lab.trail()).length;
  const lives = keyLives([], await lab.trail());
  const { uses } = await repeated(
    async (after) => {
      await lab.advance({ seconds: after });
      await ask('s3', 'PutObject', { Bucket: 'photos', Key: 'one', Body: new Uint8Array([1]) });
      const events = (await lab.trail()).slice(seen);
      seen += events.length;
      return usesOf(events, lives);
    },
    { n: 10_000_000, seconds, holdSeconds: 3600 },
  );
  await lab.close();
  const from = Date.UTC(2026, 2);
  return billOf({ uses, keys: lives }, listPrices, from, from + seconds * 1000).total;
}

const suite: Suite = async (bench) => {
  await bench.time(
    '10,000,000 PUTs, both ways, to the bill',
    async () => {
      bench.figure('without Bucket Keys', await month(false), 'USD');
      bench.figure('with Bucket Keys', await month(true), 'USD');
    },
    { runs: 1, warmUp: 0 },
  );
};
export default suite;
