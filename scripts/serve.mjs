// @ts-check
// A small static server for the built page. Node built-ins only.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { securityHeaders, serviceWorkerHeaders } from './csp.mjs';

/** @type {Record<string, string>} */
const mediaTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @param {string} folder
 * @param {string | undefined} url
 */
function fileFor(folder, url = '/') {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  const file = resolve(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  if (path.includes('\0') || !file.startsWith(resolve(folder) + sep)) return undefined;
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/**
 * @param {string} folder
 * @param {Record<string, string>} headers
 */
function handler(folder, headers) {
  /** @type {import('node:http').RequestListener} */
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
      return;
    }
    const file = fileFor(folder, request.url);
    if (file === undefined) {
      response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
      return;
    }
    response.writeHead(200, {
      ...headers,
      // Only where our policy is sent at all: a host without headers sends none here either.
      ...(headers === securityHeaders && file.endsWith(`${sep}sw.js`) ? serviceWorkerHeaders : {}),
      'Content-Type': mediaTypes[extname(file)] ?? 'application/octet-stream',
      'Content-Length': statSync(file).size,
      // Built files carry a hash of their content in their name.
      'Cache-Control': file.includes(`${sep}assets${sep}`)
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  };
}

/**
 * @param {import('node:http').RequestListener} listener
 * @param {number} port
 * @param {string} host
 * @returns {Promise<import('node:http').Server>}
 */
function listen(listener, port, host) {
  return new Promise((done, fail) => {
    const server = createServer(listener);
    server.once('error', fail);
    server.listen(port, host, () => done(server));
  });
}

/**
 * Serves a folder on this machine only, under `http://localhost:PORT/`, on both addresses of that name.
 * @param {string} folder
 * @param {{ port?: number, headers?: Record<string, string> }} [options] port 0: any free one; headers: {} for a host without any
 */
export async function serve(folder, { port = 0, headers = securityHeaders } = {}) {
  const listener = handler(folder, headers);
  const servers = [await listen(listener, port, '127.0.0.1')];
  const address = servers[0]?.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  try {
    servers.push(await listen(listener, bound, '::1'));
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    // A machine without IPv6 is fine; another program behind the same name is not.
    if (code === 'EADDRINUSE') {
      servers[0]?.close();
      throw error;
    }
  }
  const close = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  };
  return { url: `http://localhost:${bound}/`, port: bound, close };
}

/**
 * Serves on the first free port from `from` on.
 * @param {string} folder
 * @param {number} from
 */
export async function serveOnFreePort(folder, from) {
  for (let port = from; port < from + 100; port++) {
    try {
      return await serve(folder, { port });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`no free port between ${from} and ${from + 99}`);
}
