import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { metaPolicy, securityHeaders, serviceWorkerHeaders } from './scripts/csp.mjs';
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

/**
 * Writes `sw.js` when everything else is written: the list of all files, a version made of their contents, and the
 * policy's headers, in front of src/app/serviceWorker.js.
 */
function serviceWorker(): Plugin {
  let folder = '';
  return {
    name: 'kms-lab:service-worker',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      if (!existsSync(join(folder, 'index.html'))) return; // the build failed, and says so itself
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(
          (entry) =>
            entry.isFile() &&
            entry.name !== 'sw.js' &&
            !entry.name.startsWith('readme-') &&
            !entry.parentPath.includes('.vite'),
        )
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
      const body = readFileSync(new URL('src/app/serviceWorker.js', import.meta.url), 'utf8');
      const said = [
        `const version = ${JSON.stringify(hash.digest('hex').slice(0, 16))};`,
        `const files = ${JSON.stringify(files)};`,
        `const policy = ${JSON.stringify(securityHeaders)};`,
      ];
      writeFileSync(join(folder, 'sw.js'), `${said.join('\n')}\n${body}`);
    },
    configurePreviewServer(server) {
      server.middlewares.use('/sw.js', (_request, response, next) => {
        for (const [name, value] of Object.entries(serviceWorkerHeaders)) response.setHeader(name, value);
        next();
      });
    },
  };
}

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

export default defineConfig({
  // Relative: the same build works at any path of any host.
  base: './',
  plugins: [svelte(), contentSecurityPolicy(), licences(), serviceWorker()],
  define: { __KMS_LAB_VERSION__: JSON.stringify(version) },
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
