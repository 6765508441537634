import { ref, type View } from '../model/index.ts';
import type { Overlay } from '../overlay.ts';
import type { Quota } from './rates.ts';

/** A quota as the world's user has set it, or as AWS gives it by default. */
export const asSet = (quota: Quota, view: View): Quota => ({
  bucket: quota.bucket,
  rate: view.get(ref.quota(quota.bucket))?.rate ?? quota.rate,
});

/**
 * Sets a request quota of a world, as Service Quotas would; undefined brings AWS's default back.
 * OURS: it counts for all accounts and Regions of the world.
 * @throws RangeError for a rate that is no number above zero
 */
export function setQuota(overlay: Overlay, bucket: string, rate: number | undefined): void {
  if (rate !== undefined && !(rate > 0 && Number.isFinite(rate)))
    throw new RangeError(`"rate" of ${bucket} expected a number above 0, got ${rate}`);
  overlay.put(ref.quota(bucket), rate === undefined ? undefined : { bucket, rate });
}
