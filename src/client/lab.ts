// All of it, at once: a library has no first screen.
import { identityOperations } from '../cloud/identities.ts';
import { lateOperations } from '../cloud/services.ts';
import {
  isServiceName,
  operations as catalogue,
  parseAccountId,
  parseRegion,
  type AccessMatrix,
  type AccountId,
  type Explanation,
  type KeyArn,
  type PrincipalArn,
  type Region,
  type ServiceName,
  type TrailEvent,
} from '../engine/index.ts';
import type { WorldStore } from '../store/index.ts';
import type {
  AccessQuestion,
  CallAnswer,
  CallFacts,
  ChangeAdvice,
  ChangeOptions,
  PolicyDifference,
  WorldApi,
} from './api.ts';
import { credentialsFor, type Credentials, type SessionOptions } from './credentials.ts';
import { readOptions, type LabOptions } from './labOptions.ts';
import { createRequestHandler, type RequestHandler } from './sdk/index.ts';
import { readSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';
import { World } from './world.ts';

/*
 * KMS Lab as a library: a whole AWS KMS inside a test or a page, without network. Built into dist-lib/index.js, one ES
 * module for Node 20 and browsers.
 */

export type {
  AccessQuestion,
  CallAnswer,
  CallProposal,
  ChangeAdvice,
  ChangeOptions,
  GenesisAccount,
  PolicyDifference,
  ProposedEdit,
} from './api.ts';
export type { Credentials, SessionOptions } from './credentials.ts';
export type { LabOptions } from './labOptions.ts';
export type { HttpRequest, HttpResponse, RequestHandler } from './sdk/index.ts';
export { SnapshotError, type Snapshot } from './snapshot.ts';
export { GenesisError } from './genesis.ts';
export type { Decision, Explanation, ServiceName, TrailEvent } from '../engine/index.ts';
export type { WorldStore } from '../store/index.ts';

/*
 * The access decision without any lab, as a function of plain things: the code that every call passes through.
 */
export {
  accessMatrix,
  compilePolicies as compile,
  decidePlain as decide,
  diffMatrix,
  lintPolicy,
  PolicyInputError,
  smallestChange,
} from '../engine/index.ts';
export type {
  AccessMatrix,
  AccessRequest,
  CompiledPolicies,
  Finding,
  LintOptions,
  MatrixPrincipal,
  PlainDecision,
  PlainGrant,
  PlainPolicies,
  PlainQuestion,
  PlainRequest,
  PolicyInput,
  Proposal,
  SmallestChangeOptions,
} from '../engine/index.ts';

/** AWS's names of the operations of KMS that this version has. */
export const operations: readonly string[] = catalogue.map(({ name }) => name);

/** The operations of every service of a lab, by service. */
export const serviceOperations: Readonly<Record<ServiceName, readonly string[]>> = {
  kms: operations,
  ...identityOperations,
  ...lateOperations,
  // Of EC2, a part is there from the start.
  ec2: [...identityOperations.ec2, ...lateOperations.ec2],
};

/** A call without any SDK. Blobs are `Uint8Array`, timestamps `Date`. */
export interface LabCall {
  /** `kms` by default; others, `iam` or `s3`, as far as `serviceOperations` goes. */
  readonly service?: ServiceName | undefined;
  /** `Encrypt`. */
  readonly operation: string;
  /** With AWS's member names. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
  /**
   * ARN of a user, role or root of the lab, or of a session that AssumeRole has made in it (the newest of that ARN); or a
   * service that calls in its own name, `s3.amazonaws.com`.
   */
  readonly principal: string;
  /** `us-east-1` by default. */
  readonly region?: string | undefined;
  /** The caller has given a second factor. */
  readonly mfa?: boolean | undefined;
  readonly sourceIp?: string | undefined;
  /** Id of the VPC endpoint that the call comes through. */
  readonly vpcEndpoint?: string | undefined;
  /** A service that calls with the caller's credentials: `s3.us-east-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  /** The services before that one, the first first: `cloudformation.amazonaws.com`. */
  readonly calledVia?: readonly string[] | undefined;
  /** Of a service's own call: the resource on whose behalf it calls, and the account of that. */
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: string | undefined;
}

/** {@link AccessQuestion} with plain texts. */
export interface LabQuestion extends Omit<AccessQuestion, 'key' | 'sourceAccount'> {
  /** ARN of a key of the lab. */
  readonly key: string;
  readonly sourceAccount?: string | undefined;
}

/** Each lab is a world of its own. */
export interface Lab {
  /**
   * For SDK clients that sign, as with AWS: `new KMSClient({ region, requestHandler: lab.requestHandler, credentials:
   * await lab.credentialsFor(arn) })`. The signature is checked; a wrong one gets AWS's error.
   */
  readonly requestHandler: RequestHandler;
  /** A user's access key, or a new session of a role. @throws when the lab has no such principal */
  credentialsFor(principalArn: string, session?: SessionOptions): Promise<Credentials>;
  /**
   * For SDK clients whose credentials do not matter: every request counts as this principal's.
   * @param who without `region` the client's own Region counts @throws when the lab has no such principal
   */
  requestHandlerFor(who: {
    readonly principal: string;
    readonly region?: string | undefined;
  }): RequestHandler;
  /** One call, answered when it is kept. A refusal is an answer too: `result.ok` is false. */
  handle(call: LabCall): Promise<CallAnswer>;
  /**
   * What would be decided about a call, and by which statement of which policy, without making it: no event, nothing
   * taken from a quota. `decisions` has one tree for each permission that the call needs.
   */
  explain(call: LabCall): Promise<Explanation>;
  /**
   * The fewest edits that would let a denied call pass, with everything that stands around it in this lab; the calls that
   * carry each out; what else each would open.
   */
  smallestChange(call: LabCall, options?: ChangeOptions): Promise<ChangeAdvice>;
  /** Who may do what with a key of this lab: principals × operations, each cell decided as a call would be. */
  accessMatrix(question: LabQuestion): Promise<AccessMatrix>;
  /** What another key policy would change, cell by cell. */
  differenceOfPolicies(question: LabQuestion, otherPolicy: object | string): Promise<PolicyDifference>;
  /** Moves virtual time, and runs what falls due on the way: answers the events of that. */
  advance(by: {
    readonly days?: number;
    readonly hours?: number;
    readonly seconds?: number;
  }): Promise<readonly TrailEvent[]>;
  /** Virtual time. */
  now(): Date;
  /** All CloudTrail events, oldest first. */
  trail(): Promise<readonly TrailEvent[]>;
  /** Changes the visible switches of the world: throttling, propagation, or a fault that every call meets. */
  setSwitches(switches: Parameters<WorldApi['setSwitches']>[0]): Promise<void>;
  /** The whole world as plain JSON. Whoever has it can decrypt what its keys encrypted: it holds what opens them. */
  snapshot(): Promise<Snapshot>;
  /**
   * Replaces this world by that of a snapshot, credentials included; request handlers stay.
   * @throws SnapshotError, and changes nothing, when it is not a snapshot
   */
  restore(snapshot: unknown): Promise<void>;
  /** Waits for what is on its way and lets go of the store. */
  close(): Promise<void>;
}

/** @throws GenesisError that names the option */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const { genesis, store } = readOptions(options);
  const world = await World.open(store, { id: 'lab', genesis });
  return new LibraryLab(store, world, await principalsOf(world));
}

