import {
  callsMermaid,
  words as say,
  type CallsBeat,
  type CallsPlan,
  type CallsScene,
  type CallStage,
  type RailBeat,
  type TwinRow,
} from '../../visuals/index.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Guess, Question, StageLab, Telling } from './telling.ts';

/** What a link to a beat of a run holds, beside the beat: which run it is. Absent where no link can make it again. */
export type RunPlace =
  | { readonly item: string; readonly seed: number; readonly option: string }
  | { readonly made: number; readonly option: string };

/** A run that has happened, on the stage: its plan is whole, and the player walks through it. */
export class CallsState implements Telling {
  readonly lab: StageLab;
  readonly plan: CallsPlan;
  readonly address = 'run' as const;
  readonly player: Player = new Player(this);
  readonly place: RunPlace | undefined;
  #predicts = $state(false);
  /** How many beats have been shown: with a prediction asked for, the rest is yet to come. */
  #seen = $state(0);
  #answered = $state.raw<ReadonlyMap<number, string>>(new Map());
  #said = '';

  constructor(lab: StageLab, plan: CallsPlan, place: RunPlace | undefined) {
    this.lab = lab;
    this.plan = plan;
    this.place = place;
  }

  get predictFirst(): boolean {
    return this.#predicts;
  }
  set predictFirst(on: boolean) {
    this.#predicts = on;
    this.#seen = this.player.at + 1;
  }
  get title(): string {
    return this.plan.title;
  }
  get beats(): readonly RailBeat[] {
    return this.plan.beats.map((beat, at): RailBeat =>
      at < this.length ? beat : { ...beat, status: 'next', sentence: '' },
    );
  }
  /** The beat that is shown. */
  get beat(): CallsBeat | undefined {
    return this.plan.beats[this.player.at];
  }
  sceneAt(at: number): CallsScene {
    return this.plan.beats[at]?.scene ?? this.plan.opening.scene;
  }
  get isOver(): boolean {
    return this.player.at === this.plan.beats.length - 1 && this.player.inside === undefined;
  }
  get sentence(): string {
    return this.beat?.sentence ?? this.plan.opening.sentence;
  }
  get stages(): readonly CallStage[] {
    return this.beat?.stages ?? [];
  }
  get spots(): readonly string[] {
    return this.beat?.spots ?? [];
  }
  get twin(): readonly TwinRow[] {
    return this.beats.map(({ title, status, sentence }, at) => ({
      n: at + 1,
      title,
      status,
      sentence,
      facts: at < this.length ? (this.plan.beats[at]?.facts ?? []) : [],
    }));
  }
  get mermaid(): string {
    return callsMermaid({ beats: this.plan.beats.slice(0, this.length) });
  }
  // A run keeps traces, and those hold no bytes: there are no calls to write down again.
  readonly call = undefined;
  readonly calls = [];
  readonly branch = undefined;
  dropBranch(): void {
    // A run that has happened is never forked.
  }

  // Score
  get length(): number {
    return this.#predicts ? this.#seen : this.plan.beats.length;
  }
  get waits(): boolean {
    return this.length < this.plan.beats.length;
  }
  readonly isWorking = false;
  get reduced(): boolean {
    return this.lab.prefs.reducedMotion;
  }
  motion(at: number): number {
    return this.plan.beats[at]?.motion ?? 0;
  }
  duration(at: number): number {
    return this.plan.beats[at]?.duration ?? 0;
  }
  stops(at: number): readonly number[] {
    return (this.plan.beats[at]?.stages ?? []).map(({ p }) => p);
  }
  advance(): boolean {
    if (!this.waits) return false;
    this.#seen += 1;
    return true;
  }
  shown(at: number): void {
    this.#seen = Math.max(this.#seen, at + 1);
    const sentence = this.plan.beats[at]?.sentence;
    if (sentence === undefined || sentence === this.#said) return;
    this.#said = sentence;
    const end = at === this.plan.beats.length - 1 ? this.plan.outcome?.sentence : undefined;
    this.lab.say(end === undefined ? sentence : `${sentence} ${end}`);
  }

  // predict first: of calls alone, what is done without one does what it says
  holds(at: number): boolean {
    const beat = this.plan.beats[at];
    return this.#predicts && beat?.step.kind === 'call' && at === this.length && !this.#answered.has(at);
  }
  get question(): Question | undefined {
    const at = this.player.at + 1;
    const leg = this.plan.beats[at]?.scene.legs[0];
    if (!this.player.held || !this.holds(at) || !leg) return undefined;
    return {
      at,
      prompt: words.whatWillSay(say.serviceSaid(leg.service), leg.operation),
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
    const leg = this.beat?.scene.legs[0];
    if (said === undefined || !leg) return undefined;
    return {
      at: this.player.at,
      said: said === 'works' ? words.guesses.works : words.guesses.refused,
      right: said === (leg.refusal ? 'refused' : 'works'),
    };
  }

  get moment(): object | undefined {
    return this.place && { at: this.player.at, ...this.place };
  }
  close(): void {
    this.player.close();
  }
}
