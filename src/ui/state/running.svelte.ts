import { untrack } from 'svelte';

/*
 * What runs on this page and would end with a reload: a scene that has begun, a sitting, a lab. A new version of the
 * program waits for it.
 */
let count = $state(0);

export const isSomethingRunning = (): boolean => count > 0;

/** For a component's script: something of it runs as long as `running` says so. */
export function whileRunning(running: () => boolean): void {
  $effect(() => {
    if (!running()) return;
    untrack(() => (count += 1));
    return () => untrack(() => (count -= 1));
  });
}
