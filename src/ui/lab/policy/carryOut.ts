import type { CallProposal } from '../../../client/index.ts';
import type { Done, LabState } from '../../state/lab.svelte.ts';

/**
 * Makes the calls of a proposal, each as whom it names, undone as one.
 * Answers how the last one ended, or the first that did not end well; undefined when there is none to make.
 */
export async function carryOut(lab: LabState, { calls = [] }: CallProposal): Promise<Done | undefined> {
  const group = `allow ${crypto.randomUUID()}`;
  let done: Done | undefined;
  try {
    for (const call of calls) {
      const answer = await lab.world.call({ ...call, group });
      const { result, trace } = answer;
      lab.shown = { trace, line: undefined };
      if (!result.ok) return { kind: 'refused', refusal: result.refusal, answer };
      done = { kind: 'ok', output: result.output, answer };
    }
  } catch (thrown) {
    return { kind: 'fault', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  await lab.settled();
  return done;
}
