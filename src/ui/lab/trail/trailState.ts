import type { CloudTrailRec, TrailEvent } from '../../../engine/index.ts';

/** How a trail stands. */
export type TrailState = 'logging' | 'broken' | 'stopped' | 'never';

export function trailState({ selectors, delivery }: CloudTrailRec): TrailState {
  const last = selectors.at(-1);
  if (delivery?.error !== undefined) return 'broken';
  if (last?.stopped === false) return 'logging';
  return selectors.some(({ stopped }) => !stopped) ? 'stopped' : 'never';
}

/** The class of its mark: shape and word (base.css "states"). */
export const markOf: Readonly<Record<TrailState, string>> = {
  logging: 'on',
  broken: 'pend',
  stopped: 'off',
  never: '',
};

export const leavesKmsOut = ({ selectors }: CloudTrailRec): boolean =>
  selectors.at(-1)?.without.includes('kms.amazonaws.com') ?? false;

/** Whether a record is one that a trail could take: of its account, where it looks, since it first logged. */
export function couldTake(
  { account, multiRegion, region, selectors }: CloudTrailRec,
  event: TrailEvent,
): boolean {
  const began = selectors.find(({ stopped }) => !stopped)?.from;
  return (
    began !== undefined &&
    event.recipientAccountId === account &&
    (multiRegion || event.awsRegion === region) &&
    Date.parse(event.eventTime) >= Math.floor(began / 1000) * 1000
  );
}
