import { assign, sendTo, setup } from 'xstate';
import type { CallRequest, SealedObject, WorldApi } from '../client/index.ts';
import {
  ask,
  digest,
  inspectObject,
  listObjects,
  open,
  seal,
  toggleKey,
  wipe,
  type BulkEvent,
} from './actors.ts';
import {
  answered,
  attempt,
  beat,
  contextOf,
  deedDone,
  deedRequest,
  endedIn,
  faultedIn,
  freshContext,
  returnedFacts,
  sentRequest,
  stoppedAt,
  stopsAt,
  type FlowContext,
  type LearnerEvent,
} from './context.ts';
import type { BeatRecord, Bytes, Setting } from './run.ts';

/**
 * Envelope encryption and decryption. The states are the beats that a learner sees, the actors make the real calls:
 * GenerateDataKey or Decrypt, bulk work here with the plaintext data key, erasing it; then ciphertext and wrapped key are
 * kept side by side, or the file is compared with what was sealed. Which of the two it is, is a setting.
 * One region walks the beats; the other lets the learner break something between any two of them.
 */

export type EnvelopeInput = { readonly world: WorldApi; readonly setting: Setting } & (
  | { readonly scene: 'envelopeEncrypt'; readonly body: Blob }
  | {
      readonly scene: 'envelopeDecrypt';
      readonly object: SealedObject;
      /** Of the file before it was sealed, when this page saw it. Nothing beside the object may tell it. */
      readonly wantedSha256: string | undefined;
    }
);
interface EnvelopeContext extends FlowContext {
  /** The file in plaintext: what goes in, or what came out. */
  readonly body: Blob | undefined;
  /** The sealed file: what came out, or what goes in. */
  readonly object: SealedObject | undefined;
  readonly wantedSha256: string | undefined;
}

const isSealing = ({ scene }: FlowContext): boolean => scene === 'envelopeEncrypt';

/** Decrypt names no key: the wrapped key does. */
const request = (context: EnvelopeContext): CallRequest => {
  const { principal, region, keyId, encryptionContext: EncryptionContext } = context.setting;
  return isSealing(context)
    ? {
        operation: 'GenerateDataKey',
        input: { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext },
        principal,
        region,
      }
    : {
        operation: 'Decrypt',
        input: { CiphertextBlob: objectOf(context).wrappedKey, EncryptionContext },
        principal,
        region,
      };
};
const objectOf = ({ object }: EnvelopeContext): SealedObject => {
  if (!object) throw new Error('"object" expected a sealed file, got none');
  return object;
};
const bodyOf = ({ body }: EnvelopeContext): Blob => {
  if (!body) throw new Error('"body" expected a file in plaintext, got none');
  return body;
};
const keyOf = ({ dataKey }: FlowContext): Bytes => {
  if (!dataKey) throw new Error('"dataKey" expected bytes in memory, got none');
  return dataKey;
};
const taken = (context: EnvelopeContext): readonly BeatRecord[] =>
  isSealing(context)
    ? []
    : [
        {
          id: 'take',
          outcome: 'done',
          trace: undefined,
          facts: { kind: 'take', object: objectOf(context) },
        },
      ];
/** A new attempt forgets what the old one made, not what it was given. */
const asked = (context: EnvelopeContext): Partial<EnvelopeContext> => ({
  ...attempt(context, request(context), taken(context)),
  ...(isSealing(context) ? { object: undefined } : { body: undefined }),
});
const bulkBeat = (context: FlowContext) => (isSealing(context) ? ('encrypt' as const) : ('decrypt' as const));

