import type { CloudTrailRec } from '../../../engine/index.ts';

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
