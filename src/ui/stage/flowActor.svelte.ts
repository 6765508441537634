import { createSubscriber } from 'svelte/reactivity';
import { createActor, type Actor, type ActorOptions, type AnyStateMachine, type SnapshotFrom } from 'xstate';

/** An actor as runes see it: whoever reads `snapshot` in an effect or a template is told of the next one. */
export class FlowActor<M extends AnyStateMachine> {
  readonly actor: Actor<M>;
  readonly #subscribe: () => void;

  constructor(machine: M, options: ActorOptions<M>) {
    this.actor = createActor(machine, options);
    this.#subscribe = createSubscriber((update) => {
      const subscription = this.actor.subscribe(update);
      return () => subscription.unsubscribe();
    });
    this.actor.start();
  }
  get snapshot(): SnapshotFrom<M> {
    this.#subscribe();
    return this.actor.getSnapshot();
  }
}
