import type { StoredThing, WorldApi } from '../../../client/index.ts';
import type { Bytes, CloudTrailRec, TrailEvent } from '../../../engine/index.ts';

/*
 * The files of a trail: found among what S3 keeps, and opened by the platform's own gunzip.
 */

export type LogFileThing = StoredThing;

/** So many are looked at; a bucket may hold more than files of trails. */
const mostLooked = 2000;
const page = 500;

/** Newest first. */
export async function logFilesOf(
  world: WorldApi,
  { account, bucket, prefix }: CloudTrailRec,
): Promise<readonly LogFileThing[]> {
  const begin = `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/${account}/CloudTrail/`;
  const within = `s3Bucket/${bucket}`;
  const home = await world.storedThing(within);
  if (!home) return [];
  const found: LogFileThing[] = [];
  let after: string | undefined;
  for (let looked = 0; looked < mostLooked; looked += page) {
    const where = { account: home.account, region: home.region, service: 's3', after, n: page } as const;
    const { items, next } = await world.storedThings(where);
    for (const one of items)
      if (one.kind === 'object' && one.within === within && one.name.startsWith(begin)) found.push(one);
    if (next === undefined) break;
    after = next;
  }
  return found.toSorted((a, b) => (b.created ?? 0) - (a.created ?? 0));
}

/** `us-east-1` of `AWSLogs/…/CloudTrail/us-east-1/2026/…`. */
export const regionOfFile = (name: string): string => /\/CloudTrail\/([^/]+)\//.exec(name)?.[1] ?? '';

/** @throws when it is no log file */
export async function recordsIn(body: Bytes): Promise<readonly TrailEvent[]> {
  const opened = new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip'));
  const { Records } = JSON.parse(await new Response(opened).text()) as {
    readonly Records: readonly TrailEvent[];
  };
  return Records;
}
