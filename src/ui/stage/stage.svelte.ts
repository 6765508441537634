import { createSubscriber } from 'svelte/reactivity';
import type { SealedObject, WorldApi } from '../../client/index.ts';
import type { Bytes, KeyArn, PrincipalArn } from '../../engine/index.ts';
import {
  envelopeDecrypt,
  envelopeEncrypt,
  factsIn,
  runOf,
  type Deed,
  type EncryptionContext,
  type FlowContext,
  type LearnerEvent,
  type Run,
  type SceneName,
  type Setting,
} from '../../flows/index.ts';
import { planEnvelope, words as said, type Plan, type Scene } from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { FlowActor } from './flowActor.svelte.ts';
import { Player, type Score } from './player.svelte.ts';
import { words } from './strings.ts';

export type Thing = keyof typeof words.things;
export type Tab = keyof typeof words.tabs;
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

/** What the stage asks of either flow. */
interface FlowSnapshot {
  readonly context: FlowContext;
  hasTag(tag: 'waiting' | 'working' | 'end'): boolean;
  matches(state: { readonly deeds: 'calling' }): boolean;
}
type Flow = FlowActor<typeof envelopeEncrypt> | FlowActor<typeof envelopeDecrypt>;

const pairsOf = (context: EncryptionContext): Pair[] =>
  Object.entries(context).map(([name, value]) => ({ name, value }));
const contextOf = (pairs: readonly Pair[]): EncryptionContext =>
  Object.fromEntries(pairs.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));

/** The stage: what is prepared, the flow that runs, and the player that shows it. */
export class StageState implements Score {
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
  #said = '';
  #flow = $state.raw<Flow | undefined>();
  readonly #subscribeObjects: () => void;

  constructor(lab: LabState) {
    this.lab = lab;
    this.#subscribeObjects = createSubscriber(() =>
      lab.world.subscribe((event) => {
        if (event.kind === 'objects') void this.readObjects();
      }),
    );
    void this.readObjects();
  }

  /** Keeps listening as long as an effect has called it. */
  listen(): void {
    this.#subscribeObjects();
  }
  async readObjects(): Promise<void> {
    try {
      this.objects = await this.lab.world.objects();
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
    if (!this.lab.principal) return false;
    if (this.scene === 'envelopeDecrypt') return this.object !== undefined;
    return this.key !== undefined && (this.source === 'text' || this.file !== undefined);
  }

  /** What a run started now would be set to. */
  get setting(): Setting {
    // Without a principal nothing can start; the picture before that names nobody.
    const principal = this.lab.principal ?? ('' as PrincipalArn);
    const { region } = this.lab;
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
    const keyArn = key?.rec.arn ?? ('' as KeyArn);
    const isFile = this.source === 'file' && this.file !== undefined;
    return {
      region,
      principal,
      keyId: key?.aliases[0] ?? keyArn,
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
  get #snapshot(): FlowSnapshot | undefined {
    // Both machines answer these questions alike; the union of their snapshot types is too wide to ask.
    return this.#flow?.snapshot as FlowSnapshot | undefined;
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
  get ended(): boolean {
    return this.#snapshot?.hasTag('end') ?? false;
  }
  get isWorking(): boolean {
    return this.#snapshot?.hasTag('working') ?? false;
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
    const context = this.#snapshot?.context;
    return context && 'body' in context && context.body instanceof Blob ? context.body : undefined;
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
    const { scene, setting, object } = this;
    const { world } = this.lab;
    if (scene === 'envelopeEncrypt') {
      this.#flow = new FlowActor(envelopeEncrypt, { input: { world, setting, body: this.body } });
      return;
    }
    if (!object) return;
    const wantedSha256 = digestsOf(world).get(object.id);
    this.#flow = new FlowActor(envelopeDecrypt, { input: { world, setting, object, wantedSha256 } });
  }
  #send(event: LearnerEvent): void {
    // Both machines take the events of a learner.
    (this.#flow?.actor as { send(event: LearnerEvent): void } | undefined)?.send(event);
  }

  /** Called when the newest record changed: remembers digests, says what came to an end. */
  noted(): void {
    const sealed = factsIn(this.run, 'encrypt');
    if (sealed) digestsOf(this.lab.world).set(sealed.object.id, sealed.sha256);
    this.#say(this.player.at);
  }

  /** Ends the run, data key wiped, and stands before the first beat again. */
  startOver(): void {
    this.#send({ type: 'LEAVE' });
    this.#flow?.actor.stop();
    this.#flow = undefined;
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
    this.#send({ type: 'RETRY' });
    this.player.show(this.run.beats.length - 1, true);
  }
  deed(deed: Deed): void {
    this.#send({ type: 'BREAK', deed });
  }
  /** Who may disable the key: an administrator of its account, else the root user. */
  get administrator(): PrincipalArn | undefined {
    const account = said.accountOf(this.run.setting.keyArn);
    const there = this.lab.principals.filter(({ rec }) => rec.account === account);
    return (there.find(({ rec }) => /admin/i.test(rec.name)) ?? there.find(({ rec }) => rec.kind === 'root'))
      ?.rec.arn;
  }
  close(): void {
    this.startOver();
    this.player.close();
  }
}
