import { waitFor, type ActorRefFrom } from 'xstate';
import {
  beatsOf,
  runOf,
  type envelope,
  type Deed,
  type DeedRecord,
  type Run,
  type SceneName,
} from '../../flows/index.ts';

/** A deed, and how many beats there were when it was done. */
export type Replay = readonly (readonly [number, Deed])[];

export const replayOf = (scene: SceneName, deeds: readonly DeedRecord[]): Replay =>
  deeds.map(({ deed, after }) => [after === undefined ? 0 : beatsOf(scene).indexOf(after) + 1, deed]);

/** Longest that one beat may take here: bulk work of a large file. */
const patience = 600_000;

/** Takes a flow on, beat by beat, with what was done between the beats; stops when `until` beats are there or none is left. */
export async function playRun(
  actor: ActorRefFrom<typeof envelope>,
  replay: Replay,
  until: number,
): Promise<Run> {
  const context = () => actor.getSnapshot().context;
  const rest = () =>
    waitFor(actor, (s) => (s.hasTag('waiting') || s.hasTag('end')) && !s.matches({ deeds: 'calling' }), {
      timeout: patience,
    });
  await rest();
  for (;;) {
    const there = context().beats.length;
    for (const [, deed] of replay.filter(([after]) => after === there)) {
      actor.send({ type: 'BREAK', deed });
      await rest();
    }
    if (there >= until || actor.getSnapshot().hasTag('end')) return runOf(context());
    actor.send({ type: 'NEXT' });
    await rest();
    // A refusal ends the run at the beat that refused: no further beat comes.
    if (context().beats.length <= there && actor.getSnapshot().hasTag('end')) return runOf(context());
  }
}
