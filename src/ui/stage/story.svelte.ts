import { createActor, waitFor } from 'xstate';
import type { CallRequest } from '../../client/index.ts';
import {
  keyLife,
  storyGenesis,
  storyMachine,
  wrapping,
  type Story,
  type StoryDeed,
  type StoryRun,
} from '../../flows/index.ts';
import {
  planKeyLife,
  planWrapping,
  storyMermaid,
  storyRecipe,
  words as said,
  type CallStage,
  type LifeScene,
  type Recipe,
  type StoryPlan,
  type TwinRow,
  type WrapScene,
} from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { FlowActor } from './flowActor.svelte.ts';
import { deedsOf, pairs, type Reading } from './moment.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Branch, Guess, Question, Telling } from './telling.ts';

type Flow = FlowActor<ReturnType<typeof storyMachine>>;
export type StoryAddress = 'wrapping' | 'key-life';
type Replay = readonly (readonly [number, StoryDeed])[];

/** Acts whose answer is worth guessing: the others do what they say. */
const guessable: Readonly<Record<string, string>> = {
  openOld: words.guessOld,
  openFlipped: words.guessFlipped,
  openWhole: words.guessWhole,
  useDisabled: words.guessUse,
  usePending: words.guessUse,
  useGone: words.guessUse,
};
const deedWords = (deed: StoryDeed): string => {
  if (deed.kind !== 'choose') return deed.kind === 'disableKey' ? words.disable : words.enable;
  const { flipAt, decryptContext, waitingDays } = deed.choices;
  if (flipAt !== undefined) return words.flipByte(flipAt);
  if (waitingDays !== undefined) return words.waitDays(waitingDays);
  return `${words.context}: ${said.contextSaid(decryptContext ?? {})}`;
};

/** A story on the stage: its flow in a seeded world of its own, and the player that shows it. */
export class StoryState implements Telling {
  readonly lab: LabState;
  readonly address: StoryAddress;
  readonly story: Story;
  readonly player: Player = new Player(this);
  predictFirst = $state(false);
  #answered = $state.raw<ReadonlyMap<number, string>>(new Map());
  #flow = $state.raw() as Flow;
  #fork = $state.raw<{ from: number; deed: StoryDeed; run: StoryRun | undefined } | undefined>();
  #said = '';

