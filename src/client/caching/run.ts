import { equalBytes, type KeyArn, type PrincipalArn, type TrailEvent } from '../../engine/index.ts';
import type { WorldApi } from '../api.ts';
import { modelProgram } from './model.ts';
import {
  messagesOf,
  type CachingPlace,
  type CachingRun,
  type CachingSetting,
  type Message,
  type Outcome,
  type Program,
  type Sealed,
} from './setting.ts';

export type Who = 'sdk' | 'model';

/** KMS has said no to something without which there is no run: making the key, most of all. */
export class RunRefused extends Error {
  override readonly name = 'RunRefused';
}

/** How far a run is, in messages encrypted and read. */
type OnProgress = (done: number, total: number) => void;

/**
 * One run in a copy of the world, which stays as it is: all messages encrypted by one program and read by another one of the
 * same kind. What was asked of KMS is read from the copy's trail.
 * @throws {@link RunRefused}
 */
export async function runCaching(
  world: WorldApi,
  who: Who,
  place: CachingPlace,
  setting: CachingSetting,
  onProgress: OnProgress = () => {},
): Promise<CachingRun> {
  const copy = await world.fork();
  try {
    await copy.setClock('frozen');
    // What is counted here are calls, not what one may ask in a second (the Stage has a scene for that).
    await copy.setSwitches({ throttling: false });
    return await new Run(copy, who, place, setting, onProgress).whole();
  } finally {
    await copy.close();
  }
}

class Run {
  readonly #world: WorldApi;
  readonly #who: Who;
  readonly #place: CachingPlace;
  readonly #setting: CachingSetting;
  readonly #onProgress: OnProgress;
  /** Virtual milliseconds at which the first message comes. */
  #start = 0;
  /** Virtual seconds since then. */
  #at = 0;
  readonly #events: TrailEvent[] = [];
  #newest: string | undefined;

  constructor(
    world: WorldApi,
    who: Who,
    place: CachingPlace,
    setting: CachingSetting,
    onProgress: OnProgress,
  ) {
    this.#world = world;
    this.#who = who;
    this.#place = place;
    this.#setting = setting;
    this.#onProgress = onProgress;
  }

