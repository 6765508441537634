import type { LabApi } from '../../client/index.ts';

/** Long work of the lab, as a dialog shows it: how far it is, and a way to stop it. */
export class Work {
  readonly #api: LabApi;
  running = $state(false);
  /** Records and entries; a total of 0 is not known yet. */
  done = $state(0);
  total = $state(0);
  #job: string | undefined;

  constructor(api: LabApi) {
    this.#api = api;
  }

  /** @returns undefined when it was stopped */
  async run<T>(work: (job: string) => Promise<T>): Promise<T | undefined> {
    const job = crypto.randomUUID();
    const leave = this.#api.subscribe((event) => {
      if (event.kind !== 'progress' || event.job !== job) return;
      this.done = event.done;
      this.total = event.total;
    });
    this.#job = job;
    this.running = true;
    this.done = this.total = 0;
    try {
      return await work(job);
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'Cancelled') return undefined;
      throw thrown;
    } finally {
      leave();
      this.running = false;
      this.#job = undefined;
    }
  }

  stop(): void {
    if (this.#job !== undefined) void this.#api.cancel(this.#job).catch(() => undefined);
  }
}
