import type { CompleteFrame } from './watch-folder.js';

/** Which frame is next where they come faster than they can be done. */
export type FramePolicy = 'newest' | 'oldest';

/** Frames that wait. A frame that is written anew takes the place of its earlier self; beyond `most`, the oldest are given up. */
export class FrameQueue {
  readonly #policy: FramePolicy;
  readonly #most: number;
  #waiting: CompleteFrame[] = [];

  constructor(policy: FramePolicy, most: number) {
    this.#policy = policy;
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Gives the frames that are given up for it. */
  add(frame: CompleteFrame): CompleteFrame[] {
    this.#waiting = [...this.#waiting.filter(({ name }) => name !== frame.name), frame];
    return this.#waiting.splice(0, this.#waiting.length - this.#most);
  }

  next(): CompleteFrame | undefined {
    return this.#policy === 'newest' ? this.#waiting.pop() : this.#waiting.shift();
  }
}
