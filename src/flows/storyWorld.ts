import type { Genesis } from '../client/index.ts';
import type { PrincipalArn, Region } from './run.ts';

/*
 * The world in which stories are played: made new each time, from one seed and one date, so that a moment of a story is
 * the same moment in any browser. Nothing that happens there touches the learner's own world.
 */
export const storyGenesis: Genesis = {
  seed: 'the stage of KMS Lab',
  now: '2026-01-15T09:00:00.000Z',
};
export const storyAccount = '111122223333';
export const storyAdmin = `arn:aws:iam::${storyAccount}:user/Admin` as PrincipalArn;
export const storyRegion = 'us-east-1' as Region;
