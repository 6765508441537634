import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserFlags, findBrowser } from './scripts/browser.mjs';

const executablePath = await findBrowser();

/** Component tests, in a real browser. */
export default defineConfig({
  plugins: [svelte()],
  // Bundled ahead, they would bring a second Svelte.
  optimizeDeps: {
    exclude: ['@testing-library/svelte', '@testing-library/svelte-core'],
    include: ['@testing-library/svelte > @testing-library/dom'],
  },
  test: {
    include: ['{src,test}/**/*.browser.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { args: browserFlags, ...(executablePath ? { executablePath } : {}) },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
