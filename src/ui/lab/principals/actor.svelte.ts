import type { CallFacts } from '../../../client/index.ts';
import type { Done, LabState } from '../../state/lab.svelte.ts';
import type { Action } from './actions.ts';

/** Carries out what a page offers: at once, or by a dialog when something has to be filled in. */
export class Actor {
  readonly lab: LabState;
  /** The form that is open. */
  dialog = $state.raw<Action | undefined>();
  /** How the last call without a form ended. */
  done = $state.raw<Done | undefined>();
  /** The call that ended so. */
  call = $state.raw<CallFacts | undefined>();
  readonly go: (id: string) => void;

  constructor(lab: LabState, go: (id: string) => void) {
    this.lab = lab;
    this.go = go;
  }

  async run(action: Action): Promise<Done | undefined> {
    this.done = undefined;
    // A title is what a dialog is called; without one there is nothing to ask.
    if (action.title !== '') {
      this.dialog = action;
      return undefined;
    }
    const { service, operation, fixed: input = {} } = action;
    const { principal, region } = this.lab;
    this.call = principal && { service, operation, input, principal, region };
    this.done = await this.lab.call(operation, input, undefined, { service });
    return this.done;
  }
}
