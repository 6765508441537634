import { describe, expect, it } from 'vitest';
import { createLab } from '../../../src/client/lab.ts';
import { a, rootOf } from '../house.ts';
import { scriptedCalls } from './script.ts';
import { shop } from './kms.ts';

/* What services keep goes into files and comes back, checked member by member. */

async function busy() {
  const lab = await shop();
  const made: Record<string, string[]> = {};
  // Twice through the whole script, so that what the first time is missing is there the second time.
  for (const n of [1, 2, 4, 7, 12])
    for (const one of scriptedCalls({ name: (kind) => made[kind]?.[0] ?? `no-${kind}`, n })) {
      if (
        one.operation === 'advance' ||
        one.operation === 'ScheduleKeyDeletion' ||
        one.operation === 'DisableKey'
      )
        continue;
      const { result } = await lab.handle({
        service: one.service as 's3', // the script names services that there are
        operation: one.operation,
        input: one.input,
        principal: rootOf(a),
      });
      const name = result.ok && one.makes ? one.makes(result.output) : undefined;
      if (name !== undefined && one.kind !== undefined) made[one.kind] = [...(made[one.kind] ?? []), name];
    }
  return lab;
}

const tablesOf = (snapshot: unknown): ReadonlySet<string> =>
  new Set([...JSON.stringify(snapshot).matchAll(/"([a-zA-Z0-9]+)\//g)].map(([, table]) => table ?? ''));

describe('a world with services in a file', () => {
  it('comes back whole, and what lies in it opens', async () => {
    const lab = await busy();
    const snapshot = await lab.snapshot();
    expect([...tablesOf(snapshot)]).toEqual(
      expect.arrayContaining([
        's3Bucket',
        's3Object',
        'ebsVolume',
        'ec2Instance',
        'secret',
        'sqsQueue',
        'heldKey',
        'rdsInstance',
        'rdsSnapshot',
        'kinesisRecord',
        'eksSecret',
        'redshiftBlock',
      ]),
    );
    const other = await createLab();
    await other.restore(JSON.parse(JSON.stringify(snapshot)) as typeof snapshot);
    const { result } = await other.handle({
      service: 's3',
      operation: 'ListObjectsV2',
      input: { Bucket: 'bucket-1' },
      principal: rootOf(a),
    });
    const [first] = result.ok ? (result.output['Contents'] as readonly { readonly Key: string }[]) : [];
    const got = await other.handle({
      service: 's3',
      operation: 'GetObject',
      input: { Bucket: 'bucket-1', Key: first?.Key },
      principal: rootOf(a),
    });
    expect(got.result.ok && new TextDecoder().decode(got.result.output['Body'] as Uint8Array)).toMatch(
      /^body \d+$/,
    );
  });

  it('a record that is not what it must be changes nothing', async () => {
    const lab = await busy();
    const text = JSON.stringify(await lab.snapshot());
    const other = await createLab();
    const broken = text.replace('"bucketKey":false', '"bucketKey":"perhaps"');
    expect(broken).not.toBe(text);
    await expect(other.restore(JSON.parse(broken) as never)).rejects.toThrow(/bucketKey|check/);
  });
});
