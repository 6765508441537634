import { scheduleDeliveries, scheduleReactions, trailEvents } from './audit/index.ts';
import { authenticate } from './authenticate.ts';
import {
  authorize,
  permissionsAsked,
  type AskedPermission,
  type Asking,
  type Authorized,
} from './authorize.ts';
import { meets } from './faults.ts';
import { peekKey } from './find.ts';
import { stateOf } from './keyState.ts';
import { backingFault } from './keyStores.ts';
import { refusalForState } from './machines/index.ts';
import {
  isRefusal,
  ref,
  refuse,
  serviceHost,
  tableOf,
  type AccountId,
  type Call,
  type CallWay,
  type Caller,
  type Decision,
  type Diff,
  type Env,
  type Identity,
  type KeyRec,
  type KeyState,
  type Outcome,
  type Refusal,
  type Result,
  type Soon,
  type Trace,
  type TraceStep,
  type TrailEvent,
  type View,
  type Work,
  type WorldRec,
} from './model/index.ts';
import type { InnerCall, Located, Operation, Step } from './operation.ts';
import { Overlay } from './overlay.ts';
import { asSet, keyStoreQuota, quotaOf, take } from './quota/index.ts';
import { kms, kmsOnly, type Catalogue, type Service } from './service.ts';
import { describeMembers, redactInput, statusOf, validateInput, type Model } from './shapes/index.ts';

/*
 * The order inside one call, written once:
 * parse → authenticate → validate → quota → find the key → authorize → key state → usage → operation → commit.
 * Sources: policy.md §8 (last line), FACTS.md "Order of checks". Where neither speaks the line says OURS:.
 * Every stage leaves a step in the trace, also the one that says no; the stages after it are absent.
 */

/**
 * One call is one step. Changes nothing in place, asks no clock and no dice but `env`.
 * @throws Missing when the view has not loaded what the step needs: load it and call again with the same draws.
 */
export async function handle(
  view: View,
  call: Call,
  env: Env,
  catalogue: Catalogue = kmsOnly,
): Promise<Outcome> {
  const run = new Run(view, call, env, catalogue);
  const result = await run.stages();
  return run.outcome(result, true);
}

/** What would be decided about a call: the same stages up to authorize. What they write is thrown away. */
export async function explain(
  view: View,
  call: Call,
  env: Env,
  catalogue: Catalogue = kmsOnly,
): Promise<Explanation> {
  const run = new Run(view, call, env, catalogue);
  const found = await run.authorized();
  return run.explanation(isRefusal(found) ? found : undefined);
}

/** What the decision would be asked about a call: one request for each permission, or why none gets so far. */
export async function permissionsOf(
  view: View,
  call: Call,
  env: Env,
  catalogue: Catalogue = kmsOnly,
): Promise<readonly AskedPermission[] | Refusal> {
  return new Run(view, call, env, catalogue).permissions();
}

export interface Explanation {
  /** Nothing up to authorize says no. What comes after (key state, usage, the operation) is not asked. */
  readonly allowed: boolean;
  /** One for each permission, up to the first that is denied; empty when an earlier stage said no. */
  readonly decisions: readonly Decision[];
  readonly refusal: Refusal | undefined;
  /** With the stages that were gone through. */
  readonly trace: Trace;
}

type Answer =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly refusal: Refusal };

class Run {
  readonly #call: Call;
  readonly #env: Env;
  /** What stays also when the call is refused: what it cost of the quota. */
  readonly #kept: Overlay;
  /** What the operation writes; dropped when the call is refused. */
  readonly #written: Overlay;
  readonly #requestId: string;
  readonly #eventId: string;
  readonly #steps: TraceStep[] = [];
  #work: Work[] = [];
  #operation: Operation | undefined;
  #identity: Identity | undefined;
  #input: Readonly<Record<string, unknown>> = {};
  #located: Located | undefined;
  readonly #service: Service | undefined;
  readonly #catalogue: Catalogue;
  /** Of a call inside a call: who asks is known by then. */
  readonly #known: Identity | undefined;
  /** Calls that the operation made, in order. */
  readonly #children: Outcome[] = [];

