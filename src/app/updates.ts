import type { Updates } from '../ui/index.ts';
import { serviceWorkerUrl, trusted } from './trusted.ts';

const everyHour = 3_600_000;

/**
 * Keeps all files on this machine by a service worker, and tells when there are newer ones. Nothing is swapped under a
 * running page: the new worker waits until a person says so, and then only this page loads again.
 */
export class OfflineFiles implements Updates {
  state: Updates['state'] = 'none';
  offline = false;
  readonly #listeners = new Set<() => void>();
  #registration: ServiceWorkerRegistration | undefined;
  #using = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  use(): void {
    this.#using = true;
    const { waiting } = this.#registration ?? {};
    if (waiting) waiting.postMessage('use');
    else location.reload();
  }

  /** Resolves when the browser has looked; a browser without service workers is as good as one without news. */
  async start(): Promise<void> {
    if (!('serviceWorker' in navigator) || !window.isSecureContext) return;
    const { serviceWorker } = navigator;
    let controlled = serviceWorker.controller !== null;
    serviceWorker.addEventListener('controllerchange', () => {
      // The first one takes a page over that has no older version.
      if (!controlled) controlled = true;
      else if (this.#using) location.reload();
      else this.#tell('elsewhere');
    });
    try {
      const registration = await serviceWorker.register(trusted(serviceWorkerUrl()), {
        updateViaCache: 'none',
      });
      this.#registration = registration;
      this.#watch(registration);
      registration.addEventListener('updatefound', () => this.#watch(registration));
      const look = (): void => {
        if (!document.hidden) registration.update().catch(() => undefined); // offline: nothing new
      };
      document.addEventListener('visibilitychange', look);
      setInterval(look, everyHour);
      await serviceWorker.ready;
      this.offline = true;
      this.#tell(this.state);
    } catch {
      // A host that does not send sw.js, a browser that forbids it: the page works as long as the host does.
    }
  }

  #watch(registration: ServiceWorkerRegistration): void {
    // A worker that waits while none is active is the first one, which waits for nobody.
    if (registration.waiting && registration.active) this.#tell('ready');
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && registration.active) this.#tell('ready');
    });
  }
  #tell(state: Updates['state']): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
