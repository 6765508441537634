import { assign, setup } from 'xstate';
import type { CallRequest, SealedObject, WorldApi } from '../client/index.ts';
import { ask, digest, open, toggleKey, wipe, type BulkEvent } from './actors.ts';
import {
  answered,
  attempt,
  beat,
  deedDone,
  deedRequest,
  faultedIn,
  freshContext,
  returnedFacts,
  sentRequest,
  stoppedAt,
  stopsAt,
  type FlowContext,
  type LearnerEvent,
} from './context.ts';
import type { BeatRecord, Setting } from './run.ts';

/**
 * Envelope decryption: the stored object is taken, KMS opens its wrapped key if caller, key and encryption context are
 * right, the file is decrypted here, and the data key is erased. Its states are the beats that a learner sees.
 */

export interface DecryptInput {
  readonly world: WorldApi;
  readonly setting: Setting;
  readonly object: SealedObject;
  /** Of the file before it was sealed, when this page saw it. Nothing beside the object may tell it. */
  readonly wantedSha256: string | undefined;
}
interface DecryptContext extends FlowContext {
  readonly object: SealedObject;
  readonly wantedSha256: string | undefined;
  /** The decrypted file. */
  readonly body: Blob | undefined;
}

/** Decrypt names no key: the wrapped key does. */
const request = ({ setting, object }: DecryptContext): CallRequest => ({
  operation: 'Decrypt',
  input: { CiphertextBlob: object.wrappedKey, EncryptionContext: setting.encryptionContext },
  principal: setting.principal,
  region: setting.region,
});

const taken = ({ object }: DecryptContext): BeatRecord => ({
  id: 'take',
  outcome: 'done',
  trace: undefined,
  facts: { kind: 'take', object },
});
const dataKey = (context: FlowContext) => {
  if (!context.dataKey) throw new Error(`"dataKey" expected bytes in memory, got none`);
  return context.dataKey;
};
const plaintext = (context: DecryptContext): Blob => {
  if (!context.body) throw new Error('"plaintext" expected a decrypted file, got none');
  return context.body;
};

