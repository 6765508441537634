import { fleetCourse, type FleetSetting } from '../src/flows/index.ts';
import type { Suite } from './suite.ts';

/*
 * The throttling scene's fleet: 60 virtual seconds at 20,000 Decrypt calls a second against a quota of 10,000. What comes
 * back by retries is on top of that.
 */
const setting: FleetSetting = {
  clients: 400,
  jobsPerSecond: 20_000,
  loadSeconds: 60,
  seconds: 60,
  quota: 10_000,
  retry: 'none',
  attempts: 5,
  dataKeyCache: undefined,
  bucketKeys: false,
  seed: 1,
};

const suite: Suite = async (bench) => {
  await bench.time('60 s at 20,000/s, no retry', () => fleetCourse(setting), { runs: 7 });
  await bench.time('60 s at 20,000/s, full jitter', () => fleetCourse({ ...setting, retry: 'fullJitter' }), {
    runs: 7,
  });
  await bench.time('60 s at 20,000/s, again at once', () => fleetCourse({ ...setting, retry: 'atOnce' }), {
    runs: 5,
  });
};
export default suite;