  constructor(view: View, call: Call, env: Env, catalogue: Catalogue, known?: Identity) {
    this.#catalogue = catalogue;
    this.#known = known;
    this.#service = catalogue(call.service ?? 'kms');
    this.#call = call;
    this.#env = env;
    this.#kept = new Overlay(view);
    this.#written = new Overlay(this.#kept);
    this.#requestId = env.uuid();
    this.#eventId = env.uuid();
  }

  async stages(): Promise<Answer> {
    const no = (refusal: Refusal): Answer => ({ ok: false, refusal });
    const operation = this.#parse();
    if (isRefusal(operation)) return no(operation);
    const known = this.#authenticate();
    const identity = known instanceof Promise ? await known : known;
    if (isRefusal(identity)) return no(identity);
    const early = this.#validate(operation) ?? this.#quota(operation, identity);
    if (early) return no(early);
    const step = this.#step(identity);
    const found = this.#find(operation, step);
    const located = found instanceof Promise ? await found : found;
    if (isRefusal(located)) return no(located);
    const decided = this.#authorize(operation, located, step);
    const late =
      (decided instanceof Promise ? await decided : decided) ??
      this.#keyState(operation, located) ??
      this.#usage(operation, located, step) ??
      this.#fault(operation) ??
      this.#keyStores(operation, located, step);
    if (late) return no(late);
    return this.#operate(operation, located, step);
  }

  /** As {@link stages}, but nothing is taken from a quota, and it ends before the key's state is asked. */
  async authorized(): Promise<undefined | Refusal> {
    const ready = await this.#readyToAuthorize();
    if (isRefusal(ready)) return ready;
    return this.#authorize(ready.operation, ready.located, ready.step);
  }

  async permissions(): Promise<readonly AskedPermission[] | Refusal> {
    const ready = await this.#readyToAuthorize();
    if (isRefusal(ready)) return ready;
    return permissionsAsked(this.#asking(ready.operation, ready.located, ready.step), ready.step);
  }

  async #readyToAuthorize(): Promise<
    { readonly operation: Operation; readonly located: Located; readonly step: Step } | Refusal
  > {
    const operation = this.#parse();
    if (isRefusal(operation)) return operation;
    const identity = await this.#authenticate();
    if (isRefusal(identity)) return identity;
    const invalid = this.#validate(operation);
    if (invalid) return invalid;
    const step = this.#step(identity);
    const located = await this.#find(operation, step);
    return isRefusal(located) ? located : { operation, located, step };
  }

  explanation(refusal: Refusal | undefined): Explanation {
    const last = this.#steps.at(-1);
    return {
      allowed: refusal === undefined,
      decisions: last?.stage === 'authorize' ? last.detail.decisions : [],
      refusal,
      trace: this.#trace(refusal ? { ok: false, refusal } : { ok: true, output: {} }),
    };
  }

  #passed(step: TraceStep): void {
    this.#steps.push(step);
    this.#env.passed?.(step.stage);
  }

