import type { At } from './shop.svelte.ts';
import type { ServiceName } from '../../../engine/index.ts';
import type { CallInput, Done, LabState } from '../../state/lab.svelte.ts';
import { starts, type Around, type QuickStart } from './starts.ts';

/*
 * What a newcomer begins with: a few real calls in a row, of one group, so that they are undone as one.
 */

export interface Started {
  readonly done: Done;
  /** The call that ended so. */
  readonly call: { readonly service: ServiceName; readonly operation: string; readonly input: CallInput };
  /** Where to look, when all were served: the thing's id. */
  readonly at: (Omit<At, 'thing'> & { readonly thing: string }) | undefined;
}

class Stopped {
  readonly started: Started;
  constructor(started: Started) {
    this.started = started;
  }
}

/** Short enough to read, and of nobody else: a bucket's name is everybody's. */
const someName = (): string => crypto.randomUUID().slice(0, 8);

/** Calls as whoever is chosen. Stops at the first that is not served, and says how it ended. */
export async function begin(lab: LabState, which: QuickStart): Promise<Started> {
  const group = `begin ${crypto.randomUUID()}`;
  let last: Started | undefined;
  const call: Around['call'] = async (service, operation, input) => {
    const done = await lab.call(operation, input, group, { service });
    last = { done, call: { service, operation, input }, at: undefined };
    if (done.kind !== 'ok') throw new Stopped(last);
    return done.output;
  };
  const { account, region } = lab;
  if (!account) throw new Error('nobody is chosen who could call');
  try {
    const { at } = await lab.world.now();
    const { service, newest } = await starts[which]({ call, name: someName(), account, region, at });
    if (!last) throw new Error('a beginning without calls');
    const { items } = await lab.world.storedThings({ account, region, service, n: 1000 });
    const thing = items.find(({ id }) => newest(id));
    return { ...last, at: thing && { account, region, service, thing: thing.id } };
  } catch (stopped) {
    if (stopped instanceof Stopped) return stopped.started;
    throw stopped;
  }
}
