import { defineConfig } from 'vitest/config';

/**
 * The built page, served and driven in a real browser. Two files at a time, each with a browser, a profile and a host of its
 * own: much of what they do is waiting, and none of them measures time.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    environment: 'node',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