  async whole(): Promise<CachingRun> {
    const key = this.#place.key ?? (await this.#makeKey());
    this.#start = (await this.#world.now()).at;
    await this.#skip();
    const messages = messagesOf(this.#setting);
    const { outcomes, sealed } = await this.#write(key, messages);
    if (this.#setting.disabledBefore !== undefined) await this.#byOwner('EnableKey', { KeyId: key });
    const { opened, changedContext } = await this.#read(key, messages, sealed);
    return { outcomes, events: this.#events, opened, changedContext };
  }

  async #write(key: KeyArn, messages: readonly Message[]) {
    const outcomes: Outcome[] = [];
    const sealed: (Sealed | undefined)[] = [];
    const numbers = new Map<string, number>();
    let disabled = false;
    const program = await this.#program(key);
    try {
      for (const message of messages) {
        if (message.at > this.#at) await this.#advanceTo(message.at);
        if (message.number + 1 === this.#setting.disabledBefore) {
          await this.#byOwner('DisableKey', { KeyId: key });
          disabled = true;
        }
        const { number, at, tenant } = message;
        let made: Sealed | undefined;
        let refused: string | undefined;
        try {
          made = await program.encrypt(message);
          sealed.push(made);
        } catch (thrown) {
          sealed.push(undefined);
          refused = await this.#refusal(thrown);
        }
        const fresh = made !== undefined && !numbers.has(made.wrappedKey);
        if (made && fresh) numbers.set(made.wrappedKey, numbers.size);
        const dataKey = made && numbers.get(made.wrappedKey);
        outcomes.push({ number, at, tenant, dataKey, fresh, refused, disabled });
        this.#onProgress(number + 1, messages.length * 2);
      }
    } finally {
      program.close();
    }
    await this.#collect();
    return { outcomes, sealed };
  }

  /** Somebody else, with an empty cache, all at once. */
  async #read(key: KeyArn, messages: readonly Message[], sealed: readonly (Sealed | undefined)[]) {
    let opened = 0;
    const program = await this.#program(key);
    try {
      for (const { number, body } of messages) {
        const one = sealed[number];
        if (one && equalBytes(await program.decrypt(one), body)) opened += 1;
        this.#onProgress(messages.length + number + 1, messages.length * 2);
      }
      await this.#collect();
      const last = sealed.findLast((one) => one !== undefined);
      return { opened, changedContext: last && (await this.#changed(program, last)) };
    } finally {
      program.close();
    }
  }

  /** Counted in no total: it is a question about the message, not part of the work. */
  async #changed(program: Program, sealed: Sealed): Promise<string> {
    const { tenant = '' } = sealed.context;
    const other = tenant.slice(0, -1) + (tenant.endsWith('z') ? 'a' : nextLetter(tenant));
    try {
      await program.decrypt(program.withContext(sealed, { tenant: other }));
    } catch (thrown) {
      return this.#refusal(thrown);
    }
    throw new Error('a message with a changed context was opened');
  }

  async #program(key: KeyArn): Promise<Program> {
    const { limits } = this.#setting;
    const { principal, region } = this.#place;
    const now = (): number => this.#at;
    switch (this.#who) {
      case 'sdk': {
        const { loadSdk } = await import('./sdk/index.ts');
        const { sdkProgram } = await loadSdk();
        return sdkProgram(this.#world, principal, key, limits, now);
      }
      case 'model': {
        const ask = async (operation: string, input: Readonly<Record<string, unknown>>) =>
          (await this.#world.call({ operation, input, principal, region })).result;
        return modelProgram(ask, key, limits, now);
      }
    }
  }

  async #advanceTo(at: number): Promise<void> {
    await this.#world.advance({ to: this.#start + at * 1000 });
    this.#at = at;
  }

  /** What KMS said, as its trail has it. A fault that KMS did not speak is none of its refusals. */
  async #refusal(thrown: unknown): Promise<string> {
    const [line] = await this.#world.trail({ n: 1 });
    if (line?.event.errorCode === undefined) throw thrown;
    return line.event.errorCode;
  }

  async #makeKey(): Promise<KeyArn> {
    const { principal } = this.#place;
    const output = await this.#ask(
      'CreateKey',
      { Description: 'for a run with cached data keys' },
      principal,
    );
    return (output['KeyMetadata'] as { readonly Arn: KeyArn }).Arn; // CreateKey's shape
  }
  async #byOwner(operation: 'DisableKey' | 'EnableKey', input: Readonly<Record<string, unknown>>) {
    await this.#collect();
    await this.#ask(operation, input, `arn:aws:iam::${this.#place.account}:root` as PrincipalArn); // there is always one
    await this.#skip();
  }
  async #ask(operation: string, input: Readonly<Record<string, unknown>>, principal: PrincipalArn) {
    const { region } = this.#place;
    const { result } = await this.#world.call({ operation, input, principal, region });
    if (!result.ok) throw new RunRefused(`${operation}: ${result.refusal.refused}`);
    return result.output;
  }

  /** Takes what is new in the trail. */
  async #collect(): Promise<void> {
    // Each message leaves one event at most, while it is written and while it is read.
    const newest = await this.#world.trail({ n: this.#setting.messages + 10 });
    const known = newest.findIndex(({ event }) => event.eventID === this.#newest);
    const fresh = (known < 0 ? newest : newest.slice(0, known)).map(({ event }) => event).toReversed();
    this.#events.push(
      ...fresh.filter(({ eventName }) => eventName === 'GenerateDataKey' || eventName === 'Decrypt'),
    );
    this.#newest = newest[0]?.event.eventID;
  }
  async #skip(): Promise<void> {
    const [line] = await this.#world.trail({ n: 1 });
    this.#newest = line?.event.eventID;
  }
}

const nextLetter = (text: string): string => String.fromCharCode(text.charCodeAt(text.length - 1) + 1);

/** Requests of a run, by operation, refused ones too. */
export const requestsOf = ({ events }: CachingRun, operation: 'GenerateDataKey' | 'Decrypt'): number =>
  events.filter(({ eventName }) => eventName === operation).length;