  constructor(lab: LabState, address: StoryAddress) {
    this.lab = lab;
    this.address = address;
    this.story = address === 'wrapping' ? wrapping : keyLife;
    this.#flow = this.#begin();
  }
  #begin(): Flow {
    return new FlowActor(storyMachine(this.story), {
      input: { open: () => this.lab.api.sandbox(storyGenesis) },
    });
  }

  get run(): StoryRun {
    return this.#flow.snapshot.context.run;
  }
  readonly wrap: StoryPlan<WrapScene> | undefined = $derived(
    this.run.story === 'wrapping' ? planWrapping(this.run) : undefined,
  );
  readonly life: StoryPlan<LifeScene> | undefined = $derived(
    this.run.story === 'keyLife' ? planKeyLife(this.run) : undefined,
  );
  get #plan(): StoryPlan<unknown> {
    const plan = this.wrap ?? this.life;
    if (!plan) throw new Error(`"plan" knows no story ${this.run.story}`);
    return plan;
  }
  get deeds(): readonly string[] {
    return this.#plan.deeds;
  }
  get title(): string {
    return this.#plan.title;
  }
  get beats(): StoryPlan<unknown>['beats'] {
    return this.#plan.beats;
  }
  get sentence(): string {
    return this.beats[this.player.at]?.sentence ?? this.#plan.opening.sentence;
  }
  get stages(): readonly CallStage[] {
    return this.beats[this.player.at]?.stages ?? [];
  }
  get spots(): readonly string[] {
    return this.beats[this.player.at]?.spots ?? [];
  }
  get twin(): readonly TwinRow[] {
    return this.beats.map(({ title, status, sentence, facts }, i) => ({
      n: i + 1,
      title,
      status,
      sentence,
      facts,
    }));
  }
  get mermaid(): string {
    return storyMermaid(this.run, this.#plan);
  }
  get call(): CallRequest | undefined {
    return this.run.records[this.player.at]?.request;
  }
  get recipe(): Recipe {
    return storyRecipe(this.story, this.run, this.choices);
  }
  get calls(): Telling['calls'] {
    return this.run.records.flatMap(({ request }, at) => (request ? [{ at, call: request }] : []));
  }
  get blob(): Uint8Array<ArrayBuffer> | undefined {
    return this.run.records[this.player.at]?.blobs['first'];
  }
  get choices() {
    return this.#flow.snapshot.context.memo?.choices ?? this.story.choices;
  }
  get isReady(): boolean {
    return this.run.opening !== undefined;
  }
  get isBreaking(): boolean {
    return this.#flow.snapshot.matches({ deeds: 'calling' });
  }

  // Score
  get length(): number {
    return this.run.records.length;
  }
  get waits(): boolean {
    return this.#flow.snapshot.hasTag('waiting');
  }
  get isWorking(): boolean {
    return this.#flow.snapshot.hasTag('working');
  }
  get reduced(): boolean {
    return this.lab.prefs.reducedMotion;
  }
  motion(at: number): number {
    return this.beats[at]?.motion ?? 0;
  }
  duration(at: number): number {
    return this.beats[at]?.duration ?? 0;
  }
  stops(at: number): readonly number[] {
    return (this.beats[at]?.stages ?? []).map(({ p }) => p);
  }
  advance(): boolean {
    const before = this.run.records.length;
    this.#flow.actor.send({ type: 'NEXT' });
    return this.run.records.length > before;
  }
  shown(at: number): void {
    const beat = this.beats[at];
    if (!beat || beat.status === 'working' || beat.sentence === this.#said) return;
    this.#said = beat.sentence;
    this.lab.say(beat.sentence);
  }
  /** Called when the newest record changed. */
  noted(): void {
    this.shown(this.player.at);
  }

  // predict first
  holds(at: number): boolean {
    const act = this.story.acts[at];
    return (
      this.predictFirst &&
      act !== undefined &&
      guessable[act.id] !== undefined &&
      at === this.length &&
      this.waits &&
      !this.#answered.has(at)
    );
  }
  get question(): Question | undefined {
    const at = this.player.at + 1;
    const id = this.story.acts[at]?.id ?? '';
    const prompt = guessable[id];
    if (!this.player.held || !this.holds(at) || prompt === undefined) return undefined;
    return {
      at,
      prompt,
      options: [
        { id: 'works', label: words.guesses.works },
        { id: 'refused', label: words.guesses.refused },
      ],
    };
  }
  guessed(option: string): void {
    this.#answered = new Map([...this.#answered, [this.player.at + 1, option]]);
    this.player.step();
  }
  get guess(): Guess | undefined {
    const said = this.#answered.get(this.player.at);
    const record = this.run.records[this.player.at];
    if (said === undefined || !record?.trace) return undefined;
    return {
      at: this.player.at,
      said: said === 'works' ? words.guesses.works : words.guesses.refused,
      right: said === (record.refusal ? 'refused' : 'works'),
    };
  }

  // fork
  get branch(): Branch | undefined {
    const fork = this.#fork;
    if (!fork) return undefined;
    const plan = fork.run && (this.wrap ? planWrapping(fork.run) : planKeyLife(fork.run));
    return {
      from: fork.from,
      label: deedWords(fork.deed),
      isWorking: fork.run === undefined,
      beats: plan?.beats ?? [],
    };
  }
  get forkRun(): StoryRun | undefined {
    return this.#fork?.run;
  }
  dropBranch(): void {
    this.#fork = undefined;
  }
  get #replay(): Replay {
    return this.run.deeds.map(({ deed, after }) => [after, deed]);
  }
  async whatIf(deed: StoryDeed): Promise<void> {
    const from = this.player.at + 1;
    this.#fork = { from, deed, run: undefined };
    const actor = createActor(storyMachine(this.story), {
      input: { open: () => this.lab.api.sandbox(storyGenesis) },
    }).start();
    try {
      const replay: Replay = [...this.#replay.filter(([after]) => after <= from), [from, deed]];
      const run = await playTo(actor, replay, this.story.acts.length);
      if (this.#fork?.deed === deed) this.#fork = { from, deed, run };
    } catch (thrown) {
      this.#fork = undefined;
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
    actor.send({ type: 'LEAVE' });
    actor.stop();
  }
  deed(deed: StoryDeed): void {
    this.#flow.actor.send({ type: 'BREAK', deed });
  }

  startOver(): void {
    this.#flow.actor.send({ type: 'LEAVE' });
    this.#flow.actor.stop();
    this.player.reset();
    this.#answered = new Map();
    this.#fork = undefined;
    this.#flow = this.#begin();
  }
  close(): void {
    this.#flow.actor.send({ type: 'LEAVE' });
    this.#flow.actor.stop();
    this.player.close();
  }

  get moment(): object | undefined {
    if (this.length === 0) return undefined;
    return {
      at: this.player.at,
      deeds: this.#replay.map(([after, deed]) =>
        deed.kind === 'choose' ? [after, 'choose', deed.choices] : [after, deed.kind],
      ),
    };
  }
  /** Plays a moment that came by a link. @throws MomentFault, and plays nothing, when it does not fit */
  async openMoment(moment: Reading): Promise<void> {
    const at = moment.member('at').whole(-1, this.story.acts.length - 1);
    const replay: Replay = deedsOf(moment.member('deeds'), (kind, what): StoryDeed => {
      const name = kind.oneOf(['disableKey', 'enableKey', 'choose']);
      if (name !== 'choose') return { kind: name };
      const flipAt = what.member('flipAt').maybe((of) => of.whole(0, 6143));
      const waitingDays = what.member('waitingDays').maybe((of) => of.whole(7, 30));
      const decryptContext = what.member('decryptContext').maybe(pairs);
      const encryptionContext = what.member('encryptionContext').maybe(pairs);
      const choices = {
        ...(flipAt !== undefined && { flipAt }),
        ...(waitingDays !== undefined && { waitingDays }),
        ...(decryptContext && { decryptContext }),
        ...(encryptionContext && { encryptionContext }),
      };
      return { kind: name, choices };
    });
    await playTo(this.#flow.actor, replay, at + 1);
    this.player.show(at, false);
  }
}

/** Plays a story on until so many acts are told, with what was done between them. */
async function playTo(actor: Flow['actor'], replay: Replay, until: number): Promise<StoryRun> {
  const rest = () =>
    waitFor(actor, (s) => (s.hasTag('waiting') || s.hasTag('end')) && !s.matches({ deeds: 'calling' }), {
      timeout: 60_000,
    });
  await rest();
  for (;;) {
    const { run } = actor.getSnapshot().context;
    const there = run.records.length;
    for (const [, deed] of replay.filter(([after]) => after === there)) {
      actor.send({ type: 'BREAK', deed });
      await rest();
    }
    if (there >= until || actor.getSnapshot().hasTag('end')) return actor.getSnapshot().context.run;
    actor.send({ type: 'NEXT' });
    await rest();
  }
}
