import { createSubscriber } from 'svelte/reactivity';
import type { CallRequest, PrincipalCard, SealedObject, WorldApi } from '../../client/index.ts';
import type { Bytes, KeyArn, PrincipalArn } from '../../engine/index.ts';
import {
  beatsOf,
  envelope,
  factsIn,
  makeKey,
  runOf,
  stopBeat,
  storyAccount,
  storyAdmin,
  storyGenesis,
  storyRegion,
  type Deed,
  type EncryptionContext,
  type LearnerEvent,
  type Run,
  type SceneName,
  type Setting,
} from '../../flows/index.ts';
import {
  asMermaid,
  envelopeRecipe,
  envelopeSpots,
  envelopeStages,
  planEnvelope,
  textTwin,
  words as said,
  type CallStage,
  type Plan,
  type Recipe,
  type Scene,
  type TwinRow,
} from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { FlowActor } from './flowActor.svelte.ts';
import { playRun, replayOf, type Replay } from './envelopeBranch.ts';
import { deedsOf, pairs, type Reading } from './moment.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Branch, Guess, Question, SceneAddress, Telling } from './telling.ts';

export type Thing = keyof typeof words.things;
export type Tab = keyof typeof words.tabs;
/** A world of the stage's own, made for a moment that came by a link. */
interface Guest {
  readonly world: WorldApi;
  readonly keyArn: KeyArn;
  readonly principals: readonly PrincipalCard[];
}
/** A fork that was taken before the run began, and what happened in it. */
interface Fork {
  readonly from: number;
  readonly deed: Deed;
  readonly run: Run | undefined;
}
export interface Pair {
  name: string;
  value: string;
}

/** Digests of files that this page saw before they were sealed. In memory only: beside the object they would tell of it. */
const digests = new WeakMap<WorldApi, Map<string, string>>();
function digestsOf(world: WorldApi): Map<string, string> {
  const known = digests.get(world) ?? new Map<string, string>();
  digests.set(world, known);
  return known;
}

const guestAlias = 'alias/payroll';
const deedWords = (deed: Deed): string => {
  switch (deed.kind) {
    case 'disableKey':
      return words.disable;
    case 'enableKey':
      return words.enable;
    case 'context':
      return `${words.context}: ${said.contextSaid(deed.encryptionContext)}`;
    case 'principal':
      return `${words.askAs} ${said.shortPrincipal(deed.principal)}`;
  }
};

type Flow = FlowActor<typeof envelope>;

const pairsOf = (context: EncryptionContext): Pair[] =>
  Object.entries(context).map(([name, value]) => ({ name, value }));
const contextOf = (pairs: readonly Pair[]): EncryptionContext =>
  Object.fromEntries(pairs.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));

/** The stage: what is prepared, the flow that runs, and the player that shows it. */
export class StageState implements Telling {
  readonly lab: LabState;
  readonly player = new Player(this);
  /** Something is about to be seen: the screen brings the scene into view. */
  onwatch: () => void = () => undefined;
  scene = $state<SceneName>('envelopeEncrypt');
  tab = $state<Tab>('prepare');
  thing = $state<Thing>('source');

  // What is prepared for the next start.
  keyArn = $state.raw<KeyArn | undefined>();
  source = $state<'text' | 'file'>('text');
  text = $state<string>(words.sample);
  file = $state.raw<File | undefined>();
  pairs = $state<Pair[]>([{ name: 'app', value: 'payroll' }]);
  objectId = $state<string | undefined>();
  decryptPairs = $state<Pair[]>([]);

  objects = $state.raw<readonly SealedObject[]>([]);
  predictFirst = $state(false);
  #answered = $state.raw<ReadonlyMap<number, string>>(new Map());
  #guest = $state.raw<Guest | undefined>();
  #fork = $state.raw<Fork | undefined>();
  /** The world as it was when this run began, for what-ifs. */
  #base: Promise<WorldApi> | undefined;
  #first: Setting | undefined;
  #deedsBefore = 0;
  #said = '';
  #flow = $state.raw<Flow | undefined>();
  readonly #subscribeObjects: () => void;