class LibraryLab implements Lab {
  readonly requestHandler: RequestHandler;
  readonly #store: WorldStore;
  #world: World;
  /** Known here, so that a misspelt principal is noticed where it is written. */
  #principals: ReadonlySet<string>;
  #closed = false;

  constructor(store: WorldStore, world: World, principals: ReadonlySet<string>) {
    this.#store = store;
    this.#world = world;
    this.#principals = principals;
    this.requestHandler = createRequestHandler(() => this.#world);
  }

  async credentialsFor(principalArn: string, session: SessionOptions = {}): Promise<Credentials> {
    await this.#meet(principalArn);
    return credentialsFor(this.#world, this.#known(principalArn), session);
  }

  requestHandlerFor({
    principal,
    region,
  }: {
    readonly principal: string;
    readonly region?: string | undefined;
  }): RequestHandler {
    const trust = {
      principal: this.#known(principal),
      region: region === undefined ? undefined : readRegion(region),
    };
    return createRequestHandler(() => this.#world, trust);
  }

  async handle(call: LabCall): Promise<CallAnswer> {
    await this.#meet(call.principal);
    const answer = await this.#world.call(this.#read(call));
    // Only IAM makes principals, and takes them away.
    if (call.service === 'iam' && answer.result.ok) this.#principals = await principalsOf(this.#world);
    return answer;
  }

  async explain(call: LabCall): Promise<Explanation> {
    await this.#meet(call.principal);
    return this.#world.explain(this.#read(call));
  }

  async smallestChange(call: LabCall, options?: ChangeOptions): Promise<ChangeAdvice> {
    await this.#meet(call.principal);
    return this.#world.smallestChange(this.#read(call), options);
  }

  async accessMatrix(question: LabQuestion): Promise<AccessMatrix> {
    return this.#world.accessMatrix(readQuestion(question));
  }

  async differenceOfPolicies(question: LabQuestion, otherPolicy: object | string): Promise<PolicyDifference> {
    const text = typeof otherPolicy === 'string' ? otherPolicy : JSON.stringify(otherPolicy);
    return this.#world.differenceOfPolicies(readQuestion(question), text);
  }

  #read({ input = {}, principal, region = 'us-east-1', sourceAccount, ...rest }: LabCall): CallFacts {
    // Whether there is such a session, and whether it still lasts, is the world's business.
    const isSession = /^arn:[^:]+:sts::\d{12}:assumed-role\//.test(principal);
    const who = isSession || isServiceName(principal) ? (principal as PrincipalArn) : this.#known(principal);
    return {
      ...rest,
      input,
      principal: who,
      region: readRegion(region),
      sourceAccount: sourceAccount === undefined ? undefined : readAccount(sourceAccount),
    };
  }

  async advance(by: {
    readonly days?: number;
    readonly hours?: number;
    readonly seconds?: number;
  }): Promise<readonly TrailEvent[]> {
    for (const [unit, amount] of Object.entries(by)) {
      if (!['days', 'hours', 'seconds'].includes(unit))
        throw new RangeError(`"advance" knows days, hours and seconds, not ${unit}`);
      if (typeof amount !== 'number' || !(amount >= 0) || !Number.isFinite(amount)) {
        throw new RangeError(`"advance" expected ${unit} to be a number from 0, got ${String(amount)}`);
      }
    }
    return (await this.#world.advance(by)).happened;
  }

  now(): Date {
    return new Date(this.#world.time());
  }

  async trail(): Promise<readonly TrailEvent[]> {
    const lines = await this.#world.trail({ n: Number.MAX_SAFE_INTEGER });
    return lines.map(({ event }) => event).toReversed();
  }

  setSwitches(switches: Parameters<WorldApi['setSwitches']>[0]): Promise<void> {
    return this.#world.setSwitches(switches);
  }

  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.#world);
  }

  async restore(snapshot: unknown): Promise<void> {
    if (this.#closed) throw new Error('The lab is closed.');
    const putInto = await readSnapshot(snapshot); // before the world is let go of
    await this.#world.close();
    try {
      await this.#store.open();
      await putInto(this.#store);
    } finally {
      this.#world = await World.open(this.#store, { id: 'lab' });
      this.#principals = await principalsOf(this.#world);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#world.close();
  }

  /** Principals that an SDK client has made are met when they are first named. */
  async #meet(arn: string): Promise<void> {
    if (/^arn:[^:]+:iam:/.test(arn) && !this.#principals.has(arn))
      this.#principals = await principalsOf(this.#world);
  }

  #known(arn: string): PrincipalArn {
    if (!this.#principals.has(arn)) {
      throw new Error(
        `The lab has no principal ${JSON.stringify(arn)}; it has ${[...this.#principals].join(', ')}.`,
      );
    }
    return arn as PrincipalArn; // it names a record
  }
}

const principalsOf = async (world: World): Promise<ReadonlySet<string>> =>
  new Set((await world.principals()).map(({ rec }) => rec.arn));

const readQuestion = ({ key, sourceAccount, ...rest }: LabQuestion): AccessQuestion => ({
  ...rest,
  key: key as KeyArn, // the world says when it has no such key
  sourceAccount: sourceAccount === undefined ? undefined : readAccount(sourceAccount),
});

function readAccount(text: string): AccountId {
  const account = parseAccountId(text);
  if (!account) throw new Error(`${JSON.stringify(text)} is not the number of an account.`);
  return account;
}

function readRegion(text: string): Region {
  const region = parseRegion(text);
  if (!region) throw new Error(`${JSON.stringify(text)} is not the name of a Region.`);
  return region;
}
