import { mount, unmount } from 'svelte';
import type { LabApi } from '../client/index.ts';
import App from './App.svelte';
import type { Updates } from './shell/updates.ts';

export { App };
export type { Updates };

/** Puts the whole page into `target`. Answers a function that takes it away again. */
export function mountApp(target: Element, api: LabApi, updates?: Updates): () => Promise<void> {
  const app = mount(App, { target, props: { api, updates } });
  return () => unmount(app);
}
