import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Unit tests, in Node. */
export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ['{src,test,scenarios}/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', 'test/fixtures/**', 'node_modules/**'],
    environment: 'node',
    // KMS_LONG=1 runs the random campaigns whole.
    testTimeout: process.env['KMS_LONG'] ? 600_000 : 20_000,
    passWithNoTests: false,
    // One more than Vitest takes by itself, which on two cores is one.
    maxWorkers: '100%',
  },
});
