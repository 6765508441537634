import { mount, unmount } from 'svelte';
import type { LabApi } from '../client/index.ts';
import App from './App.svelte';

export { App };

/** Puts the whole page into `target`. Answers a function that takes it away again. */
export function mountApp(target: Element, api: LabApi): () => Promise<void> {
  const app = mount(App, { target, props: { api } });
  return () => unmount(app);
}
