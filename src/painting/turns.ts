import { SamIAmError } from '../core/errors.js';

/** How a job waits for its turn. */
export interface TurnOptions {
  /** Someone is waiting at the screen: goes before all jobs that are not urgent. */
  readonly urgent?: boolean | undefined;
  /** Withdraws the job while it waits; once it runs, it looks at the signal itself. */
  readonly signal?: AbortSignal | undefined;
}

interface WaitingJob {
  readonly start: () => void;
  readonly urgent: boolean;
}

/** Lets a limited number of jobs run at the same time, the others in the order in which they came, urgent ones first. */
export class Turns {
  readonly #limit: number;
  readonly #waiting: WaitingJob[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Jobs that run or wait. */
  get size(): number {
    return this.#running + this.#waiting.length;
  }

  /** Runs a job when it is its turn; a job that ends hands its turn on. A withdrawn one is a `cancelled` error. */
  async run<Value>(job: () => Promise<Value>, { urgent = false, signal }: TurnOptions = {}): Promise<Value> {
    if (signal?.aborted === true) throw cancelled();
    if (this.#running >= this.#limit) await this.#turn(urgent, signal);
    else this.#running++;
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next.start();
    }
  }

  #turn(urgent: boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const withdraw = () => {
        this.#waiting.splice(this.#waiting.indexOf(job), 1);
        reject(cancelled());
      };
      const start = () => {
        signal?.removeEventListener('abort', withdraw);
        resolve();
      };
      const job: WaitingJob = { start, urgent };
      const before = urgent ? this.#waiting.findIndex((other) => !other.urgent) : -1;
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, job);
      signal?.addEventListener('abort', withdraw, { once: true });
    });
  }
}

/** One job at a time for each key; jobs of different keys do not wait for each other. */
export class TurnsByKey {
  readonly #turns = new Map<string, Turns>();

  async run<Value>(key: string, job: () => Promise<Value>, options: TurnOptions = {}): Promise<Value> {
    const turns = this.#turns.get(key) ?? new Turns(1);
    this.#turns.set(key, turns);
    try {
      return await turns.run(job, options);
    } finally {
      if (turns.size === 0) this.#turns.delete(key);
    }
  }
}

/** What a withdrawn job is told. */
export function cancelled(): SamIAmError {
  return new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again; nothing is left half done.' });
}
