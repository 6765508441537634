import type {
  AccessMatrix,
  AccountId,
  AccountRec,
  BackingRec,
  ExternalKeyRec,
  Bytes,
  ClockRec,
  CloudTrailRec,
  Decision,
  Due,
  EpochMs,
  EventRuleRec,
  Explanation,
  GrantRec,
  GroupRec,
  IdentityPolicyRec,
  KeyArn,
  KeyRec,
  KeyState,
  KeyStoreRec,
  ManagedPolicyRec,
  MaterialRec,
  MatrixChange,
  MetricAlarmRec,
  MetricFilterRec,
  OrganizationRec,
  OrgNodeRec,
  OrgPolicyRec,
  PolicyVersionRec,
  PolicyChange,
  PolicyChangeKind,
  PrincipalArn,
  PrincipalRec,
  RedactedCall,
  Refusal,
  Region,
  RotationRec,
  ServiceName,
  SessionRec,
  TableName,
  TagRec,
  Trace,
  TrailEvent,
  VpcEndpointRec,
  WorldRec,
} from '../engine/index.ts';
import type { LostWith, StoredPlace, StoredThing, ThingsQuestion } from './things/types.ts';

export type * from './things/types.ts';

/*
 * What the page, the flows and the study part see of a world. The same interface stands before a world in this thread
 * (Node, tests, the library) and before one in the worker (`client/remote`). Everything that crosses it can be cloned.
 */

/** Who asks for what, and by what way. */
export interface CallFacts {
  /** `kms` when absent. */
  readonly service?: ServiceName | undefined;
  readonly operation: string;
  /** AWS's member names; blobs are Bytes. */
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * A user, a role, a root user, or the ARN of a session that AssumeRole has made: the newest of it. Or a service that
   * calls in its own name: `s3.amazonaws.com`.
   */
  readonly principal: PrincipalArn;
  readonly region: Region;
  /** The caller has given a second factor. */
  readonly mfa?: boolean | undefined;
  readonly sourceIp?: string | undefined;
  /** Id of the VPC endpoint that the call comes through. */
  readonly vpcEndpoint?: string | undefined;
  /** A service that calls with the caller's credentials: `s3.us-east-1.amazonaws.com`, as kms:ViaService has it. */
  readonly viaService?: string | undefined;
  /** The services before that one: `cloudformation.amazonaws.com`, as aws:CalledVia has them. */
  readonly calledVia?: readonly string[] | undefined;
  /** Of a service's own call: the resource on whose behalf, and its account. */
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: AccountId | undefined;
}

/** One call in the name of somebody. The answer leaves when its transaction is on disk. */
export interface CallRequest extends CallFacts {
  /** Calls and advances of one group are undone as one. */
  readonly group?: string | undefined;
  /**
   * A name for this request that nobody else uses (a UUID). Asked again with the same one, the world answers what it
   * answered and does nothing: for callers that cannot know whether their first request arrived.
   */
  readonly once?: string | undefined;
}

export interface CallAnswer {
  readonly result:
    | { readonly ok: true; readonly output: Readonly<Record<string, unknown>> }
    | { readonly ok: false; readonly refusal: Refusal };
  readonly trace: Trace;
  /** Number of the journal entry that holds it. */
  readonly seq: number;
}

/** Who could do what with a key, asked without any call. What is not given is as it is in the world. */
export interface AccessQuestion extends Partial<
  Pick<
    CallFacts,
    'mfa' | 'sourceIp' | 'vpcEndpoint' | 'viaService' | 'calledVia' | 'sourceArn' | 'sourceAccount'
  >
> {
  readonly key: KeyArn;
  /**
   * ARNs of users, roles, root users and sessions, or services by name. When absent: everybody in the world, and the
   * services that the key policy names.
   */
  readonly principals?: readonly string[] | undefined;
  /** `Encrypt`, or permissions, `kms:ReEncryptFrom`. When absent: all that are asked of a key. */
  readonly operations?: readonly string[] | undefined;
  /** Condition keys that the calls would carry besides, or instead: `kms:EncryptionContext:app`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** In place of the key's own policy. */
  readonly keyPolicy?: string | undefined;
}

