import type { CacheLimits } from '../../cloud/caching/index.ts';
import type { AccountId, Bytes, KeyArn, PrincipalArn, Region, TrailEvent } from '../../engine/index.ts';

/*
 * Messages that one program encrypts and another one opens, each with or without a cache of data keys: what is asked of KMS
 * meanwhile. Whoever encrypts is a `Program`: the real AWS Encryption SDK, or our model of it.
 */

export interface CachingSetting {
  /** From 1. */
  readonly messages: number;
  /** Of plaintext, in each message. */
  readonly bytes: number;
  /** Encryption contexts that the messages take turns with, one a tenant. From 1. */
  readonly contexts: number;
  /** Virtual time over which the messages are spread evenly, on whole seconds. */
  readonly seconds: number;
  /** Undefined: no cache, a data key for each message. */
  readonly limits: CacheLimits | undefined;
  /** The key is disabled just before the message of this number, from 1; the reader waits until it is enabled again. */
  readonly disabledBefore?: number | undefined;
}

/** Who asks, and under which key; without one, under a key that is made for the run. */
export interface CachingPlace {
  readonly account: AccountId;
  readonly region: Region;
  readonly principal: PrincipalArn;
  readonly key: KeyArn | undefined;
}

export interface Message {
  /** From 0. */
  readonly number: number;
  /** Whole virtual seconds since the first one. */
  readonly at: number;
  readonly tenant: number;
  readonly context: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

/** A message as it lies somewhere, and the data key that it was encrypted under, as it is wrapped in it. */
export interface Sealed {
  readonly bytes: Bytes;
  readonly context: Readonly<Record<string, string>>;
  /** In base64. */
  readonly wrappedKey: string;
}

/** One that encrypts, or one that reads: each has a cache of its own. Rejects when KMS refuses. */
export interface Program {
  encrypt(message: Message): Promise<Sealed>;
  decrypt(sealed: Sealed): Promise<Bytes>;
  /** The same message, saying that it was made with another context, whose values are as long. */
  withContext(sealed: Sealed, context: Readonly<Record<string, string>>): Sealed;
  close(): void;
}

export interface Outcome extends Pick<Message, 'number' | 'at' | 'tenant'> {
  /** Which of the run's data keys, from 0. Undefined: KMS refused, and nothing was encrypted. */
  readonly dataKey: number | undefined;
  /** The data key was made for this message. */
  readonly fresh: boolean;
  readonly refused: string | undefined;
  /** The key was disabled when this message was encrypted. */
  readonly disabled: boolean;
}

export interface CachingRun {
  readonly outcomes: readonly Outcome[];
  /** KMS's events in the copy's trail, of all of the run, oldest first; those that made and disabled the key left out. */
  readonly events: readonly TrailEvent[];
  /** Messages that came out as they went in. */
  readonly opened: number;
  /** What KMS answered when the header of a message was changed to say another tenant; undefined when nothing was sealed. */
  readonly changedContext: string | undefined;
}

/** When each message comes, and what is in it. */
export function messagesOf({ messages, bytes, contexts, seconds }: CachingSetting): readonly Message[] {
  return Array.from({ length: messages }, (_, number) => {
    const tenant = number % contexts;
    const body = new Uint8Array(bytes);
    new TextEncoder().encodeInto(`message ${number + 1} of tenant ${letter(tenant)}`, body);
    return {
      number,
      at: Math.floor((number * seconds) / messages),
      tenant,
      context: { tenant: letter(tenant) },
      body,
    };
  });
}

/** Of tenants beyond 26: `aa`, `ab`, … */
export const letter = (tenant: number): string =>
  (tenant < 26 ? '' : letter(Math.floor(tenant / 26) - 1)) + String.fromCharCode(97 + (tenant % 26));
