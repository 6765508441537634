import { assign, setup } from 'xstate';
import type { CallRequest, SealedObject, WorldApi } from '../client/index.ts';
import { ask, inspectObject, listObjects, seal, toggleKey, wipe, type BulkEvent } from './actors.ts';
import {
  answered,
  attempt,
  beat,
  contextOf,
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
import type { Setting } from './run.ts';

/**
 * Envelope encryption. Its states are the beats that a learner sees, its actors make the real calls: GenerateDataKey,
 * local encryption with the plaintext data key, erasing it, keeping ciphertext and wrapped key side by side.
 * One region walks the beats; the other lets the learner break something between any two of them.
 */

export interface EncryptInput {
  readonly world: WorldApi;
  readonly setting: Setting;
  readonly body: Blob;
}
interface EncryptContext extends FlowContext {
  readonly body: Blob;
  readonly object: SealedObject | undefined;
}

const request = ({ setting }: FlowContext): CallRequest => ({
  operation: 'GenerateDataKey',
  input: { KeyId: setting.keyId, KeySpec: 'AES_256', EncryptionContext: setting.encryptionContext },
  principal: setting.principal,
  region: setting.region,
});

const sealedObject = (context: EncryptContext): SealedObject => {
  if (!context.object) throw new Error('"store" expected a sealed object, got none');
  return context.object;
};
const dataKey = (context: FlowContext) => {
  if (!context.dataKey) throw new Error(`"dataKey" expected bytes in memory, got none`);
  return context.dataKey;
};

export const envelopeEncrypt = setup({
  types: {
    context: {} as EncryptContext,
    events: {} as LearnerEvent | BulkEvent,
    input: {} as EncryptInput,
    tags: {} as 'waiting' | 'working' | 'end',
  },
  actors: { ask, seal, wipe, listObjects, inspectObject, toggleKey },
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
  id: 'envelopeEncrypt',
  type: 'parallel',
  context: ({ input }) => ({
    ...freshContext('envelopeEncrypt', input.world, input.setting),
    body: input.body,
    object: undefined,
  }),
  on: { LEAVE: '.beats.left' },
  states: {
    beats: {
      initial: 'ready',
      states: {
        ready: { tags: 'waiting', on: { NEXT: 'request' } },
        request: {
          initial: 'sending',
          id: 'request',
          entry: assign(({ context }) => ({ ...attempt(context, request(context), []), object: undefined })),
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
          on: { NEXT: 'encrypt' },
        },
        encrypt: {
          initial: 'sealing',
          entry: assign(({ context }) => ({
            ...beat(context, 'encrypt', 'working', undefined),
            progress: { done: 0, total: context.body.size },
          })),
          states: {
            sealing: {
              tags: 'working',
              invoke: {
                src: 'seal',
                input: ({ context }) => ({
                  world: context.world,
                  source: {
                    name: context.setting.file.name,
                    mediaType: context.setting.file.mediaType,
                    body: context.body,
                    dataKey: dataKey(context),
                    wrappedKey: context.wrappedKey ?? new Uint8Array(),
                    keyArn: context.keyArn ?? context.setting.keyArn,
                    encryptionContext: contextOf(sentRequest(context)),
                  },
                }),
              },
              on: {
                PROGRESS: { actions: assign({ progress: ({ event }) => event.progress }) },
                SEALED: {
                  target: 'sealed',
                  actions: assign(({ context, event: { object, sha256 } }) => ({
                    ...beat(context, 'encrypt', 'done', {
                      kind: 'encrypt',
                      file: context.setting.file,
                      object,
                      sha256,
                    }),
                    object,
                    progress: undefined,
                  })),
                },
                FAILED: {
                  target: '#faulted',
                  actions: [
                    'wipeNow',
                    assign(({ context, event }) => faultedIn(context, 'encrypt', event.message)),
                  ],
                },
              },
            },
            sealed: { tags: 'waiting', on: { NEXT: '#erase' } },
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
            wiped: { tags: 'waiting', on: { NEXT: '#store' } },
          },
        },
        store: {
          id: 'store',
          initial: 'looking',
          entry: assign(({ context }) => beat(context, 'store', 'working', undefined)),
          states: {
            looking: {
              tags: 'working',
              invoke: {
                src: 'listObjects',
                input: ({ context }) => ({ world: context.world }),
                onDone: [
                  {
                    guard: ({ context, event }) => event.output.some(({ id }) => id === context.object?.id),
                    target: 'kept',
                    actions: assign(({ context, event }) =>
                      beat(context, 'store', 'done', {
                        kind: 'store',
                        // The object as the store lists it, not as the sealing answered it.
                        object:
                          event.output.find(({ id }) => id === context.object?.id) ?? sealedObject(context),
                        objects: event.output.length,
                      }),
                    ),
                  },
                  {
                    target: '#faulted',
                    actions: assign(({ context }) =>
                      faultedIn(context, 'store', 'the object store does not list it'),
                    ),
                  },
                ],
                onError: {
                  target: '#faulted',
                  actions: assign(({ context, event }) => faultedIn(context, 'store', event.error)),
                },
              },
            },
            kept: { tags: 'waiting', on: { NEXT: '#check' } },
          },
        },
        check: {
          id: 'check',
          initial: 'reading',
          entry: assign(({ context }) => beat(context, 'check', 'working', undefined)),
          states: {
            reading: {
              tags: 'working',
              invoke: {
                src: 'inspectObject',
                input: ({ context }) => ({ world: context.world, object: sealedObject(context) }),
                onDone: {
                  target: 'checked',
                  actions: assign(({ context, event: { output } }) =>
                    beat(context, 'check', 'done', {
                      kind: 'check',
                      ...output,
                      whole: output.storedLength === context.object?.sealedLength && output.wrappedKeyAt >= 0,
                    }),
                  ),
                },
                onError: {
                  target: '#faulted',
                  actions: assign(({ context, event }) => faultedIn(context, 'check', event.error)),
                },
              },
            },
            checked: { tags: 'end', on: { RETRY: '#request' } },
          },
        },
        stopped: {
          id: 'stopped',
          tags: 'end',
          entry: ['wipeNow', assign(({ context }) => stoppedAt(context))],
          on: { RETRY: 'request' },
        },
        faulted: { id: 'faulted', tags: 'end', on: { RETRY: 'request' } },
        left: { entry: ['wipeNow', assign({ dataKey: undefined })] },
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