export type PolicyDifference =
  | {
      readonly ok: true;
      /** The cells that differ, in who may or in what decides. */
      readonly changes: readonly MatrixChange[];
      readonly before: AccessMatrix;
      readonly after: AccessMatrix;
    }
  /** The other policy does not read. */
  | { readonly ok: false; readonly refusal: Refusal };

/** One permission on one key, asked for by one principal; what is not given is as it is in the world. */
export interface PermissionQuestion extends Omit<AccessQuestion, 'principals' | 'operations'> {
  readonly principal: string;
  /** `kms:Decrypt`. */
  readonly action: string;
}
export type Simulation =
  | {
      readonly ok: true;
      readonly decision: Decision;
      /** When it is denied: as {@link ChangeAdvice} has them. */
      readonly proposals: readonly CallProposal[];
    }
  /** The policy given does not read, or there is nobody of that name. */
  | { readonly ok: false; readonly refusal: Refusal | undefined };

export interface ChangeOptions {
  /** The most edits of one proposal; 3 unless told. */
  readonly mostEdits?: number | undefined;
  readonly mostProposals?: number | undefined;
  /** Kinds of edits that are not wanted: what else would do? */
  readonly without?: readonly PolicyChangeKind[] | undefined;
  /** Who else is looked at, for what, to find what an edit opens besides; as in {@link AccessQuestion}. */
  readonly principals?: readonly string[] | undefined;
  readonly operations?: readonly string[] | undefined;
}

/** One edit of one document. */
export interface ProposedEdit extends Pick<PolicyChange, 'kind' | 'target'> {
  /** The permission that lacks it. */
  readonly action: string;
  readonly resource: string;
  /** Whose document it is: ARN of a key, a role, a policy, a principal; or the id of a policy of the organization. */
  readonly owner: string;
  /** With target `keyPolicy`: it is the trust policy of the role `owner`. */
  readonly trustPolicy: boolean;
  /** The statement that is changed, taken out, or new. */
  readonly statement: number | undefined;
  /** The document before, and after all edits of the proposal. Undefined: there was none. */
  readonly before: string | undefined;
  readonly after: string;
}
export interface CallProposal {
  /** All are needed. */
  readonly edits: readonly ProposedEdit[];
  /**
   * Real calls that carry the edits out, by somebody who may make them. Undefined when no call does: a policy of AWS's own
   * in an organization, the policy of a session that has begun.
   */
  readonly calls: readonly CallFacts[] | undefined;
  /** The call as it is to be made then: as it was, or with another encryption context, or a second factor. */
  readonly retry: CallFacts;
  /** What `retry` has to present as GrantTokens until a grant has reached everywhere: what CreateGrant answers. */
  readonly grantToken: 'ofNewGrant' | 'ofPendingGrant' | undefined;
  /** What somebody could not do before and could then, beside this call. */
  readonly alsoOpens: readonly MatrixChange[];
}
export interface ChangeAdvice {
  /** The call passes as it is: there is nothing to change. */
  readonly allowed: boolean;
  /** Something before the permissions says no; no policy mends that. */
  readonly refusal: Refusal | undefined;
  /** As few edits as any, those that open least first. Each has been decided to pass. */
  readonly proposals: readonly CallProposal[];
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
  readonly materials: readonly MaterialCard[];
  /** Undefined: never touched, so rotation is off. */
  readonly rotation: RotationRec | undefined;
  /** The first thousand, oldest first as stored. */
  readonly grants: readonly GrantRec[];
  /** The keys of a multi-Region set, the primary first, this one included; empty for a single-Region key. */
  readonly related: readonly RelatedKey[];
  /** What a key of a custom key store hangs on. */
  readonly keyStore: KeyStoreCard | undefined;
  readonly lastUse: { readonly operation: string; readonly at: EpochMs } | undefined;
  /** The state-changing operations: what the state machine and the operation table say of each from here. */
  readonly transitions: readonly {
    readonly operation: string;
    readonly to: KeyState | 'gone';
    readonly allowed: boolean;
    readonly refusal?: Refusal;
  }[];
}
/** One version of a key's material, without its bytes. */
export interface MaterialCard extends Pick<
  MaterialRec,
  'materialId' | 'version' | 'created' | 'rotated' | 'imported' | 'publicKey'