  #parse(): Operation | Refusal {
    const { operation: name, input } = this.#call;
    const members = typeof input === 'object' && input !== null ? Object.keys(input) : [];
    const operation = this.#service?.operation(name);
    const refusal = operation ? undefined : this.#unknown(name);
    this.#passed({ stage: 'parse', verdict: refusal ? 'stop' : 'pass', detail: { members } });
    if (operation) this.#operation = operation;
    return operation ?? this.#unknown(name);
  }

  #authenticate(): Soon<Identity | Refusal> {
    if (this.#known) return this.#authenticated(this.#known);
    const note = (work: Work) => this.#work.push(work);
    // OURS: a domain key made to check a signature is kept whatever comes after: it is not the caller's doing.
    const identity = authenticate(this.#call, { view: this.#kept, env: this.#env, note });
    return identity instanceof Promise
      ? identity.then((who) => this.#authenticated(who))
      : this.#authenticated(identity);
  }

  #authenticated(identity: Identity | Refusal): Identity | Refusal {
    const { caller } = this.#call;
    const refused = isRefusal(identity);
    const accessKeyId = caller.kind === 'sigV4' ? caller.signature.accessKeyId : undefined;
    this.#passed({
      stage: 'authenticate',
      verdict: refused ? 'stop' : 'pass',
      detail: {
        how: caller.kind === 'sigV4' ? 'sigV4' : 'trusted',
        principal: refused ? (caller.kind === 'sigV4' ? '' : nameOf(caller)) : identity.arn,
        ...(accessKeyId === undefined ? {} : { accessKeyId }),
      },
    });
    if (!refused) this.#identity = identity;
    return identity;
  }

  #validate(operation: Operation): Refusal | undefined {
    const { input, violations, wrongType } = validateInput(operation.name, this.#call.input, this.#model());
    this.#input = input;
    const refusal = wrongType
      ? refuse('SerializationException', '', 'model.json commonErrors SerializationException')
      : (this.#misshapen(violations) ?? operation.check?.(input));
    this.#passed({
      stage: 'validate',
      verdict: refusal ? 'stop' : 'pass',
      detail: {
        members: describeMembers(operation.name, input, this.#model()),
        errors: wrongType ? [wrongType] : violations,
      },
    });
    return refusal;
  }

  /**
   * OURS: whether refused calls count is not documented; here every authenticated, well-formed call does. The bucket of a
   * cryptographic call hangs on its key, which is looked at here without an answer: to miss it is the next stage's business.
   */
  #quota(operation: Operation, { account }: Identity): Refusal | undefined {
    const { region } = this.#call;
    // OURS: KMS counts its requests; how other services do is outside of this house.
    if (this.#service !== kms) {
      const detail = { bucket: '', left: 0, rate: 0, switchedOff: true };
      this.#passed({ stage: 'quota', verdict: 'skip', detail });
      return undefined;
    }
    const quota = quotaOf(operation.name, region, this.#specAsked(operation, account));
    const { bucket, rate } = asSet(quota, this.#kept);
    if (!this.#settings().throttling) {
      this.#passed({
        stage: 'quota',
        verdict: 'skip',
        detail: { bucket, left: rate, rate, switchedOff: true },
      });
      return undefined;
    }
    const at = ref.bucket(account, region, bucket);
    const { served, level } = take(this.#kept.get(at), rate, this.#env.at, 1);
    this.#kept.put(at, { account, region, bucket, ...level });
    this.#passed({
      stage: 'quota',
      verdict: served ? 'pass' : 'stop',
      detail: { bucket, left: Math.floor(level.tokens), rate, switchedOff: false },
    });
    return served ? undefined : refuse('ThrottlingException', throttled, 'quotas.json throttlingException');
  }

  #specAsked(operation: Operation, account: AccountId): string | undefined {
    const { KeyPairSpec, KeyId, SourceKeyId } = this.#input;
    if (typeof KeyPairSpec === 'string') return KeyPairSpec;
    const named = KeyId ?? SourceKeyId;
    return operation.plane === 'data' && typeof named === 'string'
      ? peekKey(named, account, this.#call.region, this.#kept)?.KeySpec
      : undefined;
  }

  #settings(): Pick<WorldRec, 'throttling' | 'fault'> {
    return this.#kept.get(ref.world) ?? { throttling: true, fault: undefined };
  }

  #find(operation: Operation, step: Step): Soon<Located | Refusal> {
    const located = operation.find(this.#input, step);
    return located instanceof Promise ? located.then((found) => this.#found(found)) : this.#found(located);
  }

  #found(located: Located | Refusal): Located | Refusal {
    const refused = isRefusal(located);
    const asksForNone = !refused && located.keys.length === 0 && !located.alias;
    this.#passed({
      stage: 'findKey',
      verdict: refused ? 'stop' : asksForNone ? 'skip' : 'pass',
      detail: {
        found: (refused ? [] : located.keys).map(({ rec, by, named, alias }) =>
          alias === undefined ? { by, named, key: rec.arn } : { by, named, key: rec.arn, alias },
        ),
      },
    });
    if (!refused) this.#located = located;
    return located;
  }

  #asking(operation: Operation, located: Located, step: Step): Asking {
    const tokens = this.#input['GrantTokens'];
    return {
      operation,
      permissions: operation.permissions(this.#input, located, step),
      context: () => operation.context?.(this.#input, located, step) ?? {},
      call: this.#call,
      errors: this.#errors(),
      // Validation has seen that it is a list of strings.
      grantTokens: Array.isArray(tokens) ? (tokens as readonly string[]) : [],
      retires: operation.name === 'RetireGrant' ? located.grant : undefined,
    };
  }

  #authorize(operation: Operation, located: Located, step: Step): Soon<Refusal | undefined> {
    const decided = authorize(this.#asking(operation, located, step), step);
    return decided instanceof Promise
      ? decided.then((found) => this.#authorized(found))
      : this.#authorized(decided);
  }

  #authorized({ decisions, refusal }: Authorized): Refusal | undefined {
    this.#passed({ stage: 'authorize', verdict: refusal ? 'stop' : 'pass', detail: { decisions } });
    return refusal;
  }

  #keyState(operation: Operation, located: Located): Refusal | undefined {
    const { keys } = located;
    let refusal: Refusal | undefined;
    const states: { readonly key: string; readonly state: KeyState }[] = [];
    for (const { rec } of keys) {
      const state = stateOf(rec, this.#written);
      states.push({ key: rec.arn, state });
      refusal ??= refusalForState(operation.name, state, rec.arn, rec.Origin);
    }
    this.#passed({
      stage: 'keyState',
      verdict: refusal ? 'stop' : keys.length === 0 ? 'skip' : 'pass',
      detail: { keys: states },
    });
    return refusal;
  }

  #usage(operation: Operation, located: Located, step: Step): Refusal | undefined {
    const usage = operation.usage?.(this.#input, located, step);
    const refusal = isRefusal(usage) ? usage : undefined;
    this.#passed({
      stage: 'usage',
      verdict: refusal ? 'stop' : usage ? 'pass' : 'skip',
      detail: usage && !isRefusal(usage) ? usage : {},
    });
    return refusal;
  }

  /** OURS: a fault of the service, switched on by the user, strikes where the work would begin. */
  #fault({ name }: Operation): Refusal | undefined {
    const { fault } = this.#settings();
    if (fault === undefined || this.#service !== kms || !meets(name, fault)) return undefined;
    this.#passed({ stage: 'operation', verdict: 'stop', detail: { work: [] } });
    return refuse(fault, '', `model.json errors ${fault}`, statusOf(fault));
  }

  /** A cryptographic call on a key in a custom key store counts there too, and needs what is behind the store. */
  #keyStores(operation: Operation, { keys }: Located, step: Step): Refusal | undefined {
    if (operation.plane !== 'data') return undefined;
    let refusal: Refusal | undefined;
    for (const { rec } of keys) refusal ??= this.#storeQuota(rec) ?? backingFault(rec, step);
    if (refusal) this.#passed({ stage: 'operation', verdict: 'stop', detail: { work: this.#work } });
    return refusal;
  }

  #storeQuota({ keyStore, account, region }: KeyRec): Refusal | undefined {
    if (!keyStore || !this.#settings().throttling) return undefined;
    const { bucket, rate } = asSet(keyStoreQuota(keyStore.id), this.#kept);
    const at = ref.bucket(account, region, bucket);
    const { served, level } = take(this.#kept.get(at), rate, this.#env.at, 1);
    this.#kept.put(at, { account, region, bucket, ...level });
    return served ? undefined : refuse('ThrottlingException', throttled, 'quotas.json customKeyStore');
  }

  async #operate(operation: Operation, located: Located, step: Step): Promise<Answer> {
    const output = await operation.run(this.#input, located, step);
    let refusal = isRefusal(output) ? output : undefined;
    if (refusal && !operation.refusals.includes(refusal.refused)) {
      throw new Error(`${operation.name} answered with ${refusal.refused}, which it does not declare`);
    }
    if (!refusal && this.#input['DryRun'] === true) {
      refusal = refuse(
        'DryRunOperationException',
        'The request would have succeeded, but the DryRun option is set.',
        'FACTS.md DryRun',
      );
    }
    this.#passed({
      stage: 'operation',
      verdict: refusal ? 'stop' : 'pass',
      detail: { work: this.#work },
    });
    return refusal ? { ok: false, refusal } : { ok: true, output: output ?? {} };
  }

  #step(identity: Identity): Step {
    // What was noted before (a domain key made to check a signature) belongs to the trace too.
    return {
      view: this.#written,
      env: this.#env,
      region: this.#call.region,
      identity,
      viaService: this.#call.viaService,
      requestId: this.#requestId,
      eventId: this.#eventId,
      note: (work) => this.#work.push(work),
      kept: this.#kept,
      call: (inner) => this.#inside(inner, identity),
    };
  }

  /** A call that the operation makes: everything as in any other call, over what this one has written so far. */
  async #inside(inner: InnerCall, identity: Identity): Promise<Result> {
    const { call, known } = innerCall(inner, this.#call, identity);
    const run = new Run(this.#written, call, this.#env, this.#catalogue, known);
    const outcome = run.outcome(await run.stages());
    // Below first, so that it stays when this operation refuses; then above, for records that this one has written too.
    this.#kept.take(outcome.diff);
    this.#written.take(outcome.diff);
    this.#children.push(outcome);
    const { result, trace } = outcome;
    this.#work.push({
      kind: 'called',
      trace: trace.id,
      service: call.service ?? 'kms',
      operation: call.operation,
      ...(result.ok ? {} : { refused: result.refusal.refused }),
    });
    return result;
  }

  /** `outermost`: a call of its own, whose records the trails hear of. */
  outcome(result: Answer, outermost = false): Outcome {
    if (result.ok) this.#kept.take(this.#written.diff());
    const own = this.#events(result);
    const events =
      this.#children.length === 0 ? own : [...this.#children.flatMap((child) => child.events), ...own];
    if (outermost) {
      scheduleDeliveries(this.#kept, events, this.#env.at);
      scheduleReactions(this.#kept, events, this.#env.at, this.#call.links ?? 0);
    }
    const diff = this.#kept.diff();
    if (result.ok)
      this.#passed({
        stage: 'commit',
        verdict: 'pass',
        detail: { tables: tablesOf(diff), events: events.length },
      });
    return { result, diff, trace: this.#trace(result), events, redacted: this.#redacted() };
  }

  /** OURS: which failed calls are recorded is not listed whole; here every call of a known caller is. */
  #events(result: Answer): readonly TrailEvent[] {
    if (!this.#identity || !this.#operation || this.#operation.dataEvent) return [];
    return trailEvents({
      call: this.#call,
      operation: this.#operation,
      input: this.#input,
      identity: this.#identity,
      located: this.#located,
      result,
      requestId: this.#requestId,
      eventId: this.#eventId,
      env: this.#env,
      model: this.#model(),
    });
  }

  #trace(result: Answer): Trace {
    const last = this.#steps.at(-1);
    if (!last) throw new Error('"trace" expected at least one step');
    const refusal = result.ok
      ? undefined
      : {
          stage: last.stage,
          name: result.refusal.refused,
          message: result.refusal.message,
          status: result.refusal.status,
        };
    return {
      id: this.#requestId,
      operation: this.#call.operation,
      region: this.#call.region,
      at: this.#env.at,
      caller: this.#callerArn(),
      steps: this.#steps,
      ...(refusal && { refusal }),
      children: this.#children.map(({ trace }) => trace),
    };
  }

  #callerArn(): string {
    return this.#identity?.arn ?? nameOf(this.#call.caller);
  }

  #redacted() {
    const { operation, region, service } = this.#call;
    const input = redactInput(operation, this.#input, this.#model());
    const way = wayOf(this.#call);
    return {
      operation,
      region,
      principal: this.#callerArn(),
      input,
      ...(service === undefined ? {} : { service }),
      ...(way === undefined ? {} : { way }),
    };
  }

  #model(): Model {
    return (this.#service ?? kms).model;
  }

  #errors(): Service['errors'] {
    return (this.#service ?? kms).errors;
  }

  /** OURS: an operation of the API that this build does not have yet is refused like one that no API has. */
  #unknown(name: string): Refusal {
    return refuse(
      this.#errors().unknown,
      this.#model().operations.has(name) ? `${name} is not in this version of KMS Lab.` : '',
      'model.json commonErrors UnknownOperationException',
    );
  }

  #misshapen(violations: readonly string[]): Refusal | undefined {
    if (violations.length === 0) return undefined;
    const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
    return refuse(
      this.#errors().invalid,
      `${count} detected: ${violations.join('; ')}`,
      'FACTS.md generic validation',
    );
  }
}

