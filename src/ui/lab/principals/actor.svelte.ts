import type { CallFacts } from '../../../client/index.ts';
import type { Done, LabState } from '../../state/lab.svelte.ts';
import type { Action } from './actions.ts';

/** `CreateAccountStatus` of Organizations. */
interface AccountCreation {
  readonly Id: string;
  readonly AccountName: string;
  readonly State: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly AccountId?: string;
  readonly FailureReason?: string;
}

/** What an answer says was made, as the address of its page has it. */
function madeIn(output: Readonly<Record<string, unknown>>): string | undefined {
  // Outputs are what the operations of src/cloud answer: objects with these members.
  const { User, Role, Group, Policy, VpcEndpoint, OrganizationalUnit } = output as Readonly<
    Record<string, Readonly<Record<string, unknown>> | undefined>
  >;
  const summary = Policy?.['PolicySummary'] as { readonly Id?: unknown } | undefined;
  const id =
    (User ?? Role ?? Group ?? Policy)?.['Arn'] ??
    summary?.Id ??
    VpcEndpoint?.['VpcEndpointId'] ??
    OrganizationalUnit?.['Id'];
  return typeof id === 'string' ? id : undefined;
}

/** Carries out what a page offers: at once, or by a dialog when something has to be filled in. */
export class Actor {
  readonly lab: LabState;
  /** The form that is open. */
  dialog = $state.raw<Action | undefined>();
  /** How the last call without a form ended. */
  done = $state.raw<Done | undefined>();
  /** The call that ended so. */
  call = $state.raw<CallFacts | undefined>();
  /** What became of the account that was last asked for. */
  creation = $state.raw<AccountCreation | undefined>();
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
    if (this.done.kind === 'ok') this.learn(this.done.output);
    return this.done;
  }

  /** A form was served: what it made is opened. */
  served(output: Readonly<Record<string, unknown>>): void {
    this.learn(output);
    const made = madeIn(output);
    if (made !== undefined) this.go(made);
  }

  learn({ CreateAccountStatus: status }: Readonly<Record<string, unknown>>): void {
    if (status) this.creation = status as AccountCreation; // as accounts.ts of src/cloud answers it
  }
}
