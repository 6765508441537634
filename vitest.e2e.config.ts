import { defineConfig } from 'vitest/config';

/** The built page, served and driven in a real browser. One file after the other: they share two cores. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
