import {
  byDelivery,
  deliverySeconds,
  epochMs,
  refuse,
  type CloudTrailRec,
  type Refusal,
  type Step,
  type TrailDelivery,
  type TrailEvent,
} from '../../engine/index.ts';
import { alphanumerics } from '../ids.ts';
import { s3Refusals } from '../s3/index.ts';
import { asCloudTrail, cloudtrail, putTrail, trailOf, wholeSecond, type Named } from './declare.ts';
import { takenBy } from './delivery.ts';
import { bucketOf } from './destination.ts';
import { filesOf, nameOfFile, putInput } from './logFile.ts';
import { noBucket, noTrail } from './words.ts';
import { timeOf } from './who.ts';

/*
 * A trail writes what it has taken into its bucket. No operation of the API: CloudTrail does it when the time has come
 * (advance.ts), as a call of its own with PutObject and GenerateDataKey inside (services.json CloudTrail "each log file").
 */

/** How long CloudTrail goes on trying to write a record (CloudTrail User Guide: "for 30 days"). */
const givenUpAfter = 30 * 86_400_000;
/** OURS: an attempt that failed is made again after five minutes, then after twice as long each time, up to this. */
const longestWait = 6 * 3600;

function waitAfter(failures: number): number {
  return Math.min(deliverySeconds * 2 ** (failures - 1), longestWait) * 1000;
}

/** Oldest first: what it has taken since it last wrote, and not in this second, which is not over. */
function pendingOf(
  trail: CloudTrailRec,
  { upTo }: TrailDelivery,
  all: readonly TrailEvent[],
  step: Step,
): { readonly pending: readonly TrailEvent[]; readonly later: boolean } {
  const end = wholeSecond(step.env.at);
  const begin = Math.max(upTo, end - givenUpAfter);
  let first = all.length;
  // The newest come last: what was written long ago is not looked at.
  for (let event = all[first - 1]; event && timeOf(event) >= begin; event = all[first - 1]) first -= 1;
  const recent = all.slice(first);
  const taken = recent.filter(takenBy(trail, recent));
  const pending = taken.filter((event) => timeOf(event) < end);
  const later = taken.some((event) => timeOf(event) >= end && !byDelivery(event));
  return { pending, later };
}

/** Puts the files, Region by Region. OURS: what was written before a refusal is written once more with the next attempt. */
async function writeAll(
  trail: CloudTrailRec,
  pending: readonly TrailEvent[],
  step: Step,
): Promise<number | Refusal> {
  const bucket = bucketOf(trail, step);
  if (!bucket) return noBucket(trail.bucket);
  const byRegion = new Map<string, TrailEvent[]>();
  for (const event of pending) {
    const there = byRegion.get(event.awsRegion);
    if (there) there.push(event);
    else byRegion.set(event.awsRegion, [event]);
  }
  let files = 0;
  for (const [region, events] of byRegion) {
    for (const body of filesOf(events, step.env.at)) {
      const name = nameOfFile(trail, region, step.env.at, alphanumerics(16, step.env));
      const result = await step.call({
        service: 's3',
        operation: 'PutObject',
        region: bucket.region,
        input: putInput(trail, name, body),
        as: asCloudTrail(trail),
      });
      if (!result.ok) return result.refusal;
      files += 1;
    }
  }
  return files;
}

export const DeliverLogFiles = cloudtrail<Named>({
  name: 'DeliverLogFiles',
  // It leaves no record: nobody has called.
  dataEvent: true,
  refusals: ['TrailNotFoundException', 'S3BucketDoesNotExistException', ...s3Refusals],
  exists: ({ Name }, step) =>
    step.identity.name === 'cloudtrail.amazonaws.com'
      ? undefined
      : refuse('UnknownOperationException', '', `CloudTrail API Reference has no such operation: ${Name}`),
  asks: () => [],
  members: [],
  async run({ Name }, step) {
    const trail = trailOf(Name, step);
    if (!trail?.delivery) return noTrail(Name);
    const { delivery } = trail;
    const now = step.env.at;
    const { pending, later } = pendingOf(trail, delivery, (await step.env.trail?.()) ?? [], step);
    const written = await writeAll(trail, pending, step);
    if (typeof written !== 'number') {
      const failures = delivery.failures + 1;
      const next = epochMs(now + waitAfter(failures));
      // Told by GetTrailStatus, although nothing was written: it stays.
      putTrail(
        { ...trail, delivery: { ...delivery, next, attempted: now, error: written.refused, failures } },
        { view: step.kept },
      );
      return written;
    }
    const next = later ? epochMs(now + deliverySeconds * 1000) : undefined;
    const files = delivery.files + written;
    const upTo = wholeSecond(now);
    const done = written > 0 ? { succeeded: now, attempted: now, error: undefined } : {};
    putTrail({ ...trail, delivery: { ...delivery, ...done, upTo, next, failures: 0, files } }, step);
    return undefined;
  },
});
