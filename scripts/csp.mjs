// @ts-check
// The one place that says what the page may do. Sent as a header by our servers and written into the built index.html for
// hosts that send none. The worker is started from a blob, so that it inherits the page's policy (src/app/startWorker.ts).

const none = "'none'";
const self = "'self'";

const directives = {
  'default-src': [none],
  'script-src': [self],
  'style-src': [self],
  'img-src': [self, 'data:', 'blob:'],
  'font-src': [none],
  // Nothing leaves the machine: neither the page nor its worker may fetch anything.
  'connect-src': [none],
  'worker-src': [self, 'blob:'],
  'manifest-src': [self],
  'base-uri': [none],
  'form-action': [none],
  // Text becomes script or markup through these two policies only.
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['svelte-trusted-html', 'kms-lab-worker'],
};

/** @param {Record<string, readonly string[]>} policy */
const written = (policy) =>
  Object.entries(policy)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ');

/**
 * For the one file that fetches: the service worker brings the page's own files from its own origin, and nothing else.
 * Sent with `sw.js` alone; a host that sends the page's policy with it too could not be used offline.
 */
const serviceWorkerPolicy = written({ 'default-src': [none], 'connect-src': [self] });

/** For `<meta http-equiv>`, which knows no frame-ancestors. */
export const metaPolicy = written(directives);

/** Headers of every answer but that of the service worker. */
export const securityHeaders = {
  'Content-Security-Policy': written({ ...directives, 'frame-ancestors': [none] }),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Headers of `sw.js`. */
export const serviceWorkerHeaders = {
  ...securityHeaders,
  'Content-Security-Policy': serviceWorkerPolicy,
  'Cache-Control': 'no-cache',
};
