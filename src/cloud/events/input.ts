import type { EventTarget } from '../../engine/index.ts';
import type { BusEvent } from '../watch/eventPattern.ts';

/*
 * What a target gets of an event: all of it, a constant, or what an input transformer makes of it.
 * EventBridge User Guide, "Amazon EventBridge input transformation".
 */

/** `$.detail.resources[0].ARN`; undefined when there is nothing. */
export function atPath(event: unknown, path: string): unknown {
  let value = event;
  for (const [, name, index] of path.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g)) {
    const key = name ?? index ?? '';
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

export const isPath = (path: unknown): path is string =>
  typeof path === 'string' && /^\$(\.[A-Za-z0-9_-]+|\[\d+\])*$/.test(path);

/** Inside quotes a value goes in as text, outside as JSON; one that is not there as an empty text, or null. */
export function transformed(
  event: BusEvent,
  paths: Readonly<Record<string, string>>,
  template: string,
): string {
  let quoted = false;
  return template.replaceAll(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (found: string, name: string | undefined) => {
    if (found === '"') quoted = !quoted;
    const path = name === undefined ? undefined : paths[name];
    if (path === undefined) return found;
    const value = atPath(event, path);
    if (!quoted) return JSON.stringify(value ?? null);
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}

/** JSON text. */
export function inputFor({ input, paths, template }: EventTarget, event: BusEvent): string {
  if (input !== undefined) return input;
  return template === undefined ? JSON.stringify(event) : transformed(event, paths ?? {}, template);
}