export const envelopeDecrypt = setup({
  types: {
    context: {} as DecryptContext,
    events: {} as LearnerEvent | BulkEvent,
    input: {} as DecryptInput,
    tags: {} as 'waiting' | 'working' | 'end',
  },
  actors: { ask, open, wipe, digest, toggleKey },
  guards: {
    stopsAtGates: ({ context }) => stopsAt(context, 'gates'),
    stopsInVault: ({ context }) => stopsAt(context, 'vault'),
    isCall: (_, deed: { kind: string }) => deed.kind === 'disableKey' || deed.kind === 'enableKey',
  },
  actions: {
    /** For every way out but the erase beat, which is an actor of its own. */
    wipeNow: ({ context }) => {
      context.dataKey?.fill(0);
    },
  },
}).createMachine({
  id: 'envelopeDecrypt',
  type: 'parallel',
  context: ({ input }) => ({
    ...freshContext('envelopeDecrypt', input.world, input.setting),
    object: input.object,
    wantedSha256: input.wantedSha256,
    body: undefined,
  }),
  on: { LEAVE: '.beats.left' },
  states: {
    beats: {
      initial: 'ready',
      states: {
        ready: { tags: 'waiting', on: { NEXT: 'take' } },
        take: {
          tags: 'waiting',
          entry: assign(({ context }) => ({ beats: [taken(context)] })),
          on: { NEXT: 'request' },
        },
        request: {
          id: 'request',
          initial: 'sending',
          entry: assign(({ context }) => ({
            ...attempt(context, request(context), [taken(context)]),
            body: undefined,
          })),
          states: {
            sending: {
              tags: 'working',
              invoke: {
                src: 'ask',
                input: ({ context }) => ({
                  world: context.world,
                  request: sentRequest(context),
                  keyArn: context.setting.keyArn,
                }),
                onDone: {
                  target: 'sent',
                  actions: assign(({ context, event }) => answered(context, event.output)),
                },
                onError: {
                  target: '#faulted',
                  actions: assign(({ context, event }) => faultedIn(context, 'request', event.error)),
                },
              },
            },
            sent: {
              tags: 'waiting',
              on: { NEXT: [{ guard: 'stopsAtGates', target: '#stopped' }, { target: '#gates' }] },
            },
          },
        },
        gates: {
          id: 'gates',
          tags: 'waiting',
          entry: assign(({ context }) => beat(context, 'gates', 'done', { kind: 'gates' }, context.trace)),
          on: { NEXT: [{ guard: 'stopsInVault', target: 'stopped' }, { target: 'vault' }] },
        },
        vault: {
          tags: 'waiting',
          entry: assign(({ context }) => beat(context, 'vault', 'done', { kind: 'vault' }, context.trace)),
          on: { NEXT: 'returned' },
        },
        returned: {
          tags: 'waiting',
          entry: assign(({ context }) =>
            beat(context, 'returned', 'done', returnedFacts(context), context.trace),
          ),
          on: { NEXT: 'decrypt' },
        },
        decrypt: {
          initial: 'opening',
          entry: assign(({ context }) => ({
            ...beat(context, 'decrypt', 'working', undefined),
            progress: { done: 0, total: context.object.plaintextLength },
          })),
          states: {
            opening: {
              tags: 'working',
              invoke: {
                src: 'open',
                input: ({ context }) => ({
                  world: context.world,
                  objectId: context.object.id,
                  dataKey: dataKey(context),
                }),
              },
              on: {
                PROGRESS: { actions: assign({ progress: ({ event }) => event.progress }) },
                OPENED: {
                  target: 'opened',
                  actions: assign(({ context, event: { body } }) => ({
                    ...beat(context, 'decrypt', 'done', {
                      kind: 'decrypt',
                      object: context.object,
                      byteLength: body.size,
                    }),
                    body,
                    progress: undefined,
                  })),
                },
                FAILED: {
                  target: '#faulted',
                  actions: [
                    'wipeNow',
                    assign(({ context, event }) => faultedIn(context, 'decrypt', event.message)),
                  ],
                },
              },
            },
            opened: { tags: 'waiting', on: { NEXT: '#erase' } },
          },
        },
        erase: {
          id: 'erase',
          initial: 'wiping',
          entry: assign(({ context }) => beat(context, 'erase', 'working', undefined)),
          states: {
            wiping: {
              tags: 'working',
              invoke: {
                src: 'wipe',
                input: ({ context }) => ({ bytes: dataKey(context) }),
                onDone: {
                  target: 'wiped',
                  actions: assign(({ context, event }) => ({
                    ...beat(context, 'erase', 'done', { kind: 'erase', ...event.output }),
                    dataKey: undefined,
                  })),
                },
              },
            },
            wiped: { tags: 'waiting', on: { NEXT: '#plaintext' } },
          },
        },
        plaintext: {
          id: 'plaintext',
          initial: 'comparing',
          entry: assign(({ context }) => beat(context, 'plaintext', 'working', undefined)),
          states: {
            comparing: {
              tags: 'working',
              invoke: {
                src: 'digest',
                input: ({ context }) => ({ body: plaintext(context) }),
                onDone: {
                  target: 'compared',
                  actions: assign(({ context, event: { output: sha256 } }) =>
                    beat(context, 'plaintext', 'done', {
                      kind: 'plaintext',
                      byteLength: plaintext(context).size,
                      wantedLength: context.object.plaintextLength,
                      sha256,
                      wantedSha256: context.wantedSha256,
                      equal:
                        plaintext(context).size === context.object.plaintextLength &&
                        (context.wantedSha256 ?? sha256) === sha256,
                    }),
                  ),
                },
                onError: {
                  target: '#faulted',
                  actions: assign(({ context, event }) => faultedIn(context, 'plaintext', event.error)),
                },
              },
            },
            compared: { tags: 'end', on: { RETRY: '#request' } },
          },
        },
        stopped: {
          id: 'stopped',
          tags: 'end',
          entry: ['wipeNow', assign(({ context }) => stoppedAt(context))],
          on: { RETRY: 'request' },
        },
        faulted: { id: 'faulted', tags: 'end', on: { RETRY: 'request' } },
        left: { entry: ['wipeNow', assign({ dataKey: undefined, body: undefined })] },
      },
    },
    deeds: {
      initial: 'idle',
      states: {
        idle: {
          on: {
            BREAK: [
              {
                guard: { type: 'isCall', params: ({ event }) => event.deed },
                target: 'calling',
                actions: assign({ deed: ({ event }) => event.deed }),
              },
              { actions: assign(({ context, event }) => deedDone(context, event.deed, undefined)) },
            ],
          },
        },
        calling: {
          invoke: {
            src: 'toggleKey',
            input: ({ context }) => ({ world: context.world, request: deedRequest(context) }),
            onDone: {
              target: 'idle',
              actions: assign(({ context, event }) =>
                context.deed ? deedDone(context, context.deed, event.output) : {},
              ),
            },
            onError: { target: 'idle', actions: assign({ deed: undefined }) },
          },
        },
      },
    },
  },
});
