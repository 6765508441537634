/** What a player plays: beats that are there, and a way to ask for the next one. */
export interface Score {
  readonly length: number;
  motion(at: number): number;
  duration(at: number): number;
  /** The flow waits for somebody to go on. */
  readonly waits: boolean;
  /** The flow is at work on a beat: the next one will come. */
  readonly isWorking: boolean;
  readonly reduced: boolean;
  /** Takes the flow one beat on; true when a new beat is there. */
  advance(): boolean;
  /** A beat begins to be shown. */
  shown(at: number): void;
}

export const speeds = ['0.25', '0.5', '1', '2', '4', 'atOnce'] as const;
export type Speed = (typeof speeds)[number];

const speedName = 'kms-lab.stageSpeed';
function readSpeed(): Speed {
  try {
    return speeds.find((speed) => speed === localStorage.getItem(speedName)) ?? '1';
  } catch {
    return '1';
  }
}

/** Where in a plan one looks, and how time passes there. Nothing moves that was not started. */
export class Player {
  /** The beat that is shown; -1 is the moment before the first. */
  at = $state(-1);
  /** Milliseconds into the beat, at 1×. */
  time = $state(0);
  playing = $state(false);
  #speed = $state<Speed>(readSpeed());
  #frame: number | undefined;
  #last = 0;
  readonly #score: Score;

  constructor(score: Score) {
    this.#score = score;
  }

  get speed(): Speed {
    return this.#speed;
  }
  set speed(speed: Speed) {
    this.#speed = speed;
    try {
      localStorage.setItem(speedName, speed);
    } catch {
      // Not kept: holds until the page is closed.
    }
  }
  /** 0 to 1: how much of the beat's motion is over. */
  get progress(): number {
    if (this.at < 0 || this.#score.reduced || this.speed === 'atOnce') return 1;
    return Math.min(1, this.time / this.#score.motion(this.at));
  }
  /** There is something left to see, or to wait for. */
  get canPlay(): boolean {
    return this.canStep || this.#score.isWorking;
  }
  get canStep(): boolean {
    return this.at + 1 < this.#score.length || this.#score.waits;
  }

  /** Shows a beat that is there. From its start when one comes to it forwards, else as it ended. */
  show(at: number, fromStart: boolean): void {
    this.at = Math.max(-1, Math.min(at, this.#score.length - 1));
    this.time = fromStart || this.at < 0 ? 0 : this.#score.duration(this.at);
    if (this.at >= 0) this.#score.shown(this.at);
    this.#run();
  }
  step(): boolean {
    if (this.at + 1 >= this.#score.length && !(this.#score.waits && this.#score.advance())) return false;
    this.show(this.at + 1, true);
    return true;
  }
  back(): void {
    this.playing = false;
    if (this.at >= 0) this.show(this.at - 1, false);
  }
  toggle(): void {
    if (!this.playing && !this.canPlay) return;
    this.playing = !this.playing;
    if (!this.playing) return;
    if (this.at < 0 || this.time >= this.#score.duration(this.at)) this.step();
    this.#run();
  }
  reset(): void {
    this.playing = false;
    this.at = -1;
    this.time = 0;
  }
  close(): void {
    this.playing = false;
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  #run(): void {
    if (this.#frame !== undefined) return;
    this.#last = performance.now();
    const tick = (now: number): void => {
      this.#frame = undefined;
      const passed = Math.min(100, now - this.#last);
      this.#last = now;
      const factor = this.speed === 'atOnce' ? Number.POSITIVE_INFINITY : Number(this.speed);
      const end = this.at < 0 ? 0 : this.#score.duration(this.at);
      this.time = Math.min(end, factor === Number.POSITIVE_INFINITY ? end : this.time + passed * factor);
      // While the flow works there is something to wait for.
      if (this.playing && this.time >= end && !this.step() && !this.canPlay) this.playing = false;
      const moves = this.at >= 0 && this.time < this.#score.motion(this.at);
      if (this.playing || moves) this.#frame = requestAnimationFrame(tick);
    };
    this.#frame = requestAnimationFrame(tick);
  }
}
