import type { ServiceName, TrailEvent } from '../../engine/index.ts';
import { principalOf } from '../cloudtrail/who.ts';

/*
 * An incident as data: real calls by who caused it and by who suffers from it, made in a fresh world; then it is the
 * learner's turn. What happened has to be found in the trail, and mended until the goals hold.
 */

/** `{name}` in a text stands for what an earlier call made; `{name}` as a whole value for bytes too. */
export type DrillStep =
  | { readonly wait: number }
  | {
      readonly service?: ServiceName | undefined;
      readonly operation: string;
      readonly by: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly from?: string | undefined;
      /** Made so often, so many seconds apart. */
      readonly times?: number | undefined;
      readonly every?: number | undefined;
      /** Names what it made, by the member of the answer: `{ orders: 'KeyMetadata.Arn' }`. */
      readonly makes?: Readonly<Record<string, string>> | undefined;
      /** AWS's name of the refusal that this call is to meet. */
      readonly refused?: string | undefined;
    }
  /** The owner's material goes in, by the whole ceremony. `name`: of the key. */
  | {
      readonly importInto: string;
      readonly material: string;
      readonly validForSeconds: number;
      readonly by: string;
    };

export type Goal =
  | { readonly kind: 'state'; readonly key: string; readonly is: string }
  /** `principal` may (or may not) do this with the key. */
  | {
      readonly kind: 'may' | 'mayNot';
      readonly principal: string;
      readonly operation: string;
      readonly key: string;
    }
  | { readonly kind: 'noGrantFor'; readonly principal: string; readonly key: string };

/** Which record of the trail is the cause: the learner points at it. */
export interface Cause {
  readonly eventName: string;
  /** Part of the principal's ARN, or of `AWS Internal`. */
  readonly by: string;
}

export interface Drill {
  readonly id: string;
  readonly steps: readonly DrillStep[];
  readonly cause: Cause;
  readonly goals: readonly Goal[];
  /** The rules of watch that see it: by them it is found. */
  readonly seenBy: readonly string[];
}

export const isCause = (event: TrailEvent, { eventName, by }: Cause): boolean =>
  event.eventName === eventName && event.errorCode === undefined && principalOf(event).includes(by);

/** What a drill asks of a world. The client gives it. */
export interface DrillDoor {
  call(
    step: Extract<DrillStep, { operation: string }>,
    input: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly refused: string | undefined; readonly output: Readonly<Record<string, unknown>> }>;
  wait(seconds: number): Promise<void>;
  importMaterial(key: string, material: string, validForSeconds: number, by: string): Promise<void>;
}
export interface DrillWorld {
  stateOf(key: string): Promise<string | undefined>;
  may(principal: string, operation: string, key: string): Promise<boolean>;
  granteesOf(key: string): Promise<readonly string[]>;
}

/** @throws when a call does not end as the drill says: the drill is wrong */
export async function playDrill(drill: Drill, door: DrillDoor): Promise<ReadonlyMap<string, string>> {
  const named = new Map<string, unknown>();
  for (const step of drill.steps) {
    if ('wait' in step) await door.wait(step.wait);
    else if ('importInto' in step) {
      const { importInto, material, validForSeconds, by } = step;
      await door.importMaterial(String(named.get(importInto)), material, validForSeconds, by);
    } else await playCall(drill, step, door, named);
  }
  return new Map([...named].filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

async function playCall(
  drill: Drill,
  step: Extract<DrillStep, { operation: string }>,
  door: DrillDoor,
  named: Map<string, unknown>,
): Promise<void> {
  for (let i = 0; i < (step.times ?? 1); i += 1) {
    if (i > 0) await door.wait(step.every ?? 1);
    const input = filled(step.input, named) as Readonly<Record<string, unknown>>; // an object stays one
    const { refused, output } = await door.call(step, input);
    if (refused !== step.refused)
      throw new Error(`drill "${drill.id}": ${step.operation} ended with ${refused ?? 'success'}`);
    for (const [name, at] of Object.entries(step.makes ?? {})) named.set(name, memberAt(output, at));
  }
}

const memberAt = (output: unknown, at: string): unknown =>
  at
    .split('.')
    .reduce<unknown>(
      (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
      output,
    );

function filled(value: unknown, named: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') {
    const whole = /^\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined && named.has(whole)) return named.get(whole);
    return value.replaceAll(/\{(\w+)\}/g, (text, name: string) => String(named.get(name) ?? text));
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, named));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, named)]));
}

/** For each goal whether it holds. `named`: what {@link playDrill} answered, or {@link namesIn} read. */
export async function goalsHeld(
  { goals }: Drill,
  named: ReadonlyMap<string, string>,
  world: DrillWorld,
): Promise<readonly { readonly goal: Goal; readonly holds: boolean }[]> {
  const answers = [];
  for (const goal of goals) {
    const key = named.get(goal.key) ?? goal.key;
    answers.push({ goal, holds: await holds(goal, key, world) });
  }
  return answers;
}

async function holds(goal: Goal, key: string, world: DrillWorld): Promise<boolean> {
  switch (goal.kind) {
    case 'state':
      return (await world.stateOf(key)) === goal.is;
    case 'may':
      return world.may(goal.principal, goal.operation, key);
    case 'mayNot':
      return !(await world.may(goal.principal, goal.operation, key));
    case 'noGrantFor':
      return !(await world.granteesOf(key)).includes(goal.principal);
  }
}

/** The keys that a drill has made, read from the trail again: in a world that was closed meanwhile. */
export function namesIn(drill: Drill, events: readonly TrailEvent[]): ReadonlyMap<string, string> {
  const made = events
    .filter(({ eventName, errorCode }) => eventName === 'CreateKey' && errorCode === undefined)
    .flatMap(({ resources }) => resources.map(({ ARN }) => ARN));
  const names = drill.steps.flatMap((step) =>
    'operation' in step && step.operation === 'CreateKey' ? Object.keys(step.makes ?? {}) : [],
  );
  return new Map(names.map((name, i) => [name, made[i] ?? '']));
}
