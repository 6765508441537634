import type {
  CallAnswer,
  CallRequest,
  KeyDetail,
  SealedObject,
  TrailLine,
  WorldApi,
} from '../client/index.ts';
import type { Bytes, KeyArn, Region, PrincipalArn, Setting, Stage, Trace } from './run.ts';

/*
 * For tests only: a typed stand-in for a world that answers three operations and can be told to refuse or to break.
 * What the real world answers is tested against the real world; here the paths of the machines are.
 */

export const fakeKeyArn =
  'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' as KeyArn;
export const fakePrincipal = 'arn:aws:iam::111122223333:role/app' as PrincipalArn;
export const fakeSetting: Setting = {
  region: 'us-east-1' as Region,
  principal: fakePrincipal,
  keyId: 'alias/payroll',
  keyArn: fakeKeyArn,
  encryptionContext: { app: 'payroll' },
  file: { name: 'note.txt', mediaType: 'text/plain', byteLength: 11 },
};
export const fakeBody = () => new Blob(['hello world']);

export interface FakeRefusal {
  readonly stage: Stage;
  readonly refused: string;
  readonly message: string;
  readonly status: number;
}

type Step = Trace['steps'][number];
type Decision = Extract<Step, { stage: 'authorize' }>['detail']['decisions'][number];

const decision = (allowed: boolean, action: string): Decision => ({
  allowed,
  action,
  resource: fakeKeyArn,
  decidedBy: 'identityPolicy',
  kind: allowed ? 'allow' : 'implicitDeny',
  policies: [
    { type: 'serviceControlPolicy', name: undefined, verdict: 'notInPath', statements: [] },
    { type: 'resourceControlPolicy', name: undefined, verdict: 'notInPath', statements: [] },
    { type: 'keyPolicy', name: 'default', verdict: 'delegates', statements: [] },
    {
      type: 'identityPolicy',
      name: 'use',
      verdict: allowed ? 'allows' : 'silent',
      statements: [
        { index: 0, sid: 'UseKeys', effect: 'Allow', applies: allowed, delegates: false, matches: [] },
      ],
    },
    { type: 'grant', name: undefined, verdict: 'notInPath', statements: [] },
  ],
  message: allowed ? '' : 'User is not authorized',
  because: 'policy.md §8 row 2',
});

/** A trace as the engine writes it: up to and with the stage that refused. */
export function fakeTrace(request: CallRequest, refusal: FakeRefusal | undefined, n: number): Trace {
  const decrypts = request.operation === 'Decrypt';
  const all: readonly Step[] = [
    { stage: 'parse', verdict: 'pass', detail: { members: Object.keys(request.input) } },
    { stage: 'authenticate', verdict: 'pass', detail: { how: 'trusted', principal: request.principal } },
    { stage: 'validate', verdict: 'pass', detail: { members: [], errors: [] } },
    {
      stage: 'quota',
      verdict: 'pass',
      detail: { bucket: 'symmetric', left: 99, rate: 100, switchedOff: false },
    },
    {
      stage: 'findKey',
      verdict: 'pass',
      detail: { found: [{ by: 'KeyId', named: String(request.input['KeyId']), key: fakeKeyArn }] },
    },
    {
      stage: 'authorize',
      verdict: 'pass',
      detail: { decisions: [decision(refusal?.stage !== 'authorize', `kms:${request.operation}`)] },
    },
    {
      stage: 'keyState',
      verdict: 'pass',
      detail: { keys: [{ key: fakeKeyArn, state: refusal?.stage === 'keyState' ? 'Disabled' : 'Enabled' }] },
    },
    { stage: 'usage', verdict: 'pass', detail: { keyUsage: 'ENCRYPT_DECRYPT' } },
    {
      stage: 'operation',
      verdict: 'pass',
      detail: {
        work: decrypts
          ? refusal?.stage === 'operation'
            ? [
                { kind: 'blobRead', blobLength: 184, materialId: 'ab'.repeat(32), ok: true },
                { kind: 'openFailed', check: 'tag' },
              ]
            : [
                { kind: 'blobRead', blobLength: 184, materialId: 'ab'.repeat(32), ok: true },
                { kind: 'materialOpened', materialId: 'ab'.repeat(32), version: 0, current: true },
                { kind: 'keyDerived', nonce: '00'.repeat(16) },
                { kind: 'opened', blobLength: 184, aadLength: 20, plaintextLength: 32 },
              ]
          : [
              { kind: 'random', byteLength: 32, for: 'dataKey' },
              { kind: 'materialOpened', materialId: 'ab'.repeat(32), version: 0, current: true },
              { kind: 'keyDerived', nonce: '00'.repeat(16) },
              { kind: 'sealed', plaintextLength: 32, aadLength: 20, blobLength: 184 },
            ],
      },
    },
    { stage: 'commit', verdict: 'pass', detail: { tables: { usage: 1 }, events: 1 } },
  ];
  const last = refusal ? all.findIndex((step) => step.stage === refusal.stage) : all.length - 1;
  const steps = all
    .slice(0, last + 1)
    .map((step, i) => (refusal && i === last ? { ...step, verdict: 'stop' as const } : step));
  const trace = {
    id: `trace-${n}`,
    operation: request.operation,
    region: request.region,
    // The virtual time of the fake.
    at: 1_795_000_000_000 as Trace['at'],
    caller: request.principal,
    steps,
    children: [],
  };
  return refusal
    ? {
        ...trace,
        refusal: {
          stage: refusal.stage,
          name: refusal.refused,
          message: refusal.message,
          status: refusal.status,
        },
      }
    : trace;
}

