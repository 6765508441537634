import type { StoryRun } from '../flows/index.ts';
import type { Plan } from './plan.ts';
import type { CallsPlan } from './callsPlan.ts';
import type { StoryPlan } from './storyPlan.ts';
import { serviceSaid } from './words.ts';

const plain = (text: string) => text.replaceAll(/[;#\n]/g, ' ');

/** The beats so far as a Mermaid sequence diagram, for notes and issues. */
export function asMermaid(plan: Plan): string {
  const scene = plan.beats.findLast((beat) => beat.scene)?.scene ?? plan.opening.scene;
  const lines = plan.beats.flatMap(({ id, sentence, status }) => {
    if (status === 'next') return [];
    if (id === 'request') return [`  App->>KMS: ${plain(sentence)}`];
    if (id === 'returned') return [`  KMS-->>App: ${plain(sentence)}`];
    if (id === 'gates' || id === 'vault') return [`  Note over KMS: ${plain(sentence)}`];
    return [`  Note over App: ${plain(sentence)}`];
  });
  return [
    'sequenceDiagram',
    `  participant App as ${scene.principal}`,
    `  participant KMS as AWS KMS, ${scene.vault.alias ?? scene.vault.keyId}`,
    ...lines,
  ].join('\n');
}

/** A story the same way: its calls, its refusals, and what happened without a call. */
export function storyMermaid(run: StoryRun, plan: StoryPlan<unknown>): string {
  const lines = run.records.flatMap(({ request, refusal }, i) => {
    const sentence = plan.beats[i]?.sentence ?? '';
    if (!request) return [`  Note over KMS: ${plain(sentence)}`];
    return [
      `  App->>KMS: ${request.operation}`,
      refusal ? `  KMS--xApp: ${plain(refusal.refused)}` : '  KMS-->>App: done',
      `  Note over KMS: ${plain(sentence)}`,
    ];
  });
  return [
    'sequenceDiagram',
    '  participant App as user/Admin',
    `  participant KMS as AWS KMS, ${run.opening?.key?.aliases[0] ?? 'a KMS key'}`,
    ...lines,
  ].join('\n');
}

/** A run of any calls: who calls whom, those of services as well, and what was done without a call. */
export function callsMermaid({ beats }: Pick<CallsPlan, 'beats'>): string {
  const people: string[] = [];
  /** Names of people hold characters that an id may not have. */
  const id = (name: string): string => {
    if (!people.includes(name)) people.push(name);
    return `p${people.indexOf(name) + 1}`;
  };
  const lines = beats.flatMap(({ scene, sentence }) => {
    const { legs, caller } = scene;
    if (legs.length === 0) return [`  Note over ${id(caller)}: ${plain(sentence)}`];
    return legs.map(({ operation, service, within, refusal }) => {
      const from = id(within === undefined ? caller : serviceSaid(legs[within]?.service ?? ''));
      const to = id(serviceSaid(service));
      return `  ${from}->>${to}: ${operation}\n  ${to}${refusal ? '--x' : '-->>'}${from}: ${plain(refusal?.name ?? 'served')}`;
    });
  });
  return ['sequenceDiagram', ...people.map((name) => `  participant ${id(name)} as ${name}`), ...lines].join(
    '\n',
  );
}
