import { SamIAmError } from '../core/errors.js';

/** Bounds of a {@link TaskQueue}. */
export interface TaskQueueLimits {
  /** Jobs that run at the same time. */
  readonly concurrency: number;
  /** Requests that may be inside at the same time; one request can bring many jobs. */
  readonly maxRequests: number;
}

interface WaitingJob {
  readonly start: () => void;
  readonly urgent: boolean;
}

/** Lets a bounded number of requests in and runs their jobs a few at a time, urgent ones (someone is waiting at the screen) first. */
export class TaskQueue {
  readonly #limits: TaskQueueLimits;
  readonly #waiting: WaitingJob[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;
  #requests = 0;
  #closing = false;

  constructor(limits: TaskQueueLimits) {
    this.#limits = limits;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  /** Runs one request; refuses it if too many are inside already or the server is going down. */
  async admit<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    if (this.#closing) {
      throw new SamIAmError('model.not_ready', 'the server is shutting down', { hint: 'Try again when it is back.' });
    }
    if (this.#requests >= this.#limits.maxRequests) {
      throw new SamIAmError('capacity.queue_full', `${this.#requests} prediction requests are waiting already`, {
        hint: 'Try again in a while, or raise MAX_QUEUE or CONCURRENCY.',
      });
    }
    this.#requests++;
    try {
      return await request();
    } finally {
      this.#requests--;
      if (this.#requests === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Runs a job when it is its turn; a job that ends hands its turn on. The job itself looks at its abort signal. */
  async run<Value>(job: () => Promise<Value>, urgent = false): Promise<Value> {
    if (this.#running >= this.#limits.concurrency) await this.#turn(urgent);
    else this.#running++;
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next.start();
    }
  }

  /** Lets no more requests in and waits until those inside have left. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #turn(urgent: boolean): Promise<void> {
    return new Promise((start) => {
      const before = urgent ? this.#waiting.findIndex((job) => !job.urgent) : -1;
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, { start, urgent });
    });
  }
}
