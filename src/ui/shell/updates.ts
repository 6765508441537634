/** Newer files of KMS Lab: found and fetched, never put under a running page by themselves. */
export interface Updates {
  /** `ready`: press to change. `elsewhere`: another tab has changed already; this one still runs the old files. */
  readonly state: 'none' | 'ready' | 'elsewhere';
  /** Everything that the page needs is on this machine. */
  readonly offline: boolean;
  /** Changes to the new version: loads this page again, no other tab. */
  use(): void;
  subscribe(listener: () => void): () => void;
}

/** For pages without a service worker. */
export const noUpdates: Updates = {
  state: 'none',
  offline: false,
  use: () => undefined,
  subscribe: () => () => undefined,
};
