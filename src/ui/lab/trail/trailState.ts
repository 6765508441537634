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

/**
 * Whether a record is one that a trail could take: of its account, where it looks, since it first logged. `takes`: whether
 * it does; what it does not take of the second in which it began came before.
 */
export function couldTake(
  { account, multiRegion, region, selectors }: CloudTrailRec,
  event: TrailEvent,
  takes: boolean,
): boolean {
  const began = selectors.find(({ stopped }) => !stopped)?.from;
  if (began === undefined || event.recipientAccountId !== account) return false;
  if (!multiRegion && event.awsRegion !== region) return false;
  return takes || Date.parse(event.eventTime) > began;
}