> {
  /** False: imported material that was deleted, or has expired. */
  readonly present: boolean;
  readonly state: 'CURRENT' | 'PENDING_ROTATION' | 'NON_CURRENT';
}
export interface RelatedKey {
  readonly arn: KeyArn;
  readonly region: Region;
  readonly isPrimary: boolean;
  readonly state: KeyState;
}
/** A custom key store and the health of what stands behind it. The secret stays in the vault. */
/** Rules that react, metric filters and alarms, and the trails that they hang on. */
export interface Watchers {
  readonly rules: readonly EventRuleRec[];
  readonly filters: readonly MetricFilterRec[];
  readonly alarms: readonly MetricAlarmRec[];
  readonly trails: readonly CloudTrailRec[];
}
export interface KeyStoreCard extends Omit<KeyStoreRec, 'secret'> {
  readonly backing: BackingRec;
  /** Keys of the external key manager behind a proxy that KMS keys hang on; a hundred of them, of one key its own. */
  readonly externalKeys: readonly ExternalKeyCard[];
}
/** What its owner makes of a key outside AWS. */
export type ExternalKeyChange = Omit<ExternalKeyRec, 'secret'>;
/** A key outside AWS, without its secret. */
export interface ExternalKeyCard extends ExternalKeyChange {
  /** The KMS key that hangs on it. */
  readonly key: KeyArn;
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
export interface GroupCard {
  readonly rec: GroupRec;
  readonly policies: readonly IdentityPolicyRec[];
}
export interface ManagedPolicyCard {
  readonly rec: ManagedPolicyRec;
  /** Oldest first. */
  readonly versions: readonly PolicyVersionRec[];
}
export interface OrganizationCard {
  readonly rec: OrganizationRec;
  /** Root, organizational units and accounts, in no order: `parent` makes the tree. */
  readonly nodes: readonly OrgNodeRec[];
  readonly policies: readonly OrgPolicyRec[];
}
/** Everything around the principals of a world. The principals themselves are {@link WorldApi.principals}. */
export interface Directory {
  readonly groups: readonly GroupCard[];
  readonly policies: readonly ManagedPolicyCard[];
  /** Those that ended too, until they are undone. */
  readonly sessions: readonly SessionRec[];
  readonly endpoints: readonly VpcEndpointRec[];
  /** Trust policy by role ARN; a role without one is assumed by nobody. */
  readonly trust: Readonly<Record<string, string>>;
  /** Access keys by user ARN, without secrets. */
  readonly accessKeys: Readonly<Record<string, readonly string[]>>;
  readonly organizations: readonly OrganizationCard[];
  /** AWS's own managed policies. */
  readonly aws: readonly { readonly arn: string; readonly document: string }[];
  /** AWS's own policies of organizations. */
  readonly awsOrganization: readonly {
    readonly id: string;
    readonly name: string;
    readonly document: string;
  }[];
}
export type FindKind = 'key' | 'alias' | 'grant' | 'principal' | 'event';
export interface FindHit {
  readonly kind: FindKind;
  /** ARN, grant ID, access key of a session, id of a place or policy; `SEQ/N` of an event. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** The key that it is, or belongs to. */
  readonly key?: KeyArn | undefined;
  /** Of an event: the entry that wrote it. */
  readonly seq?: number | undefined;
}
export interface FindOptions {
  /** All when absent. */
  readonly kinds?: readonly FindKind[] | undefined;
  /** Hits of each kind; 20 when absent. */
  readonly n?: number | undefined;
  /** How long to wait for an index that is not whole yet, in milliseconds. */
  readonly waitMs?: number | undefined;
}
export interface FindAnswer {
  readonly groups: readonly {
    readonly kind: FindKind;
    readonly hits: readonly FindHit[];
    /** Of all that match; at least so many when `more`. */
    readonly total: number;
    readonly more: boolean;
  }[];
  /** How many things are in the index by now. */
  readonly indexed: number;
  /** False: it is still being built. Ask again. */
  readonly complete: boolean;
}
/** A part of the list of keys, by its place in it. */
export interface KeyWindow {
  readonly from: number;
  readonly items: readonly KeyCard[];
  /** Of the whole list; an estimate while not `exact`. */
  readonly total: number;
  readonly exact: boolean;
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
/** Who follows long work, and may end it. It crosses a port as messages. */
export interface Watch {
  readonly progress?: ((p: Progress) => void) | undefined;
  /** Aborted: the work ends with its reason as soon as it can, and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
}

export type WorldEvent =
  | {
      readonly kind: 'committed';
      readonly seq: number;
      readonly tables: readonly string[];
      readonly trace: Trace | undefined;
    }
  | { readonly kind: 'storageFailed'; readonly message: string }
  | { readonly kind: 'objects' }
  /** Who writes this world now: this tab, another one, or (for a moment) nobody. What was asked is kept and answered. */
  | { readonly kind: 'writer'; readonly writer: Writer };

/**
 * The tab that writes a world: `here`, `elsewhere`, `silent` while that one is asked and does not answer (it sleeps, or is
 * stuck), or `none` while the last one is gone and the next not yet there.
 */
export type Writer = 'here' | 'elsewhere' | 'silent' | 'none';

/** How the world was moved along its own history, and to the state after which entry. */
export interface Travel {
  readonly kind: 'undo' | 'redo' | 'goTo';
  readonly to: number;
}

/** One journal entry as lists show it. The words for it are the reader's. */
export interface HistoryEntry {
  readonly seq: number;
  readonly group: string;
  /** Virtual time of the step. */
  readonly at: EpochMs;
  readonly call: RedactedCall;
  /** Set for the entries that undo, redo and goTo append. */
  readonly travel: Travel | undefined;
  /** The entry whose state it began from. */
  readonly from: number;
  /** Part of how the world came to be as it is now; else it lies on a branch that was left. */
  readonly onPath: boolean;
  readonly tables: readonly TableName[];
  /** Changed nothing but quota and usage. */
  readonly readOnly: boolean;
  /** AWS's exception name, when the call was refused. */
  readonly refused: string | undefined;
  readonly trace: string | undefined;
}
export interface HistoryGroup {
  readonly group: string;
  /** First and last seq; groups are runs without a gap. */
  readonly first: number;
  readonly last: number;
  readonly onPath: boolean;
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
}
export interface HistoryState {
  /** The last entry of the journal. */
  readonly head: number;
  /** The entry after which the world is as it is now; differs from `head` after undo, redo and goTo. */
  readonly position: number;
  /** Entries up to this one are folded away: nothing goes back beyond it. */
  readonly checkpoint: number;
  /** What undo would reverse, newest entry last; undefined with the reason in `undoRefused`. */
  readonly undo: HistoryGroup | undefined;
  readonly undoRefused: HistoryRefusal | undefined;
  /** Where redo would go. */
  readonly redo: number | undefined;
}
/** Why undo, redo or goTo did nothing: nothing before, nothing after, beyond the checkpoint, no such entry. */
export type HistoryRefusal = 'atBeginning' | 'nothingToRedo' | 'beyondCheckpoint' | 'noSuchEntry';
export type HistoryMove =
  | { readonly ok: true; readonly seq: number; readonly position: number }
  | { readonly ok: false; readonly refused: HistoryRefusal; readonly checkpoint: number };

/** One member of a record that differs. `path` is empty when a whole record came or went. Bytes are told as lengths. */
export interface FieldChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}
export interface RecordChange {
  readonly ref: string;
  readonly table: TableName;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
  readonly fields: readonly FieldChange[];
}

export interface HistoryApi {
  state(options?: UndoOptions): Promise<HistoryState>;
  /** Groups, newest first, at least `n` entries while there are any. `before` is a seq; `next` the one to go on with. */
  list(page?: {
    readonly before?: number | undefined;
    readonly n?: number | undefined;
  }): Promise<{ readonly groups: readonly HistoryGroup[]; readonly next: number | undefined }>;
  /** What one entry changed. */
  changes(seq: number): Promise<readonly RecordChange[] | undefined>;
  /** Reverses the newest group by an entry of its own. Nothing is erased; the old branch stays. */
  undo(options?: UndoOptions): Promise<HistoryMove>;
  /** Goes back to where the last undo came from, while nothing else was done since. */
  redo(): Promise<HistoryMove>;
  /** Makes the world what it was after an entry of any branch. */
  goTo(seq: number): Promise<HistoryMove>;
}
export interface UndoOptions {
  /** Groups that changed nothing but quota and usage are undone together with the one before them. */
  readonly skipReadOnly?: boolean | undefined;
}

/** A file for the user to keep. */
export interface ExportFile {
  readonly fileName: string;
  readonly blob: Blob;
}
export interface ExportOptions {
  /** Seals what opens the key material in the file. Without one, the file says plainly that it opens what it holds. */
  readonly passphrase?: string | undefined;
  /** Sealed files too. */
  readonly objects?: boolean | undefined;
  /** The world as it was after this entry, with the history up to it. */
  readonly at?: number | undefined;
  /** What the world is called in the file. */
  readonly title?: string | undefined;
}

export interface LinkOptions {
  /** Lets the bytes of inputs (Plaintext, Message, …) into the link. Else they are replaced by fillers of their length. */
  readonly plaintext?: boolean | undefined;
  /** Only the calls up to this entry of the present branch. */
  readonly upTo?: number | undefined;
}
/** Everything that a link contains, for the user to read before it is given away or opened. */
export interface LinkContents {
  readonly version: number;
  /** The template whose calls come before the steps. */
  readonly template: TemplateId | undefined;
  readonly seed: string;
  readonly now: string;
  readonly accounts: readonly string[];
  readonly steps: readonly {
    /** `kms` when absent. */
    readonly service: string | undefined;
    readonly operation: string;
    readonly principal: string | undefined;
    readonly region: string | undefined;
    /** Every text in its input, by member. */
    readonly texts: readonly { readonly path: string; readonly text: string }[];
    readonly blobs: readonly {
      readonly path: string;
      readonly length: number;
      readonly what: 'given' | 'filler';
    }[];
  }[];
  /** True: nothing that was typed or opened as plaintext is inside. */
  readonly withoutPlaintext: boolean;
}
export type LinkAnswer =
  | {
      readonly ok: true;
      /** What follows `#` in the address. */
      readonly fragment: string;
      readonly contents: LinkContents;
      /** Entries that cannot be given away (their bytes were forgotten with the page that made them). */
      readonly leftOut: readonly { readonly seq: number; readonly operation: string }[];
    }
  | { readonly ok: false; readonly refused: 'tooLong' | 'nothing' | 'foldedAway'; readonly length?: number };

export interface WorldApi {
  readonly id: string;
  readonly history: HistoryApi;
  /** Freezes the clock at the present virtual time, or lets it run on from there. A journal entry. */
  setClock(mode: ClockRec['mode']): Promise<void>;
  /** SHA-256 over the records in canonical form, in hex. What only the device knows is left out. */
  hash(): Promise<string>;
  exportFile(options?: ExportOptions): Promise<ExportFile>;
  /** Undefined when the trace is no longer kept. */
  exportTrace(id: string): Promise<ExportFile | undefined>;
  /** As CloudTrail writes its log files: `{ "Records": [...] }`, oldest first. */
  exportTrail(): Promise<ExportFile>;
  /** Seed and calls of the present branch as a link. */
  share(options?: LinkOptions): Promise<LinkAnswer>;
  /** Which of these access key ids are this world's own: they may be pasted. */
  ownAccessKeys(ids: readonly string[]): Promise<readonly string[]>;
  call(request: CallRequest): Promise<CallAnswer>;
  /** What would be decided about a call in this world, as it is now, without making it: no entry, no event, no quota. */
  explain(request: CallFacts): Promise<Explanation>;
  /** The fewest edits that would let a denied call pass, and what else each would open. */
  smallestChange(request: CallFacts, options?: ChangeOptions): Promise<ChangeAdvice>;
  /** Principals × operations of a key, each cell a decision with every policy and ceiling of this world. */
  accessMatrix(question: AccessQuestion): Promise<AccessMatrix>;
  /** The decision about one permission, with its reasons; no operation's input is needed, and the key policy may be a draft. */
  simulate(question: PermissionQuestion): Promise<Simulation>;
  /** What another key policy would change, cell by cell. */
  differenceOfPolicies(question: AccessQuestion, otherPolicy: string): Promise<PolicyDifference>;
  /** Moves virtual time and runs what falls due, in date order. Answers what happened on the way. */
  advance(
    by:
      | { readonly days?: number; readonly hours?: number; readonly seconds?: number }
      | { readonly to: number }
      /** To the next date at which something falls due; nothing happens when there is none. */
      | { readonly next: 'due' },
  ): Promise<{ readonly now: EpochMs; readonly happened: readonly TrailEvent[] }>;
  now(): Promise<{ readonly at: EpochMs; readonly clock: ClockRec; readonly due: readonly DueItem[] }>;
  settings(): Promise<WorldRec>;
  /** Changes the visible switches of the world, as a journal entry. */
  setSwitches(switches: Partial<Pick<WorldRec, 'throttling' | 'propagation' | 'fault'>>): Promise<void>;
  /** Breaks or mends what stands behind a key store, as a journal entry. KMS hears of it when it next reaches there. */
  setBacking(backing: BackingRec): Promise<void>;
  /** Disables, enables, re-purposes or deletes one key behind a proxy, as its owner does outside AWS: a journal entry. */
  setExternalKey(key: ExternalKeyChange): Promise<void>;
  accounts(): Promise<readonly AccountRec[]>;
  principals(account?: AccountId): Promise<readonly PrincipalCard[]>;
  /** Sessions that AssumeRole made, those that ended too. */
  sessions(): Promise<readonly SessionRec[]>;
  directory(): Promise<Directory>;
  keys(at: {
    readonly account: AccountId;
    readonly region: Region;
    readonly after?: string | undefined;
    readonly n?: number | undefined;
  }): Promise<Page<KeyCard>>;
  /**
   * Keys from one place of the list on. Fewer than asked for, while not `exact`: they are being read, ask again. `waitMs`:
   * how long to wait for them.
   */
  keyWindow(at: {
    readonly account: AccountId;
    readonly region: Region;
    readonly from: number;
    readonly n: number;
    readonly waitMs?: number | undefined;
  }): Promise<KeyWindow>;
  /** Keys, aliases, grants, principals and events whose names hold every word of the query. */
  find(query: string, options?: FindOptions): Promise<FindAnswer>;
  key(arn: KeyArn): Promise<KeyDetail | undefined>;
  /** What services keep, by account, Region and service. */
  storedPlaces(): Promise<readonly StoredPlace[]>;
  /** What services keep, each with its ciphertext, its wrapped data key and the key it hangs on; from records, no call. */
  storedThings(question?: ThingsQuestion): Promise<Page<StoredThing>>;
  storedThing(id: string): Promise<StoredThing | undefined>;
  /** What could not be read any more if this key went. */
  lostWith(key: KeyArn): Promise<LostWith>;
  /** The custom key stores of an account in a Region. */
  keyStores(at: { readonly account: AccountId; readonly region: Region }): Promise<readonly KeyStoreCard[]>;
  /** What watches the trails of all accounts and Regions; from records, no call. */
  watchers(): Promise<Watchers>;
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
  /** Encrypts in the worker, in 1 MiB frames, and keeps the whole result or nothing. `dataKey` is copied; wipe yours. */
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
    watch?: Watch,
  ): Promise<SealedObject>;
  /** Decrypts a kept object. A wrong key or a changed byte rejects with the number of the frame. */
  open(id: string, dataKey: Bytes, watch?: Watch): Promise<Blob>;
  objects(): Promise<readonly SealedObject[]>;
  sealedBytes(id: string): Promise<Blob>;
  removeObject(id: string): Promise<void>;
  subscribe(listener: (event: WorldEvent) => void): () => void;
  close(): Promise<void>;
}

/** `where` a world lives, `why` when that is not where it should. */
export interface Kept {
  readonly where: 'indexeddb' | 'memory';
  readonly why?: string | undefined;
}

export interface TemplateInfo {
  readonly id: TemplateId;
  readonly accounts: number;
  /** Calls that the engine executes to make it. */
  readonly calls: number;
}
export type TemplateId = 'empty' | 'oneAccount' | 'twoAccounts' | 'company';

export interface WorldInfo {
  readonly id: string;
  readonly name: string;
  readonly template: TemplateId | undefined;
  /** Wall clock. */
  readonly created: number;
  readonly lastOpened: number;
  readonly where: Kept['where'];
  /** The world that is `main` in this tab. */
  readonly open: boolean;
  /** Set when it was deleted; `restoreWorld` brings it back until it is purged, at the next start at the latest. */
  readonly deleted: number | undefined;
}

/** What differs; of each kind the first thousand, in the order of refs. */
export interface Comparison {
  readonly added: readonly RecordChange[];
  readonly removed: readonly RecordChange[];
  readonly changed: readonly RecordChange[];
  /** All of them. */
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
}

export interface StorageReport extends Kept {
  /** Bytes, as the browser tells them. */
  readonly usage: number | undefined;
  readonly quota: number | undefined;
  /** The browser has promised not to drop it by itself. */
  readonly persisted: boolean;
  /** Whether the page can be shared by several tabs safely (Web Locks are there). */
  readonly tabs: boolean;
  /** Who writes the open world at this moment; events tell of changes. */
  readonly writer: Writer;
  /** OURS: no browser says so; a page cannot know, so this is never guessed. */
  readonly private: 'unknown';
}

/** What a file holds, told before anything changes. */
export type ImportReport =
  | {
      readonly ok: true;
      readonly kind: 'world' | 'worlds';
      readonly version: number;
      /** Lifted from an older format while reading. */
      readonly migrated: boolean;
      readonly worlds: readonly ImportedWorld[];
      /** `none`: whoever has the file can open what its keys encrypted. */
      readonly protection: 'none' | 'passphrase';
      readonly bytes: number;
    }
  | {
      readonly ok: false;
      /** JSON path: `$.entries[3].diff[0].after`. */
      readonly place: string;
      readonly reason: string;
      /** The file is good, the passphrase is missing or wrong. */
      readonly passphrase?: 'missing' | 'wrong' | undefined;
    };
export interface ImportedWorld {
  readonly name: string;
  readonly entries: number;
  readonly checkpoint: number;
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly accounts: readonly string[];
  /** Records by table. */
  readonly records: Readonly<Record<string, number>>;
  readonly objects: number;
  readonly seeded: boolean;
}
export interface ImportOptions {
  readonly passphrase?: string | undefined;
  /** Which worlds of the file, by position; all when absent. */
  readonly pick?: readonly number[] | undefined;
  readonly rename?: string | undefined;
}

export type LinkReport =
  | { readonly ok: true; readonly contents: LinkContents }
  | { readonly ok: false; readonly place: string; readonly reason: string };

export interface ExportJobOptions extends ExportOptions {
  readonly job?: string | undefined;
}

export type LabEvent =
  /** Another world is `main` now; the old one is closed. */
  | { readonly kind: 'main'; readonly world: WorldApi }
  /** The list of worlds changed, here or in another tab. */
  | { readonly kind: 'worlds' }
  /** Where the open world is kept changed: full disk, lost connection, or saved again. */
  | { readonly kind: 'kept'; readonly kept: Kept }
  /** A newer version of KMS Lab wants the database: this tab must be loaded again. */
  | { readonly kind: 'outdated' }
  /** How far the work is that was begun under that name. In records and entries. */
  | { readonly kind: 'progress'; readonly job: string; readonly done: number; readonly total: number };

export interface LabApi {
  /** The world that is open and kept. Another one after `openWorld`. */
  readonly main: WorldApi;
  /** Where the main world is kept, said plainly. */
  readonly kept: Kept;
  /** A world in memory, for a scenario. */
  sandbox(genesis: Genesis): Promise<WorldApi>;

