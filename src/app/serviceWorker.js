// The whole service worker. The build writes the list of its files, their version and the page's policy in front of it
// (vite.config.ts). It keeps every file of one version, answers from there, and asks the network for nothing else.
/* global self, caches, clients, version, files, policy */
const mine = `kms-lab ${self.registration.scope} `;
const current = mine + version;

self.addEventListener('install', (event) => {
  // Past the HTTP cache: names without a hash (index.html) must be today's.
  const all = files.map((file) => new Request(new URL(file, self.registration.scope), { cache: 'reload' }));
  event.waitUntil(caches.open(current).then((cache) => cache.addAll(all)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // The version before stays: tabs that still run it may ask for its parts until they are loaded again.
      const names = (await caches.keys()).filter((name) => name.startsWith(mine) && name !== current);
      await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
      await clients.claim();
    })(),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'use') event.waitUntil(self.skipWaiting());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request, url));
});

async function answer(request, url) {
  const how = { ignoreVary: true, ignoreSearch: true };
  const page =
    request.mode === 'navigate' &&
    !files.includes(url.pathname.slice(new URL(self.registration.scope).pathname.length));
  const wanted = page ? new URL('index.html', self.registration.scope) : request;
  const cache = await caches.open(current);
  const found = (await cache.match(wanted, how)) ?? (page ? undefined : await older(request, how));
  if (found === undefined) return fetch(request);
  // Static hosts send no headers: the policy comes from here.
  const headers = new Headers(found.headers);
  for (const [name, value] of Object.entries(policy)) headers.set(name, value);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}

/** A part of the version before, for a tab that still runs it. Another page on this origin is not looked into. */
async function older(request, how) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(mine)) continue;
    const found = await (await caches.open(name)).match(request, how);
    if (found) return found;
  }
  return undefined;
}
