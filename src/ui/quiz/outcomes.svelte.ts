import { SvelteMap } from 'svelte/reactivity';
import type { Outcome } from './sitting.svelte.ts';

/** What was answered in this visit, by scenario. OURS: kept for the visit only; progress on disk has its own room later. */
class Outcomes extends SvelteMap<string, Outcome> {
  get right(): number {
    return [...this.values()].filter((outcome) => outcome === 'right').length;
  }
}
export const outcomes = new Outcomes();
