import { tick } from 'svelte';

/**
 * The stage in the place of a page: the page waits behind it, hidden and as it was, with its scroll and its focus. The way
 * back of the browser, or of a phone, leads back to the page and not out of it.
 */
export class Aside<What> {
  /** What is on the stage. */
  what = $state.raw<What | undefined>();
  readonly #scroll: () => HTMLElement | undefined;
  #opener: HTMLElement | undefined;
  #place = 0;
  /** Of the entry in the browser's history that stands for the stage; of this opening alone, as entries outlive a page. */
  #mark = '';

  /** @param scroll what of the page scrolls */
  constructor(scroll: () => HTMLElement | undefined) {
    this.#scroll = scroll;
  }

  open(what: What): void {
    this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.#place = this.#scroll()?.scrollTop ?? 0;
    this.what = what;
    this.#mark = `kms-lab.stage ${crypto.randomUUID()}`;
    history.pushState(this.#mark, '');
  }
  readonly leave = (): void => {
    if (history.state === this.#mark) history.back();
    else void this.#comeBack();
  };
  /** To be told of every `popstate`. */
  readonly popped = ({ state }: PopStateEvent): void => {
    if (this.what !== undefined && state !== this.#mark) void this.#comeBack();
  };
  async #comeBack(): Promise<void> {
    this.what = undefined;
    await tick();
    this.#scroll()?.scrollTo({ top: this.#place });
    this.#opener?.focus({ preventScroll: true });
  }
}