  worlds(): Promise<readonly WorldInfo[]>;
  templates(): Promise<readonly TemplateInfo[]>;
  /** Makes a world, by calls that the engine executes; does not open it. */
  createWorld(options: {
    readonly name: string;
    readonly template: TemplateId;
    readonly seed?: string | undefined;
    readonly now?: string | undefined;
  }): Promise<WorldInfo>;
  /** Makes a world `main` in this tab. Event: `main`. */
  openWorld(id: string): Promise<WorldApi>;
  /**
   * A world of its own, with the history up to entry `at` (all of it when absent). Work that may take long, here and below,
   * can be given a name: events tell how far it is, and `cancel` ends it with an error called `Cancelled`.
   */
  duplicateWorld(
    id: string,
    options: { readonly name: string; readonly at?: number | undefined; readonly job?: string | undefined },
  ): Promise<WorldInfo>;
  renameWorld(id: string, name: string): Promise<void>;
  /** Begins it again from its template. What it was stays as a deleted world, which can be restored. */
  resetWorld(id: string): Promise<{ readonly world: WorldInfo; readonly before: WorldInfo }>;
  /** Soft: it can be restored until it is purged. Deleting the open world opens another one. */
  deleteWorld(id: string): Promise<void>;
  restoreWorld(id: string): Promise<void>;
  /** For good, and only what was deleted before. */
  purgeWorld(id: string): Promise<void>;
  /** Record by record. `at`: as it was after an entry. */
  compareWorlds(
    a: { readonly id: string; readonly at?: number | undefined },
    b: { readonly id: string; readonly at?: number | undefined },
    options?: { readonly job?: string | undefined },
  ): Promise<Comparison>;
  /** Stops the work of that name; nothing of it is left. */
  cancel(job: string): Promise<void>;

