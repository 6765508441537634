import type {
  AccountId,
  AccountRec,
  Bytes,
  ClockRec,
  Due,
  EpochMs,
  IdentityPolicyRec,
  KeyArn,
  KeyRec,
  KeyState,
  MaterialRec,
  PrincipalArn,
  PrincipalRec,
  Refusal,
  Region,
  TagRec,
  Trace,
  TrailEvent,
  WorldRec,
} from '../engine/index.ts';

/*
 * What the page, the flows and the study part see of a world. The same interface stands before a world in this thread
 * (Node, tests, the library) and before one in the worker (`client/remote`). Everything that crosses it can be cloned.
 */

/** One call in the name of somebody. The answer leaves when its transaction is on disk. */
export interface CallRequest {
  readonly operation: string;
  /** AWS's member names; blobs are Bytes. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: PrincipalArn;
  readonly region: Region;
  /** Calls and advances of one group are undone as one. */
  readonly group?: string | undefined;
}

export interface CallAnswer {
  readonly result:
    | { readonly ok: true; readonly output: Readonly<Record<string, unknown>> }
    | { readonly ok: false; readonly refusal: Refusal };
  readonly trace: Trace;
  /** Number of the journal entry that holds it. */
  readonly seq: number;
}

/** `AWS::…`-free description of a world to start from: data, so that scenarios and options can hold it. */
export interface Genesis {
  readonly seed?: string | undefined;
  /** ISO date: then the clock is frozen and moves by advance only. Else wall clock plus offset. */
  readonly now?: string | undefined;
  readonly accounts?: readonly GenesisAccount[] | undefined;
  readonly switches?: Partial<Pick<WorldRec, 'throttling' | 'propagation' | 'fault'>> | undefined;
}
export interface GenesisAccount {
  readonly id: string;
  readonly name?: string | undefined;
  /** The root user is always there. ARNs of users and roles; `policies` are identity policies. */
  readonly principals?:
    | readonly { readonly arn: string; readonly policies?: readonly (object | string)[] | undefined }[]
    | undefined;
}

/** What the lists show of a key, read from records, not through the API: leaves no event, uses no quota. */
export interface KeyCard {
  readonly rec: KeyRec;
  readonly aliases: readonly string[];
}
export interface KeyDetail extends KeyCard {
  readonly policy: string;
  readonly tags: readonly TagRec[];
  readonly materials: readonly Pick<MaterialRec, 'materialId' | 'version' | 'created'>[];
  readonly lastUse: { readonly operation: string; readonly at: EpochMs } | undefined;
  /** The state-changing operations: what the state machine and the operation table say of each from here. */
  readonly transitions: readonly {
    readonly operation: string;
    readonly to: KeyState | 'gone';
    readonly allowed: boolean;
    readonly refusal?: Refusal;
  }[];
}
export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back as `after` for the next page. */
  readonly next: string | undefined;
}
export interface TrailLine {
  readonly seq: number;
  readonly event: TrailEvent;
  /** Id of the trace, when it is still kept. */
  readonly trace: string | undefined;
}
export interface PrincipalCard {
  readonly rec: PrincipalRec;
  readonly policies: readonly IdentityPolicyRec[];
}
export type DueItem = Due;

/** A file sealed by the envelope flow: ciphertext frames with the wrapped key in their header. */
export interface SealedObject {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly plaintextLength: number;
  readonly sealedLength: number;
  readonly wrappedKey: Bytes;
  readonly keyArn: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly created: number;
}
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type WorldEvent =
  | {
      readonly kind: 'committed';
      readonly seq: number;
      readonly tables: readonly string[];
      readonly trace: Trace | undefined;
    }
  | { readonly kind: 'storageFailed'; readonly message: string }
  | { readonly kind: 'objects' };

export interface WorldApi {
  readonly id: string;
  call(request: CallRequest): Promise<CallAnswer>;
  /** Moves virtual time and runs what falls due, in date order. Answers what happened on the way. */
  advance(
    by:
      | { readonly days?: number; readonly hours?: number; readonly seconds?: number }
      | { readonly to: number },
  ): Promise<{ readonly now: EpochMs; readonly happened: readonly TrailEvent[] }>;
  now(): Promise<{ readonly at: EpochMs; readonly clock: ClockRec; readonly due: readonly DueItem[] }>;
  settings(): Promise<WorldRec>;
  /** Changes the visible switches of the world, as a journal entry. */
  setSwitches(switches: Partial<Pick<WorldRec, 'throttling' | 'propagation' | 'fault'>>): Promise<void>;
  accounts(): Promise<readonly AccountRec[]>;
  principals(account?: AccountId): Promise<readonly PrincipalCard[]>;
  keys(at: {
    readonly account: AccountId;
    readonly region: Region;
    readonly after?: string | undefined;
    readonly n?: number | undefined;
  }): Promise<Page<KeyCard>>;
  key(arn: KeyArn): Promise<KeyDetail | undefined>;
  /** Newest first. `before` is a seq. */
  trail(page?: {
    readonly before?: number | undefined;
    readonly n?: number | undefined;
  }): Promise<readonly TrailLine[]>;
  trace(id: string): Promise<Trace | undefined>;
  /** Newest first; the newest thousand are kept, in memory. */
  traces(n: number): Promise<readonly Trace[]>;
  /** A throw-away world that starts as this one is now and costs what changes in it. */
  fork(): Promise<WorldApi>;
  /** Encrypts in the worker, in 1 MiB frames, and keeps the result. `dataKey` is copied by the call; wipe yours. */
  seal(
    source: {
      readonly name: string;
      readonly mediaType: string;
      readonly body: Blob;
      readonly dataKey: Bytes;
      readonly wrappedKey: Bytes;
      readonly keyArn: string;
      readonly encryptionContext: Readonly<Record<string, string>>;
    },
    progress?: (p: Progress) => void,
  ): Promise<SealedObject>;
  /** Decrypts a kept object. A wrong key or a changed byte rejects with the number of the frame. */
  open(id: string, dataKey: Bytes, progress?: (p: Progress) => void): Promise<Blob>;
  objects(): Promise<readonly SealedObject[]>;
  sealedBytes(id: string): Promise<Blob>;
  removeObject(id: string): Promise<void>;
  subscribe(listener: (event: WorldEvent) => void): () => void;
  close(): Promise<void>;
}

export interface LabApi {
  /** The world that is kept. */
  readonly main: WorldApi;
  /** Where the main world is kept, said plainly. */
  readonly kept: { readonly where: 'indexeddb' | 'memory'; readonly why?: string | undefined };
  /** A world in memory, for a scenario. */
  sandbox(genesis: Genesis): Promise<WorldApi>;
}
