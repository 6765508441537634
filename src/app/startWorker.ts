import type { Started } from './started.ts';
import { trusted } from './trusted.ts';
import workerUrl from './worker.ts?worker&url';

/**
 * Starts the engine's worker so that the page's policy holds in it, on any host. A worker started from a URL follows only the
 * headers of that URL, and static hosts send none; one started from a blob inherits the policy of the page, `<meta>` included
 * (HTML, "initialize a worker global scope's policy container"). So a one-line blob imports the real module.
 * Answers when the worker serves; rejects with a sentence when it cannot.
 */
export function startWorker(): Promise<Worker> {
  const module = new URL(workerUrl, import.meta.url).href;
  const blob = new Blob([`import ${JSON.stringify(module)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  return new Promise<Worker>((done, fail) => {
    const worker = new Worker(trusted(url), { type: 'module', name: 'kms-lab' });
    let serves = false;
    worker.addEventListener('error', (event) => {
      if (!serves) fail(new Error(event.message || 'The worker that holds the lab could not be loaded.'));
      // Later: a fault of the page like any other, told where all of them are.
      else reportError(faultOf(event));
    });
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<Started>) => {
        serves = data.started;
        if (data.started) done(worker);
        else fail(new Error(data.message));
      },
      { once: true },
    );
  }).finally(() => URL.revokeObjectURL(url));
}

/** Of the worker's own error only its text and its place come over. */
function faultOf({ message, filename, lineno, colno }: ErrorEvent): Error {
  const fault = new Error(message);
  fault.name = 'WorkerFault';
  fault.stack = `WorkerFault\n    at ${filename}:${lineno}:${colno}`;
  return fault;
}