  storage(): Promise<StorageReport>;
  /** Asks the browser not to drop the data. Ask after the user has made something worth keeping. */
  askPersist(): Promise<boolean>;
  /** After a full disk: tries to keep again what lives in memory since. */
  retryStorage(): Promise<Kept>;
  /**
   * Takes the writing of the open world from a tab that does not answer. When that one wakes up it can write nothing any
   * more, and works through this one.
   */
  takeOver(): Promise<void>;

  /** One world in a file, written page by page. */
  exportWorld(id: string, options?: ExportJobOptions): Promise<ExportFile>;
  /** All worlds in one file. */
  exportAll(options?: ExportJobOptions): Promise<ExportFile>;
  /** Reads a file whole and says what it holds. Changes nothing. */
  inspectImport(file: Blob, passphrase?: string): Promise<ImportReport>;
  /** New worlds from a file, all or none. @throws ImportFault with `place` and `reason` */
  importFile(file: Blob, options?: ImportOptions): Promise<readonly WorldInfo[]>;
  inspectLink(fragment: string): Promise<LinkReport>;
  /** Replays a link into a sandbox, or into a kept world of that name. @throws LinkFault with `place` and `reason` */
  openLink(
    fragment: string,
    into?: { readonly name: string },
  ): Promise<{ readonly world: WorldApi; readonly kept: WorldInfo | undefined }>;

  subscribe(listener: (event: LabEvent) => void): () => void;
  close(): Promise<void>;
}
