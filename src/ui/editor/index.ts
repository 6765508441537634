/** The editor of policies and code. `PolicyEditor.svelte` and `Code.svelte` are imported lazily, by their own paths. */
export { factsOf, type DocumentKind, type PolicyFacts } from './facts.ts';
