/** Keeps values up to a number of bytes in all; what was used longest ago goes first, and what is larger than that is not kept. */
export class ByteBudgetCache<Value> {
  readonly #budget: number;
  #used = 0;
  /** The one used longest ago comes first. */
  readonly #kept = new Map<string, { readonly value: Value; readonly bytes: number }>();

  constructor(budget: number) {
    this.#budget = budget;
  }

  get(key: string): Value | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.value;
  }

  /** A value that is kept under this key already stays: keys stand for contents. */
  put(key: string, value: Value, bytes: number): void {
    if (bytes > this.#budget || this.#kept.has(key)) return;
    this.#kept.set(key, { value, bytes });
    this.#used += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#used <= this.#budget) break;
      this.#kept.delete(oldest);
      this.#used -= freed;
    }
  }
}
