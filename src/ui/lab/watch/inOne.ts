import type { Done, LabState } from '../../state/lab.svelte.ts';

/** Calls that are one step to undo: up to the first that is refused, whose answer is given. */
export async function inOne(
  lab: LabState,
  name: string,
  calls: readonly {
    readonly service: 'events' | 'iam' | 's3' | 'cloudtrail' | 'sns' | 'logs' | 'monitoring';
    readonly operation: string;
    readonly input: Readonly<Record<string, unknown>>;
  }[],
): Promise<Done | undefined> {
  const group = `${name} ${crypto.randomUUID()}`;
  let done: Done | undefined;
  for (const { service, operation, input } of calls) {
    done = await lab.call(operation, input, group, { service });
    if (done.kind !== 'ok') return done;
  }
  return done;
}
