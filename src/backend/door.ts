import { SamIAmError } from '../core/errors.js';

/** Bounds of a {@link Door}. */
export interface DoorLimits {
  /** Requests that may be inside at the same time; one request can bring many tasks. */
  readonly maxRequests: number;
  /** How long a request may be held at the door. */
  readonly holdMs?: number;
}

/** How a request comes to the door. */
export interface AdmitOptions {
  /** It cannot be told to come back, so it is held until there is room: Label Studio never asks twice. */
  readonly hold?: boolean;
  readonly signal?: AbortSignal;
}

/** Label Studio gives up on a prediction after 100 s without a byte; what it is held at the door leaves 15 s for an answer. */
export const longestHoldMs = 85_000;

interface Held {
  readonly enter: () => void;
}

/** Lets a bounded number of requests in, and holds a bounded number of those that cannot be told to come back. It only admits. */
export class Door {
  readonly #limits: DoorLimits;
  readonly #held: Held[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #closing = new AbortController();
  #requests = 0;

  constructor(limits: DoorLimits) {
    this.#limits = limits;
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborted when the server goes down: what nobody would wait for stops then. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs one request; refuses it if too many are inside already or the server is going down. */
  async admit<Answer>(request: () => Promise<Answer>, options: AdmitOptions = {}): Promise<Answer> {
    if (this.isClosing) throw shuttingDown();
    if (this.#requests < this.#limits.maxRequests) this.#requests++;
    else if (options.hold === true && this.#held.length < this.#limits.maxRequests) await this.#hold(options.signal);
    else throw full(this.#requests);
    try {
      return await request();
    } finally {
      const next = this.#held.shift();
      if (next !== undefined) next.enter();
      else if (--this.#requests === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Lets no more requests in and waits until those inside have left. */
  async drain(): Promise<void> {
    this.#closing.abort();
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Waits for a place that another request leaves. */
  #hold(signal: AbortSignal | undefined): Promise<void> {
    const { holdMs = longestHoldMs } = this.#limits;
    const inside = this.#requests;
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', withdraw);
      };
      const giveUp = (error: SamIAmError) => {
        leave();
        this.#held.splice(this.#held.indexOf(held), 1);
        reject(error);
      };
      const withdraw = () => giveUp(new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again.' }));
      const enter = () => {
        leave();
        resolve();
      };
      const held: Held = { enter };
      const timer = setTimeout(() => giveUp(heldTooLong(inside, holdMs)), holdMs);
      signal?.addEventListener('abort', withdraw, { once: true });
      this.#held.push(held);
    });
  }
}

function shuttingDown(): SamIAmError {
  return new SamIAmError('model.not_ready', 'the server is shutting down', { hint: 'Try again when it is back.' });
}

function full(requests: number): SamIAmError {
  return new SamIAmError('capacity.queue_full', `${requests} prediction requests are waiting already`, {
    hint: 'Try again in a while, or raise MAX_QUEUE or CONCURRENCY.',
  });
}

function heldTooLong(requests: number, holdMs: number): SamIAmError {
  return new SamIAmError(
    'capacity.deadline',
    `${requests} prediction requests were before this one, and none ended within ${holdMs / 1000} s`,
    { hint: 'Ask again later, or raise MAX_QUEUE or CONCURRENCY.' },
  );
}
