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
  /** Where within a beat one can rest: the stages of a call, each as a part of the beat's motion. */
  stops(at: number): readonly number[];
  /** Somebody is to say first what this beat will bring: it is not shown before. */
  holds(at: number): boolean;
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
  /** The stage within the beat at which one rests; undefined while the beat runs or when it is over. */
  inside = $state<number | undefined>();
  /** Somebody wanted to go on, and is asked first what comes. */
  held = $state(false);
  #speed = $state<Speed>(readSpeed());
  #frame: number | undefined;
  #last = 0;
  /** Dragged to a place within a beat: it is shown as it is there, at any speed. */
  #sought = $state(false);
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
    if (this.at < 0) return 1;
    if (this.inside !== undefined) return this.#score.stops(this.at)[this.inside] ?? 1;
    if (this.#score.reduced || (this.speed === 'atOnce' && !this.#sought)) return 1;
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
    this.inside = undefined;
    this.held = false;
    this.#sought = false;
    this.time = fromStart || this.at < 0 ? 0 : this.#score.duration(this.at);
    if (this.at >= 0) this.#score.shown(this.at);
    this.#run();
  }
  step(): boolean {
    this.held = this.#score.holds(this.at + 1);
    if (this.held) return false;
    if (this.at + 1 >= this.#score.length && !(this.#score.waits && this.#score.advance())) return false;
    this.show(this.at + 1, true);
    return true;
  }
  back(): void {
    this.playing = false;
    if (this.at >= 0) this.show(this.at - 1, false);
  }
  /** The next stage inside the call, or into the next beat. */
  stageOn(): void {
    this.playing = false;
    const stops = this.at < 0 ? [] : this.#score.stops(this.at);
    if (this.inside === undefined) {
      if (!this.step() || this.#score.stops(this.at).length === 0) return;
      this.#rest(0);
    } else if (this.inside + 1 < stops.length) this.#rest(this.inside + 1);
    else this.#end();
  }
  stageBack(): void {
    this.playing = false;
    if (this.at < 0) return;
    const stops = this.#score.stops(this.at);
    if (this.inside === undefined && stops.length > 0) this.#rest(stops.length - 1);
    else if (this.inside !== undefined && this.inside > 0) this.#rest(this.inside - 1);
    else this.back();
  }
  /** Rests at one stage of the beat that is shown. */
  stageAt(index: number): void {
    this.playing = false;
    this.#rest(index);
  }
  #rest(index: number): void {
    this.inside = index;
    this.time = (this.#score.stops(this.at)[index] ?? 1) * this.#score.motion(this.at);
  }
  #end(): void {
    this.inside = undefined;
    this.time = this.#score.duration(this.at);
  }
  /** To a place on the rail: a beat that is there, and how far into it. */
  seek(at: number, part: number): void {
    this.playing = false;
    const to = Math.max(-1, Math.min(at, this.#score.length - 1));
    this.held = false;
    if (to !== this.at && to >= 0) this.#score.shown(to);
    this.at = to;
    this.inside = undefined;
    this.#sought = true;
    this.time = to < 0 ? 0 : Math.max(0, Math.min(1, part)) * this.#score.duration(to);
  }
  toggle(): void {
    if (!this.playing && !this.canPlay) return;
    this.playing = !this.playing;
    if (!this.playing) return;
    this.inside = undefined;
    this.#sought = false;
    if (this.at < 0 || this.time >= this.#score.duration(this.at)) this.step();
    this.#run();
  }
  reset(): void {
    this.playing = false;
    this.at = -1;
    this.time = 0;
    this.inside = undefined;
    this.held = false;
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
      if (this.inside !== undefined) return;
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
