import type { KeyDetail, LabApi, PrincipalCard } from '../client/index.ts';
import { CannotCheck } from './actor.ts';
import { evidenceIn, type Shown } from './evidence.ts';
import { keyArnsOf } from './flips.ts';
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
  /** Our own way still leads to the goals from here: tried on a copy. False says nothing against the learner's. */
  reachable = true;
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
    await this.#look(started, this.goals);
  }

  async #look(started: StartedWorld, before: readonly LabGoalNow[]): Promise<void> {
    this.goals = compare(await tryGoals(this.scenario, started), before);
    this.reachable = this.solved || this.moves.length === 0 || (await this.#leadsOn(started));
  }

  /** Whatever our way stumbles over here, of the learner's it says nothing. */
  async #leadsOn(started: StartedWorld): Promise<boolean> {
    const world = await started.world.fork();
    try {
      const { variables } = await walk(
        this.scenario,
        { world, variables: this.names },
        this.scenario.solution,
      );
      const goals = await tryGoals(this.scenario, { world, variables });
      return goals.every(({ state }) => state !== 'notMet');
    } catch (error) {
      if (error instanceof CannotCheck) return true;
      throw error;
    } finally {
      await world.close();
    }
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
    if (this.#started) await this.#look(this.#started, before);
  }

  /** What the newest call answered with, of what a later call is likely to need: by member. */
  get answered(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(saved(this.moves.length)).flatMap(([name, path]) =>
        this.names.has(name) ? [[path.split('.').at(-1) ?? path, this.names.get(name)]] : [],
      ),
    );
  }
  /** What the setup saved, by operation and member; wrapped material by its own name. */
  get given(): readonly { readonly operation: string; readonly output: Readonly<Record<string, unknown>> }[] {
    return this.scenario.setup.flatMap((step) =>
      step.do === 'wrapMaterial'
        ? [{ operation: step.save, output: { EncryptedKeyMaterial: this.names.get(step.save) } }]
        : step.do === 'call'
          ? [
              {
                operation: step.operation,
                output: Object.fromEntries(
                  Object.entries(step.save ?? {}).map(([name, path]) => [
                    path.split('.').at(-1) ?? path,
                    this.names.get(name),
                  ]),
                ),
              },
            ]
          : [],
    );
  }
  /** The keys whose names are known, as their records are; no call. The newest last. */
  async keys(): Promise<readonly KeyDetail[]> {
    const found = await Promise.all(keyArnsOf(this.names).map((arn) => this.#started?.world.key(arn)));
    return found.filter((each) => each !== undefined);
  }
  /** What the lab shows of its world, as it is now. */
  async evidence(): Promise<readonly Shown[]> {
    return this.#started
      ? evidenceIn({ world: this.#started.world, variables: this.names }, this.scenario.evidence ?? [])
      : [];
  }
  async principals(): Promise<readonly PrincipalCard[]> {
    return (await this.#started?.world.principals()) ?? [];
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

/**
 * The input of a form as a move keeps it: bytes and points in time as forms of values.ts, and what is the value of a known
 * name by that name, so that the move can be made again in the same world born anew.
 */
export function asMoveInput(value: unknown, names: ReadonlyMap<string, unknown>): unknown {
  const known = [...names].find(([, each]) => isSame(each, value));
  if (known) return `\${${known[0]}}`;
  if (value instanceof Uint8Array) return { $base64: btoa(String.fromCharCode(...value)) };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map((each: unknown) => asMoveInput(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asMoveInput(each, names)]));
}
const isSame = (a: unknown, b: unknown): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array
    ? a.length > 0 && a.length === b.length && a.every((each, i) => each === b[i])
    : typeof b === 'string' && b.length > 8 && a === b;

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