export interface FakeWorld extends WorldApi {
  readonly calls: CallRequest[];
  /** The buffers that were handed out as plaintext data keys. */
  readonly handedOut: Bytes[];
  /** The next call of this operation is refused, or breaks. */
  refuse: Record<string, FakeRefusal | Error | undefined>;
  breakSeal: Error | undefined;
  breakOpen: Error | undefined;
  forgetObjects: boolean;
  /** Bulk work does not come to an end by itself. */
  holdBulk: boolean;
}

/** The part of a world that the flows use. */
type Told = Omit<FakeWorld, keyof WorldApi> &
  Pick<
    WorldApi,
    | 'id'
    | 'call'
    | 'trail'
    | 'key'
    | 'seal'
    | 'open'
    | 'objects'
    | 'sealedBytes'
    | 'removeObject'
    | 'subscribe'
    | 'close'
  >;

const unused = (name: string) => () => {
  throw new Error(`"${name}" is not part of the fake world`);
};

const held = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

export function fakeWorld(): FakeWorld {
  const objects = new Map<string, { object: SealedObject; bytes: Bytes; plain: Blob }>();
  const lines: TrailLine[] = [];
  let seq = 0;
  const world: Told = {
    id: 'fake',
    calls: [],
    handedOut: [],
    refuse: {},
    breakSeal: undefined,
    breakOpen: undefined,
    forgetObjects: false,
    holdBulk: false,
    async call(request): Promise<CallAnswer> {
      world.calls.push(request);
      const refusal = world.refuse[request.operation];
      if (refusal instanceof Error) throw refusal;
      seq += 1;
      const trace = fakeTrace(request, refusal, seq);
      // Only the members that the flows read.
      lines.unshift({
        seq,
        trace: trace.id,
        event: {
          eventName: request.operation,
          eventTime: '2026-11-19T09:14:07Z',
          recipientAccountId: '111122223333',
          ...(refusal && { errorCode: refusal.refused }),
        } as TrailLine['event'],
      });
      if (refusal) return { result: { ok: false, refusal: { ...refusal, because: 'fake' } }, trace, seq };
      const plaintext = new Uint8Array(32).fill(7);
      if (request.operation === 'GenerateDataKey' || request.operation === 'Decrypt')
        world.handedOut.push(plaintext);
      const output =
        request.operation === 'GenerateDataKey'
          ? { KeyId: fakeKeyArn, Plaintext: plaintext, CiphertextBlob: new Uint8Array(184).fill(9) }
          : request.operation === 'Decrypt'
            ? { KeyId: fakeKeyArn, Plaintext: plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
            : {};
      return { result: { ok: true, output }, trace, seq };
    },
    async trail() {
      return lines;
    },
    async key() {
      // Only the members that the flows read.
      return {
        rec: { arn: fakeKeyArn, KeyState: 'Enabled' },
        aliases: ['alias/payroll'],
        materials: [{}],
      } as unknown as KeyDetail;
    },
    async seal(source, { progress, signal } = {}) {
      await Promise.resolve();
      progress?.({ done: 5, total: source.body.size });
      if (world.holdBulk) await held(signal);
      if (world.breakSeal) throw world.breakSeal;
      const wrapped = new TextEncoder().encode(btoa(String.fromCharCode(...source.wrappedKey)));
      const bytes = new Uint8Array(64 + wrapped.length + source.body.size);
      bytes.set(wrapped, 40);
      const object: SealedObject = {
        id: `object-${objects.size + 1}`,
        name: source.name,
        mediaType: source.mediaType,
        plaintextLength: source.body.size,
        sealedLength: bytes.length,
        wrappedKey: source.wrappedKey,
        keyArn: source.keyArn,
        encryptionContext: source.encryptionContext,
        created: 1_795_000_000_000,
      };
      objects.set(object.id, { object, bytes, plain: source.body });
      return object;
    },
    async open(id, _dataKey, { progress, signal } = {}) {
      await Promise.resolve();
      progress?.({ done: 5, total: 11 });
      if (world.holdBulk) await held(signal);
      if (world.breakOpen) throw world.breakOpen;
      return objects.get(id)?.plain ?? new Blob();
    },
    async objects() {
      return world.forgetObjects ? [] : [...objects.values()].map(({ object }) => object);
    },
    async sealedBytes(id) {
      return new Blob([objects.get(id)?.bytes ?? new Uint8Array()]);
    },
    async removeObject(id) {
      objects.delete(id);
    },
    subscribe: () => () => {},
    async close() {},
  };

  // What the flows do not ask for says so when somebody does.
  return new Proxy(world, {
    get: (target, name): unknown => {
      if (Reflect.has(target, name) || typeof name === 'symbol' || name === 'then')
        return Reflect.get(target, name);
      return unused(name);
    },
  }) as unknown as FakeWorld; // the rest of WorldApi is the proxy's
}
