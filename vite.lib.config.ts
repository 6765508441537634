import { defineConfig } from 'vite';

/** `npm run build:lib`: the lab as a library, one ES module for Node 20 and browsers. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2023',
    outDir: 'dist-lib',
    // The types beside it stay: scripts/lib.mjs clears the folder, scripts/library.mjs builds the module alone.
    emptyOutDir: false,
    minify: false,
    lib: { entry: 'src/client/lab.ts', formats: ['es'], fileName: () => 'index.js' },
    rolldownOptions: { checks: { pluginTimings: false }, output: { codeSplitting: false } },
  },
});
