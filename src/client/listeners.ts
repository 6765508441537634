/** Those who are told of what happens. A listener's fault is its own: it must not look like a fault of who tells. */
export class Listeners<Event> {
  readonly #all = new Set<(event: Event) => void>();

  get size(): number {
    return this.#all.size;
  }

  /** Answers what ends it. The same function may listen twice. */
  add(listener: (event: Event) => void): () => void {
    const own = (event: Event) => listener(event);
    this.#all.add(own);
    return () => this.#all.delete(own);
  }

  tell(event: Event): void {
    for (const listener of this.#all) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
