import { waitFor } from 'xstate';
import type { CallRequest } from '../../client/index.ts';
import { handshake, handshakeGenesis, type HandshakeRun, type Mend } from '../../flows/index.ts';
import { planHandshake, type CallStage, type HandshakePlan, type TwinRow } from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { FlowActor } from './flowActor.svelte.ts';
import type { Reading } from './moment.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Branch, Telling } from './telling.ts';

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

/** A mend, and how many attempts had been made before it. */
type Replay = readonly (readonly [number, Mend])[];

/** What a link says of a mend: its kind, its value, the attempts before it. */
function mendOf(item: Reading): readonly [number, Mend] {
  const parts = item.list(3);
  const part = (i: number) => parts[i] ?? item.at(i, undefined);
  const [name, value] = [part(0), part(1)];
  const after = part(2).maybe((of) => of.whole(0, 40)) ?? 0;
  const kind = name.oneOf(['trust', 'iam', 'keyPolicy', 'grant', 'proposal', 'through']);
  switch (kind) {
    case 'trust':
    case 'iam':
    case 'grant':
      return [after, { kind, open: value.flag() }];
    case 'keyPolicy':
      return [after, { kind, open: value.value === 'viaService' ? 'viaService' : value.flag() }];
    case 'proposal':
      return [after, { kind, index: value.whole(0, 20) }];
    case 'through':
      return [after, { kind, service: value.flag() }];
  }
}
const valueOf = (mend: Mend): unknown =>
  mend.kind === 'through' ? mend.service : mend.kind === 'proposal' ? mend.index : mend.open;

/** Plays attempts and what was mended between them, then the last attempt as far as it is wanted. */
async function replayed(
  actor: Flow['actor'],
  replay: Replay,
  { attempts, beats }: { readonly attempts: number; readonly beats: number },
): Promise<HandshakeRun> {
  const rest = () => waitFor(actor, (s) => !s.hasTag('working'), { timeout: 60_000 });
  const run = () => actor.getSnapshot().context.run;
  const attempt = async (most: number): Promise<void> => {
    for (let beat = 0; beat < most; beat += 1) {
      if (beat > 0 && !actor.getSnapshot().matches('assumed')) return;
      actor.send({ type: 'NEXT' });
      await rest();
    }
  };
  await rest();
  for (const [after, mend] of replay) {
    while (run().attempts < after && !actor.getSnapshot().hasTag('end')) await attempt(2);
    actor.send({ type: 'MEND', mend });
    await rest();
  }
  while (run().attempts < attempts - 1 && !actor.getSnapshot().hasTag('end')) await attempt(2);
  if (run().attempts < attempts) await attempt(beats);
  return run();
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
  #fork = $state.raw<{ mend: Mend; run: HandshakeRun | undefined } | undefined>();
  get branch(): Branch | undefined {
    const fork = this.#fork;
    if (!fork) return undefined;
    const plan = fork.run && planHandshake(fork.run);
    return {
      from: 0,
      label: plan?.mends.at(-1) ?? words.mendWords[fork.mend.kind],
      isWorking: fork.run === undefined,
      beats: plan?.beats ?? [],
    };
  }
  /** The fork's doors, for the picture beside. */
  get branchPlan(): HandshakePlan | undefined {
    return this.#fork?.run && planHandshake(this.#fork.run);
  }
  dropBranch(): void {
    this.#fork = undefined;
  }
  /** Everything once more in a world of its own, with one door different, and another attempt. */
  async whatIf(mend: Mend): Promise<void> {
    this.#fork = { mend, run: undefined };
    try {
      const world = await this.lab.api.sandbox(handshakeGenesis);
      const flow = new FlowActor(handshake, { input: { world } });
      const { attempts } = this.run;
      const replay: Replay = [...this.#replay, [attempts, mend]];
      const run = await replayed(flow.actor, replay, { attempts: attempts + 1, beats: 2 });
      flow.actor.send({ type: 'LEAVE' });
      flow.actor.stop();
      await world.close();
      if (this.#fork?.mend === mend) this.#fork = { mend, run };
    } catch (thrown) {
      this.#fork = undefined;
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  get #replay(): Replay {
    return this.run.mends.map(({ mend, after }) => [after, mend]);
  }
  get spots(): readonly string[] {
    const stop = this.plan.doors.find(({ stops }) => stops)?.name;
    if (this.player.at < 0) return [];
    return stop ? [stop] : this.player.at === 0 ? ['trust', 'caller'] : ['iam', 'keyPolicy', 'vault'];
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
    const { mends, attempts } = this.run;
    return {
      at: this.player.at,
      attempts,
      mends: mends.map(({ mend, after }) => [mend.kind, valueOf(mend), after]),
    };
  }
  /** The attempts and doors as the link has them. @throws MomentFault, and plays nothing, when it does not fit */
  async openMoment(moment: Reading): Promise<void> {
    const at = moment.member('at').whole(-1, 1);
    const replay = moment.member('mends').list(40).map(mendOf);
    const attempts = moment.member('attempts').maybe((of) => of.whole(0, 40)) ?? (at < 0 ? 0 : 1);
    while (!this.#flow && !this.lab.fault) await new Promise((done) => setTimeout(done, 10));
    if (!this.#flow) return;
    await replayed(this.#flow.actor, replay, { attempts, beats: at + 1 });
    this.player.show(Math.min(at, this.length - 1), false);
  }
}