export const envelope = setup({
  types: {
    context: {} as EnvelopeContext,
    events: {} as LearnerEvent | BulkEvent,
    input: {} as EnvelopeInput,
    tags: {} as 'waiting' | 'working' | 'bulk' | 'end',
  },
  actors: { ask, seal, open, wipe, listObjects, inspectObject, digest, toggleKey },
  guards: {
    isSealing: ({ context }) => isSealing(context),
    stopsAtGates: ({ context }) => stopsAt(context, 'gates'),
    stopsInVault: ({ context }) => stopsAt(context, 'vault'),
    isCall: (_, deed: { kind: string }) => deed.kind === 'disableKey' || deed.kind === 'enableKey',
  },
  actions: {
    /** For every way out but the erase beat, which is an actor of its own. */
    wipeNow: ({ context }) => {
      context.dataKey?.fill(0);
    },
    fail: assign(({ context }, { id, error }: { id: BeatRecord['id']; error: unknown }) =>
      faultedIn(context, id, error),
    ),
    working: assign(({ context }, id: BeatRecord['id']) => beat(context, id, 'working', undefined)),
  },
}).createMachine({
  id: 'envelope',
  type: 'parallel',
  context: ({ input }) => ({
    ...freshContext(input.scene, input.world, input.setting),
    body: input.scene === 'envelopeEncrypt' ? input.body : undefined,
    object: input.scene === 'envelopeDecrypt' ? input.object : undefined,
    wantedSha256: input.scene === 'envelopeDecrypt' ? input.wantedSha256 : undefined,
  }),
  on: { LEAVE: '.beats.left' },
  states: {
    beats: {
      initial: 'ready',
      states: {
        ready: {
          tags: 'waiting',
          on: { NEXT: [{ guard: 'isSealing', target: 'request' }, { target: 'take' }] },
        },
        take: {
          tags: 'waiting',
          entry: assign(({ context }) => ({ beats: taken(context) })),
          on: { NEXT: 'request' },
        },
        request: {
          id: 'request',
          initial: 'sending',
          entry: assign(({ context }) => asked(context)),
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
                  actions: { type: 'fail', params: ({ event: { error } }) => ({ id: 'request', error }) },
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
          on: { NEXT: [{ guard: 'isSealing', target: 'encrypt' }, { target: 'decrypt' }] },
        },
        encrypt: {
          initial: 'sealing',
          entry: [
            { type: 'working', params: 'encrypt' },
            assign(({ context }) => ({ progress: { done: 0, total: bodyOf(context).size } })),
          ],
          states: {
            sealing: {
              tags: ['working', 'bulk'],
              invoke: {
                id: 'bulk',
                src: 'seal',
                input: ({ context }) => ({
                  world: context.world,
                  source: {
                    name: context.setting.file.name,
                    mediaType: context.setting.file.mediaType,
                    body: bodyOf(context),
                    dataKey: keyOf(context),
                    wrappedKey: context.wrappedKey ?? new Uint8Array(),
                    keyArn: context.keyArn ?? context.setting.keyArn,
                    encryptionContext: contextOf(sentRequest(context)),
                  },
                }),
              },
              on: {
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
              },
            },
            sealed: { tags: 'waiting', on: { NEXT: '#erase' } },
          },
        },
        decrypt: {
          initial: 'opening',
          entry: [
            { type: 'working', params: 'decrypt' },
            assign(({ context }) => ({ progress: { done: 0, total: objectOf(context).plaintextLength } })),
          ],
          states: {
            opening: {
              tags: ['working', 'bulk'],
              invoke: {
                id: 'bulk',
                src: 'open',
                input: ({ context }) => ({
                  world: context.world,
                  objectId: objectOf(context).id,
                  dataKey: keyOf(context),
                }),
              },
              on: {
                OPENED: {
                  target: 'opened',
                  actions: assign(({ context, event: { body } }) => ({
                    ...beat(context, 'decrypt', 'done', {
                      kind: 'decrypt',
                      object: objectOf(context),
                      byteLength: body.size,
                    }),
                    body,
                    progress: undefined,
                  })),
                },
              },
            },
            opened: { tags: 'waiting', on: { NEXT: '#erase' } },
          },
        },
        erase: {
          id: 'erase',
          initial: 'wiping',
          entry: { type: 'working', params: 'erase' },
          states: {
            wiping: {
              tags: 'working',
              invoke: {
                src: 'wipe',
                input: ({ context }) => ({ bytes: keyOf(context) }),
                onDone: {
                  target: 'wiped',
                  actions: assign(({ context, event }) => ({
                    ...beat(context, 'erase', 'done', { kind: 'erase', ...event.output }),
                    dataKey: undefined,
                  })),
                },
              },
            },
            wiped: {
              tags: 'waiting',
              on: { NEXT: [{ guard: 'isSealing', target: '#store' }, { target: '#plaintext' }] },
            },
          },
        },
        store: {
          id: 'store',
          initial: 'looking',
          entry: { type: 'working', params: 'store' },
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
                        object: event.output.find(({ id }) => id === context.object?.id) ?? objectOf(context),
                        objects: event.output.length,
                      }),
                    ),
                  },
                  {
                    target: '#faulted',
                    actions: {
                      type: 'fail',
                      params: { id: 'store', error: 'the object store does not list it' },
                    },
                  },
                ],
                onError: {
                  target: '#faulted',
                  actions: { type: 'fail', params: ({ event: { error } }) => ({ id: 'store', error }) },
                },
              },
            },
            kept: { tags: 'waiting', on: { NEXT: '#check' } },
          },
        },
        check: {
          id: 'check',
          initial: 'reading',
          entry: { type: 'working', params: 'check' },
          states: {
            reading: {
              tags: 'working',
              invoke: {
                src: 'inspectObject',
                input: ({ context }) => ({ world: context.world, object: objectOf(context) }),
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
                  actions: { type: 'fail', params: ({ event: { error } }) => ({ id: 'check', error }) },
                },
              },
            },
            checked: { tags: 'end', on: { RETRY: '#request' } },
          },
        },
        plaintext: {
          id: 'plaintext',
          initial: 'comparing',
          entry: { type: 'working', params: 'plaintext' },
          states: {
            comparing: {
              tags: 'working',
              invoke: {
                src: 'digest',
                input: ({ context }) => ({ body: bodyOf(context) }),
                onDone: {
                  target: 'compared',
                  actions: assign(({ context, event: { output: sha256 } }) => {
                    const { size: byteLength } = bodyOf(context);
                    const { wantedSha256 } = context;
                    const wantedLength = objectOf(context).plaintextLength;
                    const equal = byteLength === wantedLength && (wantedSha256 ?? sha256) === sha256;
                    return beat(context, 'plaintext', 'done', {
                      kind: 'plaintext',
                      byteLength,
                      wantedLength,
                      sha256,
                      wantedSha256,
                      equal,
                    });
                  }),
                },
                onError: {
                  target: '#faulted',
                  actions: { type: 'fail', params: ({ event: { error } }) => ({ id: 'plaintext', error }) },
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
        /** By the learner, in the middle of the bulk work. */
        ended: { id: 'ended', tags: 'end', on: { RETRY: 'request' } },
        faulted: { id: 'faulted', tags: 'end', on: { RETRY: 'request' } },
        left: { entry: ['wipeNow', assign({ dataKey: undefined, body: undefined })] },
      },
      on: {
        // Of the bulk work, whichever it is. It says itself whether it was ended or broke.
        PROGRESS: { actions: assign({ progress: ({ event }) => event.progress }) },
        STOP: { actions: sendTo('bulk', { type: 'STOP' }) },
        FAILED: [
          {
            guard: ({ event }) => event.ended,
            target: '.ended',
            actions: ['wipeNow', assign(({ context }) => endedIn(context, bulkBeat(context)))],
          },
          {
            target: '.faulted',
            actions: [
              'wipeNow',
              {
                type: 'fail',
                params: ({ context, event }) => ({ id: bulkBeat(context), error: event.message }),
              },
            ],
          },
        ],
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
