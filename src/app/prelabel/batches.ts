/** When a batch is sent: whichever comes first. */
export interface BatchLimits {
  readonly items?: number;
  /** Sum of the sizes that `add` was told. */
  readonly bytes?: number;
  /** Age of the oldest item, so that little is lost if the process is killed. */
  readonly ageMs?: number;
}

/** Collects items into batches that are sent one after the other. Who adds an item waits while a full batch is on its way. */
export class Batches<Item> {
  readonly #send: (items: readonly Item[]) => Promise<void>;
  readonly #limits: Required<BatchLimits>;
  #items: Item[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(send: (items: readonly Item[]) => Promise<void>, limits: BatchLimits = {}) {
    this.#send = send;
    this.#limits = { items: 25, bytes: 2_000_000, ageMs: 2_000, ...limits };
  }

  /** Resolves when there is room for more; rejects if a batch could not be sent. */
  async add(item: Item, bytes: number): Promise<void> {
    this.#items.push(item);
    this.#bytes += bytes;
    const { items, bytes: mostBytes, ageMs } = this.#limits;
    if (this.#items.length >= items || this.#bytes >= mostBytes) await this.flush();
    // A failed batch stays a rejected promise, which the next `add` or `flush` reports.
    else this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), ageMs);
  }

  /** Sends what there is and waits until all of it has arrived. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    if (items.length > 0) this.#sending = this.#sending.then(() => this.#send(items));
    await this.#sending;
  }
}