/**
 * A call inside a call as KMS gets it. A forward access session is the caller with the service between, so that his
 * endpoint and address are out of sight; who came through services before came through this one too.
 */
function innerCall(
  { service, operation, input, region, as }: InnerCall,
  outer: Call,
  identity: Identity,
): { readonly call: Call; readonly known: Identity | undefined } {
  const to = region ?? outer.region;
  const facts = { service, operation, input, region: to };
  if (as.kind === 'service') return { call: { ...facts, caller: as }, known: undefined };
  const known = as.kind === 'identity' ? as.identity : identity;
  const caller: Caller = { kind: 'principal', arn: known.arn };
  // A service that asks through another is still a service: of it there is no kms:ViaService (services.json "principals").
  if (as.via === undefined || known.kind === 'service') return { call: { ...facts, caller }, known };
  const calledVia = [
    ...(outer.calledVia ?? []),
    ...(outer.viaService === undefined ? [] : [serviceHost(outer.viaService)]),
  ];
  const viaService = `${as.via}.${to}.amazonaws.com`;
  const { sourceIp, userAgent } = outer;
  return { call: { ...facts, caller, viaService, calledVia, sourceIp, userAgent }, known };
}

/** As the caller calls himself, before anybody has looked. */
function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'principal':
      return caller.arn;
    case 'service':
      return caller.service;
    case 'sigV4':
      return caller.signature.accessKeyId;
  }
}

const throttled = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.';

function tablesOf(diff: Diff): Readonly<Record<string, number>> {
  const tables: Record<string, number> = {};
  for (const { ref: at } of diff) {
    const table = tableOf(at);
    tables[table] = (tables[table] ?? 0) + 1;
  }
  return tables;
}

/** Undefined for the plain way, so that most entries say nothing of it. */
function wayOf({ caller, sourceIp, vpcEndpoint, viaService, calledVia }: Call): CallWay | undefined {
  const mfa = caller.kind === 'principal' && caller.mfa ? true : undefined;
  const { sourceArn, sourceAccount }: CallWay = caller.kind === 'service' ? caller : {};
  const way = { mfa, sourceIp, vpcEndpoint, viaService, calledVia, sourceArn, sourceAccount };
  return Object.values(way).some((one) => one !== undefined) ? way : undefined;
}
