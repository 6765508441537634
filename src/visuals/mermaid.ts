import type { Plan } from './plan.ts';

/** The beats so far as a Mermaid sequence diagram, for notes and issues. */
export function asMermaid(plan: Plan): string {
  const scene = plan.beats.findLast((beat) => beat.scene)?.scene ?? plan.opening.scene;
  const say = (text: string) => text.replaceAll(/[;#\n]/g, ' ');
  const lines = plan.beats.flatMap(({ id, sentence, status }) => {
    if (status === 'next') return [];
    if (id === 'request') return [`  App->>KMS: ${say(sentence)}`];
    if (id === 'returned') return [`  KMS-->>App: ${say(sentence)}`];
    if (id === 'gates' || id === 'vault') return [`  Note over KMS: ${say(sentence)}`];
    return [`  Note over App: ${say(sentence)}`];
  });
  return [
    'sequenceDiagram',
    `  participant App as ${scene.principal}`,
    `  participant KMS as AWS KMS, ${scene.vault.alias ?? scene.vault.keyId}`,
    ...lines,
  ].join('\n');
}
