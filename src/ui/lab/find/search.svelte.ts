import type { FindAnswer, FindHit, FindKind } from '../../../client/index.ts';
import type { KeyArn } from '../../../engine/index.ts';
import type { LabState } from '../../state/lab.svelte.ts';
import { addressOf } from '../places.ts';

/** A search over the open world that follows what is typed, and goes on while the index is being made. */
export class Search {
  readonly lab: LabState;
  readonly #n: number;
  answer = $state.raw<FindAnswer | undefined>();
  /** From asking to the answer, in milliseconds of the page's clock. */
  ms = $state(0);
  #asked = 0;

  /** `n`: hits of each kind. */
  constructor(lab: LabState, n: number) {
    this.lab = lab;
    this.#n = n;
  }

  /** Nothing is asked for an empty query. The newest query wins, whenever its answer comes. */
  async ask(query: string, kinds?: readonly FindKind[]): Promise<void> {
    const asked = (this.#asked += 1);
    if (query.trim() === '') {
      this.answer = undefined;
      return;
    }
    try {
      // The first answer comes soon with what is known by then; after that the index has more time than the looking.
      for (let waitMs = 40; ; waitMs = 600) {
        const begun = performance.now();
        const answer = await this.lab.world.find(query, { n: this.#n, kinds, waitMs });
        if (asked !== this.#asked) return;
        this.answer = answer;
        this.ms = Math.round(performance.now() - begun);
        if (answer.complete) return;
      }
    } catch (thrown) {
      if (asked === this.#asked) this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  stop(): void {
    this.#asked += 1;
  }
}

/** Opens what was found, where it is shown. */
export async function openHit(lab: LabState, hit: FindHit): Promise<void> {
  if (hit.kind === 'event') {
    const [line] = await lab.world.trail({ before: (hit.seq ?? 0) + 1, n: 1 });
    location.hash = addressOf('keys');
    if (line) await lab.showLine(line);
    lab.wish = 'trace';
    return;
  }
  if (hit.kind === 'principal') {
    location.hash = addressOf('principals', hit.id);
    return;
  }
  if (hit.key) goToKey(lab, hit.key);
}

/** A key of another account or Region is shown where it is: the Region follows, the caller stays. */
function goToKey(lab: LabState, key: KeyArn): void {
  const region = lab.accounts.length > 0 ? key.split(':')[3] : undefined;
  if (region !== undefined && region !== lab.region) lab.region = region as typeof lab.region; // of an ARN
  lab.selectKey(key);
  location.hash = addressOf('keys');
}
