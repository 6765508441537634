import type { CallRequest } from '../../client/index.ts';
import { handshake, handshakeGenesis, type HandshakeRun, type Mend } from '../../flows/index.ts';
import { planHandshake, type CallStage, type HandshakePlan, type TwinRow } from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { FlowActor } from './flowActor.svelte.ts';
import { wholeNumber } from './moment.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Telling } from './telling.ts';

type Flow = FlowActor<typeof handshake>;
const nothing: HandshakeRun = {
  doors: [],
  beats: [],
  mends: [],
  advice: [],
  attempts: 0,
  throughService: false,
  grant: false,
  fault: undefined,
};

/** What a link may say of a mend; anything else is left out. */
function mendOf(kind: unknown, value: unknown): Mend | undefined {
  if (kind === 'trust' || kind === 'iam' || kind === 'grant') return { kind, open: value === true };
  if (kind === 'proposal') return { kind, index: wholeNumber(value, 0, 20) ?? 0 };
  if (kind === 'keyPolicy') return { kind, open: value === 'viaService' ? value : value === true };
  return kind === 'through' ? { kind, service: value === true } : undefined;
}

/** Three doors between two accounts, in a world of their own: tried, mended, tried again. */
export class HandshakeState implements Telling {
  readonly lab: LabState;
  readonly address = 'handshake';
  readonly player: Player = new Player(this);
  predictFirst = $state(false);
  #answered = $state.raw<ReadonlyMap<number, string>>(new Map());
  #flow = $state.raw<Flow | undefined>();
  #said = '';