  constructor(lab: LabState) {
    this.lab = lab;
    this.#subscribeObjects = createSubscriber(() =>
      this.world.subscribe((event) => {
        if (event.kind === 'objects') void this.readObjects();
      }),
    );
    void this.readObjects();
  }

  /** Where the calls go: the learner's own world, or one that was made for a link. */
  get world(): WorldApi {
    return this.#guest?.world ?? this.lab.world;
  }
  get principals(): readonly PrincipalCard[] {
    return this.#guest?.principals ?? this.lab.principals;
  }
  get isGuest(): boolean {
    return this.#guest !== undefined;
  }
  /** Who asks: the principal of the top bar, in a guest world one of its own. */
  get principal(): PrincipalArn | undefined {
    return this.#guest ? this.guestPrincipal : this.lab.principal;
  }
  guestPrincipal = $state.raw<PrincipalArn | undefined>();

  /** Keeps listening as long as an effect has called it. */
  listen(): void {
    this.#subscribeObjects();
  }
  async readObjects(): Promise<void> {
    try {
      this.objects = await this.world.objects();
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
    if (!this.object) this.chooseObject(this.objects[0]?.id);
  }

  get object(): SealedObject | undefined {
    return this.objects.find(({ id }) => id === this.objectId);
  }
  chooseObject(id: string | undefined): void {
    this.objectId = id;
    this.decryptPairs = pairsOf(this.object?.encryptionContext ?? {});
  }
  chooseScene(scene: SceneName): void {
    if (scene === this.scene) return;
    this.startOver();
    this.scene = scene;
    this.tab = 'prepare';
    this.thing = 'source';
  }

  /** The chosen key, or the first that can encrypt. */
  get key() {
    const { keys } = this.lab;
    return (
      keys.find(({ rec }) => rec.arn === this.keyArn) ??
      keys.find(({ rec }) => rec.KeyState === 'Enabled') ??
      keys[0]
    );
  }
  get body(): Blob {
    if (this.source === 'file' && this.file) return this.file;
    return new Blob([this.text], { type: 'text/plain' });
  }
  get canStart(): boolean {
    if (!this.principal) return false;
    if (this.#guest && this.scene === 'envelopeEncrypt') return true;
    if (this.scene === 'envelopeDecrypt') return this.object !== undefined;
    return this.key !== undefined && (this.source === 'text' || this.file !== undefined);
  }

  /** What a run started now would be set to. */
  get setting(): Setting {
    // Without a principal nothing can start; the picture before that names nobody.
    const principal = this.principal ?? ('' as PrincipalArn);
    const region = this.#guest ? storyRegion : this.lab.region;
    if (this.scene === 'envelopeDecrypt') {
      const { object } = this;
      // The object was sealed by this page's own flow: its ARN came from an answer of KMS.
      const keyArn = (object?.keyArn ?? '') as KeyArn;
      return {
        region: (keyArn.split(':')[3] || region) as typeof region,
        principal,
        keyId: keyArn,
        keyArn,
        encryptionContext: contextOf(this.decryptPairs),
        file: {
          name: object?.name ?? words.object,
          mediaType: object?.mediaType ?? '',
          byteLength: object?.plaintextLength ?? 0,
        },
      };
    }
    const { key, body } = this;
    const keyArn = this.#guest?.keyArn ?? key?.rec.arn ?? ('' as KeyArn);
    const isFile = this.source === 'file' && this.file !== undefined;
    return {
      region,
      principal,
      keyId: this.#guest ? guestAlias : (key?.aliases[0] ?? keyArn),
      keyArn,
      encryptionContext: contextOf(this.pairs),
      file: {
        name: isFile ? (this.file?.name ?? '') : words.textName,
        mediaType: body.type,
        byteLength: body.size,
      },
    };
  }

  get started(): boolean {
    return this.#flow !== undefined;
  }
  get #snapshot() {
    return this.#flow?.snapshot;
  }
  get run(): Run {
    const context = this.#snapshot?.context;
    return context
      ? runOf(context)
      : {
          format: 1,
          scene: this.scene,
          setting: this.setting,
          beats: [],
          deeds: [],
          earlier: { calls: 0, trailLines: 0 },
          progress: undefined,
          stop: undefined,
          fault: undefined,
        };
  }
  readonly plan: Plan = $derived(planEnvelope(this.run));

  // Telling
  get address(): SceneAddress {
    return this.scene === 'envelopeEncrypt' ? 'envelope' : 'envelope-decrypt';
  }
  get title(): string {
    return this.plan.title;
  }
  get beats(): Plan['beats'] {
    return this.plan.beats;
  }
  get #trace() {
    return this.run.beats.find(({ id }) => id === 'request')?.trace;
  }
  get stages(): readonly CallStage[] {
    return envelopeStages(this.plan.beats[this.player.at], this.#trace);
  }
  stops(at: number): readonly number[] {
    return envelopeStages(this.plan.beats[at], this.#trace).map(({ p }) => p);
  }
  get spots(): readonly string[] {
    const id = this.plan.beats[this.player.at]?.id;
    return id ? envelopeSpots[id] : [];
  }
  get twin(): readonly TwinRow[] {
    return textTwin(this.plan);
  }
  get mermaid(): string {
    return asMermaid(this.plan);
  }
  get call(): CallRequest | undefined {
    const id = this.plan.beats[this.player.at]?.id;
    return id === 'request' || id === 'gates' || id === 'vault' || id === 'returned'
      ? this.request
      : undefined;
  }
  get recipe(): Recipe {
    return envelopeRecipe(this.run, this.wrappedKey?.length ?? this.object?.wrappedKey.length ?? 184);
  }
  get calls(): Telling['calls'] {
    const at = this.plan.beats.findIndex(({ id }) => id === 'request');
    return this.request ? [{ at, call: this.request }] : [];
  }
  get request(): CallRequest | undefined {
    return this.#snapshot?.context.request;
  }

  holds(at: number): boolean {
    return this.predictFirst && this.#asked(at) && !this.#answered.has(at);
  }
  /** The answer of KMS is what one can guess: it comes with the gates. */
  #asked(at: number): boolean {
    return this.plan.beats[at]?.id === 'gates' && this.waits && at === this.player.at + 1;
  }
  get question(): Question | undefined {
    const at = this.player.at + 1;
    const operation = this.request?.operation;
    if (!this.player.held || !this.holds(at) || !operation) return undefined;
    return {
      at,
      prompt: words.whatWillKmsSay(operation),
      options: [
        { id: 'allowed', label: words.guesses.allowed },
        { id: 'gates', label: words.guesses.gates },
        { id: 'vault', label: words.guesses.vault },
      ],
    };
  }
  guessed(option: string): void {
    this.#answered = new Map([...this.#answered, [this.player.at + 1, option]]);
    this.player.step();
  }
  get guess(): Guess | undefined {
    const said = this.#answered.get(this.player.at);
    const { trace } = this.run.beats[this.player.at] ?? {};
    if (said === undefined || !trace) return undefined;
    const truth = trace.refusal === undefined ? 'allowed' : stopBeat(trace.refusal.stage);
    return {
      at: this.player.at,
      said: words.guesses[said as keyof typeof words.guesses],
      right: said === truth,
    };
  }

  get branch(): Branch | undefined {
    const fork = this.#fork;
    if (!fork) return undefined;
    return {
      from: fork.from,
      label: deedWords(fork.deed),
      isWorking: fork.run === undefined,
      beats: fork.run ? planEnvelope(fork.run).beats : [],
    };
  }
  /** The fork's picture at the beat that is shown, or its last one when it ended before. */
  get branchScene(): { readonly scene: Scene; readonly at: number } | undefined {
    const run = this.#fork?.run;
    if (!run) return undefined;
    const plan = planEnvelope(run);
    const at = Math.min(this.player.at, run.beats.length - 1);
    return { scene: plan.beats[at]?.scene ?? plan.opening.scene, at };
  }
  dropBranch(): void {
    this.#fork = undefined;
  }
  /** Plays the same run once more in a fork, with one thing done differently from this moment on. */
  async whatIf(deed: Deed): Promise<void> {
    const base = this.#base;
    const setting = this.#first;
    if (!base || !setting) return;
    const from = this.player.at + 1;
    this.#fork = { from, deed, run: undefined };
    try {
      const world = await (await base).fork();
      const flow = this.#flowIn(world, setting);
      if (!flow) return;
      const before = replayOf(this.scene, this.run.deeds.slice(this.#deedsBefore)).filter(
        ([after]) => after <= from,
      );
      const replay: Replay = [...before, [from, deed]];
      const run = await playRun(flow.actor, replay, Number.POSITIVE_INFINITY);
      flow.actor.send({ type: 'LEAVE' });
      flow.actor.stop();
      // Dropped or begun anew meanwhile: then nobody waits for this one.
      if (this.#fork?.deed === deed) this.#fork = { from, deed, run };
      await world.close();
    } catch (thrown) {
      this.#fork = undefined;
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  get moment(): object | undefined {
    const { run } = this;
    if (!this.started || run.beats.length === 0 || run.earlier.calls > 0) return undefined;
    return {
      at: this.player.at,
      by: said.shortPrincipal(this.#first?.principal ?? run.setting.principal),
      ctx: this.#first?.encryptionContext ?? {},
      seal: this.scene === 'envelopeDecrypt' ? this.object?.encryptionContext : undefined,
      deeds: replayOf(this.scene, run.deeds).map(([after, deed]) => {
        if (deed.kind === 'context') return [after, 'context', deed.encryptionContext];
        return deed.kind === 'principal'
          ? [after, 'as', said.shortPrincipal(deed.principal)]
          : [after, deed.kind];
      }),
    };
  }
  /** Plays a moment that came by a link, in a world of its own. @throws MomentFault, and plays nothing, when it does not fit */
  async openMoment(moment: Reading): Promise<void> {
    const at = moment.member('at').whole(-1, beatsOf(this.scene).length - 1);
    const context = pairs(moment.member('ctx'));
    const sealed = moment.member('seal').maybe(pairs) ?? context;
    const by = moment.member('by');
    const deeds = deedsOf(moment.member('deeds'), (kind, what) => {
      switch (kind.oneOf(['disableKey', 'enableKey', 'as', 'context'])) {
        case 'disableKey':
          return { kind: 'disableKey' } as const;
        case 'enableKey':
          return { kind: 'enableKey' } as const;
        case 'as':
          return { kind: 'principal', who: what } as const;
        case 'context':
          return { kind: 'context', encryptionContext: pairs(what) } as const;
      }
    });
    const world = await this.lab.api.sandbox(storyGenesis);
    const principals = await world.principals();
    const named = (who: Reading): PrincipalArn => {
      const name = who.text(200);
      const found = principals.find(
        ({ rec }) => rec.account === storyAccount && said.shortPrincipal(rec.arn) === name,
      );
      return found?.rec.arn ?? who.refuse('a principal of the scene');
    };
    let asker: PrincipalArn;
    let replay: Replay;
    try {
      asker = named(by);
      replay = deeds.map(([after, deed]) => {
        if (deed.kind === 'context') return [after, deed];
        if (deed.kind === 'principal') return [after, { kind: 'principal', principal: named(deed.who) }];
        return [after, { ...deed, as: storyAdmin }];
      });
    } catch (fault) {
      void world.close();
      throw fault;
    }
    const keyArn = await makeKey(world, guestAlias);
    this.#guest = { world, keyArn, principals };
    this.guestPrincipal = storyAdmin;
    if (this.scene === 'envelopeDecrypt') {
      this.pairs = pairsOf(sealed);
      this.scene = 'envelopeEncrypt';
      const flow = this.#flowIn(world, this.setting);
      this.scene = 'envelopeDecrypt';
      if (flow) await playRun(flow.actor, [], Number.POSITIVE_INFINITY);
      await this.readObjects();
      this.chooseObject(this.objects[0]?.id);
      this.decryptPairs = pairsOf(context);
    } else this.pairs = pairsOf(context);
    this.guestPrincipal = asker;
    this.#start();
    if (this.#flow) await playRun(this.#flow.actor, replay, at + 1);
    this.player.show(at, false);
  }
  /** Back to the learner's own world. */
  leaveGuest(): void {
    this.startOver();
    void this.#guest?.world.close();
    this.#guest = undefined;
    void this.readObjects();
  }

  get ended(): boolean {
    return this.#snapshot?.hasTag('end') ?? false;
  }
  get isWorking(): boolean {
    return this.#snapshot?.hasTag('working') ?? false;
  }
  /** How far the bulk work is, while there is some. */
  get bulk(): Run['progress'] {
    return this.#snapshot?.hasTag('bulk') ? this.run.progress : undefined;
  }
  endBulk(): void {
    this.#send({ type: 'STOP' });
  }
  get isBreaking(): boolean {
    return this.#snapshot?.matches({ deeds: 'calling' }) ?? false;
  }
  get currentScene(): Scene {
    return this.plan.beats[this.player.at]?.scene ?? this.plan.opening.scene;
  }
  get previousScene(): Scene {
    return this.plan.beats[this.player.at - 1]?.scene ?? this.plan.opening.scene;
  }
  get sentence(): string {
    return this.plan.beats[this.player.at]?.sentence ?? this.plan.opening.sentence;
  }

  // What the live flow holds, for the panel of bytes.
  get dataKey(): Bytes | undefined {
    return this.#snapshot?.context.dataKey;
  }
  get wrappedKey(): Bytes | undefined {
    return factsIn(this.run, 'returned')?.wrappedKey ?? factsIn(this.run, 'take')?.object.wrappedKey;
  }
  get plaintext(): Blob | undefined {
    return this.#snapshot?.context.body;
  }
  get stored(): SealedObject | undefined {
    return factsIn(this.run, 'encrypt')?.object ?? factsIn(this.run, 'take')?.object;
  }

  // Score
  get length(): number {
    return this.run.beats.length;
  }
  get waits(): boolean {
    return this.#flow ? (this.#snapshot?.hasTag('waiting') ?? false) : this.canStart;
  }
  get reduced(): boolean {
    return this.lab.prefs.reducedMotion;
  }
  motion(at: number): number {
    return this.plan.beats[at]?.motion ?? 0;
  }
  duration(at: number): number {
    return this.plan.beats[at]?.duration ?? 0;
  }
  advance(): boolean {
    const before = this.run.beats;
    if (!this.#flow) this.#start();
    this.#send({ type: 'NEXT' });
    return this.run.beats.length > before.length;
  }
  shown(at: number): void {
    this.#say(at);
  }
  /** One sentence per beat; a beat under way has its sentence when it is done. */
  #say(at: number): void {
    const beat = this.plan.beats[at];
    if (!beat || beat.status === 'working' || beat.sentence === this.#said) return;
    this.#said = beat.sentence;
    this.lab.say(beat.sentence);
  }

  #start(): void {
    const { setting } = this;
    this.#flow = this.#flowIn(this.world, setting);
    this.#base = this.world.fork();
    this.#base.catch(() => undefined); // said when somebody asks for it
    this.#first = setting;
    this.#deedsBefore = 0;
  }
  #flowIn(world: WorldApi, setting: Setting): Flow | undefined {
    if (this.scene === 'envelopeEncrypt')
      return new FlowActor(envelope, {
        input: { scene: 'envelopeEncrypt', world, setting, body: this.body },
      });
    const { object } = this;
    if (!object) return undefined;
    const wantedSha256 = digestsOf(this.world).get(object.id);
    return new FlowActor(envelope, {
      input: { scene: 'envelopeDecrypt', world, setting, object, wantedSha256 },
    });
  }
  #send(event: LearnerEvent): void {
    this.#flow?.actor.send(event);
  }

  /** Called when the newest record changed: remembers digests, says what came to an end. */
  noted(): void {
    const sealed = factsIn(this.run, 'encrypt');
    if (sealed) digestsOf(this.world).set(sealed.object.id, sealed.sha256);
    this.#say(this.player.at);
  }

  /** Ends the run, data key wiped, and stands before the first beat again. */
  startOver(): void {
    this.#send({ type: 'LEAVE' });
    this.#flow?.actor.stop();
    this.#flow = undefined;
    this.#fork = undefined;
    this.#answered = new Map();
    void this.#base?.then((world) => world.close()).catch(() => undefined);
    this.#base = undefined;
    this.player.reset();
  }
  watch(): void {
    this.onwatch();
    this.startOver();
    this.player.toggle();
  }
  /** The same request once more, after something was changed. */
  retry(): void {
    if (!this.ended) return;
    this.onwatch();
    this.#fork = undefined;
    this.#answered = new Map();
    void this.#base?.then((world) => world.close()).catch(() => undefined);
    this.#base = this.world.fork();
    this.#base.catch(() => undefined);
    this.#first = this.run.setting;
    this.#deedsBefore = this.run.deeds.length;
    this.#send({ type: 'RETRY' });
    this.player.show(this.run.beats.length - 1, true);
  }
  deed(deed: Deed): void {
    this.#send({ type: 'BREAK', deed });
  }
  /** Who may disable the key: an administrator of its account, else the root user. */
  get administrator(): PrincipalArn | undefined {
    const account = said.accountOf(this.run.setting.keyArn);
    const there = this.principals.filter(({ rec }) => rec.account === account);
    return (there.find(({ rec }) => /admin/i.test(rec.name)) ?? there.find(({ rec }) => rec.kind === 'root'))
      ?.rec.arn;
  }
  close(): void {
    this.startOver();
    this.player.close();
  }
}
