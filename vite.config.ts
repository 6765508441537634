import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { metaPolicy, securityHeaders } from './scripts/csp.mjs';
import { notices } from './scripts/licences.mjs';

/** The policy for hosts that send no headers. Not in development, where modules are replaced over a socket. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'kms-lab:content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}

/** Licences ask to be shown with the code; Vite's own list leaves the worker's packages out. */
function licences(): Plugin {
  return {
    name: 'kms-lab:licences',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: notices() });
    },
  };
}

export default defineConfig({
  // Relative: the same build works at any path of any host.
  base: './',
  plugins: [svelte(), contentSecurityPolicy(), licences()],
  worker: { format: 'es' },
  build: {
    rolldownOptions: { checks: { pluginTimings: false } },
    target: 'es2023',
    manifest: true,
    // The polyfill fetches, which the policy forbids, and every browser of our target knows modulepreload.
    modulePreload: { polyfill: false },
    // No data: URLs for scripts or styles: the policy names files only.
    assetsInlineLimit: 0,
  },
  preview: { headers: securityHeaders },
});