  constructor(lab: LabState) {
    this.lab = lab;
    void this.#begin();
  }
  async #begin(): Promise<void> {
    try {
      const world = await this.lab.api.sandbox(handshakeGenesis);
      this.#flow = new FlowActor(handshake, { input: { world } });
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  get run(): HandshakeRun {
    return this.#flow?.snapshot.context.run ?? nothing;
  }
  readonly plan: HandshakePlan = $derived(planHandshake(this.run));
  get title(): string {
    return this.plan.title;
  }
  get beats(): HandshakePlan['beats'] {
    return this.plan.beats;
  }
  get isReady(): boolean {
    return this.run.doors.length > 0;
  }
  get isMendable(): boolean {
    const snapshot = this.#flow?.snapshot;
    return snapshot?.can({ type: 'MEND', mend: { kind: 'trust', open: true } }) ?? false;
  }
  /** The attempt is over, whichever way: the next step begins a new one. */
  get isOver(): boolean {
    const snapshot = this.#flow?.snapshot;
    if (!snapshot) return false;
    // After a mend the flow is ready again; the beats of the last attempt are still shown.
    return (
      snapshot.matches('stopped') ||
      snapshot.matches('opened') ||
      (snapshot.matches('ready') && this.length > 0)
    );
  }
  get sentence(): string {
    if (!this.isReady) return words.storyMaking;
    return this.beats[this.player.at]?.sentence ?? this.plan.opening;
  }
  get stages(): readonly CallStage[] {
    return this.beats[this.player.at]?.stages ?? [];
  }
  get twin(): readonly TwinRow[] {
    const doors = this.plan.doors.map(({ title, said: state }) => `${title}: ${state}`);
    return this.beats.map(({ title, status, sentence, facts }, i) => ({
      n: i + 1,
      title,
      status,
      sentence,
      facts: [...facts, ...doors],
    }));
  }
  get mermaid(): string {
    const plain = (text: string) => text.replaceAll(/[;#\n]/g, ' ');
    const lines = this.run.beats.flatMap(({ request, refusal }, i) => [
      `  Caller->>${request.service === 'sts' ? 'STS' : 'KMS'}: ${request.operation}`,
      `  ${request.service === 'sts' ? 'STS' : 'KMS'}${refusal ? '--x' : '-->>'}Caller: ${refusal?.refused ?? 'done'}`,
      `  Note over Caller: ${plain(this.beats[i]?.sentence ?? '')}`,
    ]);
    return [
      'sequenceDiagram',
      '  participant Caller',
      '  participant STS',
      '  participant KMS',
      ...lines,
    ].join('\n');
  }
  get call(): CallRequest | undefined {
    return this.run.beats[this.player.at]?.request;
  }
  get calls(): Telling['calls'] {
    return this.run.beats.map(({ request }, at) => ({ at, call: request }));
  }

  holds(at: number): boolean {
    return (
      this.predictFirst &&
      at === this.length &&
      at < this.beats.length &&
      this.waits &&
      !this.#answered.has(at)
    );
  }
  get question() {
    const at = this.player.at + 1;
    if (!this.player.held || !this.holds(at)) return undefined;
    return {
      at,
      prompt: words.whatWillKmsSay(at === 0 ? 'AssumeRole' : 'Decrypt'),
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
  get guess() {
    const option = this.#answered.get(this.player.at);
    const record = this.run.beats[this.player.at];
    if (option === undefined || !record?.trace) return undefined;
    return {
      at: this.player.at,
      said: option === 'works' ? words.guesses.works : words.guesses.refused,
      right: option === (record.refusal ? 'refused' : 'works'),
    };
  }
  readonly branch = undefined;
  dropBranch(): void {
    // Here a door is mended in the run itself, and shut again: there is no second run to drop.
  }

  // Score
  get length(): number {
    return this.run.beats.length;
  }
  get waits(): boolean {
    return !this.isOver && (this.#flow?.snapshot.hasTag('waiting') ?? false);
  }
  get isWorking(): boolean {
    return this.#flow?.snapshot.hasTag('working') ?? true;
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
    const before = this.run.beats.length;
    this.#flow?.actor.send({ type: 'NEXT' });
    return this.run.beats.length > before;
  }
  shown(at: number): void {
    const beat = this.beats[at];
    if (!beat || beat.status === 'working' || beat.sentence === this.#said) return;
    this.#said = beat.sentence;
    this.lab.say(beat.sentence);
  }
  noted(): void {
    this.shown(this.player.at);
  }

  mend(mend: Mend): void {
    this.#flow?.actor.send({ type: 'MEND', mend });
  }
  /** The same attempt once more, from the first door. */
  again(): void {
    if (!this.isOver) return;
    this.#answered = new Map();
    this.#said = '';
    this.#flow?.actor.send({ type: 'NEXT' });
    this.player.show(0, true);
  }
  /** The refusal that is shown, with AWS's own sentence. */
  get refusal() {
    return this.run.beats[this.player.at]?.refusal;
  }
  /** The smallest changes, as the library finds them: those of the refusal that is shown. */
  get advice(): HandshakePlan['advice'] {
    return this.refusal ? this.plan.advice : [];
  }
  close(): void {
    this.#flow?.actor.send({ type: 'LEAVE' });
    this.#flow?.actor.stop();
    this.player.close();
  }

  get moment(): object | undefined {
    if (!this.isReady) return undefined;
    return {
      at: this.player.at,
      mends: this.run.mends.map(({ mend }) => [
        mend.kind,
        mend.kind === 'through' ? mend.service : mend.kind === 'proposal' ? mend.index : mend.open,
      ]),
    };
  }
  /** The doors as the link has them, and one attempt as far as it says. */
  async openMoment(moment: Readonly<Record<string, unknown>>): Promise<void> {
    const at = wholeNumber(moment['at'], -1, 1) ?? -1;
    const mends = Array.isArray(moment['mends']) ? (moment['mends'] as unknown[]).slice(0, 40) : [];
    const rest = async (): Promise<void> => {
      while (!this.#flow?.actor.getSnapshot().hasTag('waiting')) {
        if (this.#flow?.actor.getSnapshot().hasTag('end')) return;
        await new Promise((done) => setTimeout(done, 10));
      }
    };
    await rest();
    for (const item of mends) {
      const [kind, value] = Array.isArray(item) ? (item as unknown[]) : [];
      const mend = mendOf(kind, value);
      if (!mend) continue;
      this.mend(mend);
      await rest();
    }
    for (let beat = 0; beat <= at && !this.isOver; beat += 1) {
      this.#flow?.actor.send({ type: 'NEXT' });
      await rest();
    }
    this.player.show(Math.min(at, this.length - 1), false);
  }
}
