import { SamIAmError } from '../core/errors.js';

/** Lets a limited number of jobs run at the same time, the others in the order in which they came. */
export class Turns {
  readonly #limit: number;
  /** In the order in which they came; a set, so that one that is withdrawn leaves without a search. */
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Jobs that run or wait. */
  get size(): number {
    return this.#running + this.#waiting.size;
  }

  /** Runs a job when it is its turn; a job that ends hands its turn on. A withdrawn one is a `cancelled` error. */
  async run<Value>(job: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (signal?.aborted === true) throw cancelled();
    const leave = this.#enterAtOnce() ?? (await this.enter(signal));
    try {
      return await job();
    } finally {
      leave();
    }
  }

  /** Waits for a turn; whoever has it gives it on by calling what this resolves to. Withdrawn meanwhile: a `cancelled` error. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted === true) throw cancelled();
    const leave = this.#enterAtOnce();
    if (leave !== undefined) return leave;
    await this.#turn(signal);
    return () => this.#leave();
  }

  #enterAtOnce(): (() => void) | undefined {
    if (this.#running >= this.#limit) return undefined;
    this.#running++;
    return () => this.#leave();
  }

  /** A turn is handed on, so that nobody who comes in between takes it. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const withdraw = () => {
        this.#waiting.delete(start);
        reject(cancelled());
      };
      const start = () => {
        this.#waiting.delete(start);
        signal?.removeEventListener('abort', withdraw);
        resolve();
      };
      this.#waiting.add(start);
      signal?.addEventListener('abort', withdraw, { once: true });
    });
  }
}

/** One job at a time for each key; jobs of different keys do not wait for each other. */
export class TurnsByKey {
  readonly #turns = new Map<string, Turns>();

  async run<Value>(key: string, job: () => Promise<Value>): Promise<Value> {
    const turns = this.#turns.get(key) ?? new Turns(1);
    this.#turns.set(key, turns);
    try {
      return await turns.run(job);
    } finally {
      if (turns.size === 0) this.#turns.delete(key);
    }
  }
}

/** What a withdrawn job is told. */
export function cancelled(): SamIAmError {
  return new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again; nothing is left half done.' });
}
