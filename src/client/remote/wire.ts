/** What both ends of the line speak: requests with a number, answers with the same one, and calls back. */

/** As much of a MessagePort, Worker or DedicatedWorkerGlobalScope as is needed. */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  /** MessagePorts wait for it. */
  start?(): void;
}

/** The lab itself, where a world's number is asked for. */
export const theLab = -1;

/** A world at the other end. */
export interface Handle {
  readonly world: number;
  readonly name: string;
}

/** `world`: the number of a world at the other end; 0 is the first main one. */
export type Message =
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly world: number;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fail'; readonly id: number; readonly error: WireError }
  /** The one who asked does not want it any more: the work ends, and the answer says so. */
  | { readonly kind: 'stop'; readonly id: number }
  /** The answer to a request that its sender may repeat has arrived. */
  | { readonly kind: 'got'; readonly world: number; readonly once: string }
  | { readonly kind: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'event'; readonly world: number; readonly value: unknown };

/** What structured cloning would lose of an error: its own name and its own members. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), members: {} };
  const members = Object.entries(error).filter(([name, value]) => name !== 'name' && isPlain(value));
  return { name: error.name, message: error.message, members: Object.fromEntries(members) };
}

export function fromWire({ name, message, members }: WireError): Error {
  const error = Object.assign(new Error(message), members);
  return Object.defineProperty(error, 'name', { value: name, configurable: true });
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

const kinds: readonly unknown[] = [
  'ask',
  'answer',
  'fail',
  'progress',
  'event',
  'got',
  'stop',
] satisfies readonly Message['kind'][];

/** A port may carry other people's messages too: what is not ours is left alone. */
export const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);
