import { expect, it } from 'vitest';
import { keyArn, ref, type KeyId, type Region } from '../../src/engine/index.ts';
import { Bench, account, region } from '../support/bench.ts';

it('ReplicateKey goes to Regions that exist, in the partition of the key, and leaves nothing behind elsewhere', async () => {
  const bench = new Bench();
  const KeyId = await bench.key({ MultiRegion: true });
  const key = KeyId.slice(KeyId.lastIndexOf('/') + 1) as KeyId; // The ID, however the bench names its keys.
  for (const ReplicaRegion of ['eu-west-9', 'mars-north-1', 'us-iso-east-1', 'cn-north-1', 'us-gov-west-1']) {
    expect(await bench.refused('ReplicateKey', { KeyId, ReplicaRegion })).toBe(
      'UnsupportedOperationException: ',
    );
    expect(bench.view.get(ref.key(keyArn(ReplicaRegion as Region, account, key)))).toBeUndefined();
  }
  expect(bench.view.get(ref.multiRegion(account, key))).toMatchObject({ primary: region, replicas: [] });
  await bench.ok('ReplicateKey', { KeyId, ReplicaRegion: 'mx-central-1' });
  expect(bench.view.get(ref.multiRegion(account, key))).toMatchObject({ replicas: ['mx-central-1'] });
});
