import type { LabApi } from '../client/index.ts';
import { startWorld, tryGoals, walk, type GoalRun } from './runner.ts';
import type { StartedWorld, StepRun } from './runs.ts';
import type { LabScenario, Step } from './scenario.ts';

export type LabMove = Extract<Step, { do: 'call' | 'advance' | 'wrapMaterial' }>;
/** `broken`: it was met before the last move. */
export type LabGoalNow = Omit<GoalRun, 'state'> & { readonly state: GoalRun['state'] | 'broken' };

const compare = (now: readonly GoalRun[], before: readonly LabGoalNow[]): readonly LabGoalNow[] =>
  now.map((goal) => {
    const was = before.find(({ id }) => id === goal.id)?.state;
    const broken = goal.state === 'notMet' && was === 'met';
    return broken ? { ...goal, state: 'broken' } : goal;
  });

/**
 * A lab being worked on: its world is the fold of the moves so far. To take back a move is to fold the others again, and
 * to come back tomorrow is the same; with the scenario's seed the world is the same to the byte.
 */
export class LabSession {
  #started: StartedWorld | undefined;
  moves: readonly LabMove[] = [];
  /** What each move did. */
  runs: readonly StepRun[] = [];
  goals: readonly LabGoalNow[] = [];
  /** Values that a call may use: `${keyArn}`. */
  names: ReadonlyMap<string, unknown> = new Map();

  private constructor(
    private readonly lab: LabApi,
    readonly scenario: LabScenario,
  ) {}

  static async open(lab: LabApi, scenario: LabScenario, moves: readonly LabMove[] = []): Promise<LabSession> {
    const session = new LabSession(lab, scenario);
    await session.#fold(moves);
    return session;
  }

  get solved(): boolean {
    return this.goals.length > 0 && this.goals.every(({ state }) => state === 'met');
  }

  async #fold(moves: readonly LabMove[]): Promise<void> {
    await this.close();
    const started = await startWorld(this.lab, this.scenario);
    this.#started = started;
    this.names = started.variables;
    this.moves = [];
    this.runs = [];
    this.goals = [];
    for (const move of moves) await this.#apply(move);
    this.goals = compare(await tryGoals(this.scenario, started), this.goals);
  }

  async #apply(move: LabMove): Promise<void> {
    const started = this.#started;
    if (!started) throw new TypeError('the lab is closed');
    const n = this.moves.length + 1;
    const saving = move.do === 'call' ? { ...move, saveIfGiven: { ...saved(n), ...move.saveIfGiven } } : move;
    const done = await walk(this.scenario, { world: started.world, variables: this.names }, [saving]);
    this.names = done.variables;
    this.moves = [...this.moves, move];
    this.runs = [...this.runs, ...done.steps];
  }

  /** Makes a move and looks at every goal again. */
  async move(move: LabMove): Promise<void> {
    const before = this.goals;
    await this.#apply(move);
    if (this.#started) this.goals = compare(await tryGoals(this.scenario, this.#started), before);
  }

  undo(): Promise<void> {
    return this.#fold(this.moves.slice(0, -1));
  }
  reset(): Promise<void> {
    return this.#fold([]);
  }

  async close(): Promise<void> {
    await this.#started?.world.close();
    this.#started = undefined;
  }
}

/** Of every answer the members that a later call is likely to need, by the number of the call. */
const saved = (n: number): Readonly<Record<string, string>> => ({
  [`keyArn${n}`]: 'KeyMetadata.Arn',
  [`keyId${n}`]: 'KeyMetadata.KeyId',
  [`ciphertext${n}`]: 'CiphertextBlob',
  [`grantId${n}`]: 'GrantId',
  [`firstGrantId${n}`]: 'Grants.0.GrantId',
  [`grantToken${n}`]: 'GrantToken',
  [`publicKey${n}`]: 'PublicKey',
  [`importToken${n}`]: 'ImportToken',
  [`mac${n}`]: 'Mac',
  [`signature${n}`]: 'Signature',
});
