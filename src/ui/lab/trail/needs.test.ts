import { describe, expect, it } from 'vitest';
import type { AccountId, Region } from '../../../engine/index.ts';
import {
  bucketStatements,
  keyStatements,
  needsOf,
  trailArnOf,
  withStatements,
  type TrailWish,
} from './needs.ts';

const wish: TrailWish = {
  account: '111122223333' as AccountId,
  region: 'us-east-1' as Region,
  name: 'all',
  bucket: 'files',
  bucketRegion: 'eu-west-1' as Region,
  keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
};
interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}
const read = (text: string): Policy => JSON.parse(text) as Policy;

describe('what CloudTrail needs', () => {
  it('is added once, however often; what is there stays', () => {
    const own = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
    const once = withStatements(
      JSON.stringify({ Version: '2008-10-17', Statement: own }),
      bucketStatements(wish),
    );
    const twice = withStatements(once, bucketStatements(wish));
    expect(read(twice)).toEqual(read(once));
    expect(read(once).Version).toBe('2008-10-17');
    expect(read(once).Statement).toEqual([own, ...bucketStatements(wish)]);
    const other = withStatements(once, bucketStatements({ ...wish, name: 'other' }));
    expect(read(other).Statement).toHaveLength(5);
    expect(read(withStatements(undefined, keyStatements(wish))).Statement).toHaveLength(2);
  });

  it('names the trail, and is asked in the Region of the bucket, as CloudTrail', () => {
    expect(JSON.stringify(keyStatements(wish))).toContain(trailArnOf(wish));
    const { bucket, key, describe: described } = needsOf(wish);
    for (const call of [bucket, key, described])
      expect(call).toMatchObject({
        principal: 'cloudtrail.amazonaws.com',
        region: 'eu-west-1',
        sourceArn: trailArnOf(wish),
      });
    expect(needsOf({ ...wish, keyArn: undefined, prefix: 'p' })).toMatchObject({
      bucket: { input: { Key: 'p/AWSLogs/111122223333/CloudTrail/file' } },
      key: undefined,
      describe: undefined,
    });
  });
});
