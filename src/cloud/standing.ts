import { statusAt as tableStatus } from './dynamodb/tables.ts';
import { standingAt as clusterStanding } from './eks/keys.ts';
import { looksAgain, statusAt as databaseStatus } from './rds/state.ts';

/** The state that a service would tell of a thing now, in its own word: without a call, and so without another look at the key. */
export const standing = {
  rdsInstance: databaseStatus,
  eksCluster: clusterStanding,
  dynamoTable: tableStatus,
  looksAgain,
};
