import { type TimedStep, timedSteps } from '../../pipeline/timings.js';

/** Words in memory that the HTTP thread and a worker share: the step under way, and how often it was entered. */
export type ProgressFlag = Int32Array<SharedArrayBuffer>;

/** How far work in another thread has come. */
export interface Progress {
  /** Null: it waits for its turn. */
  readonly step: TimedStep | null;
  /** How often the step was entered: prompts come in batches. */
  readonly rounds: number;
}

/** A flag in memory that both threads share; nothing has begun. */
export function progressFlag(): ProgressFlag {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Called by the worker at the start of each step. */
export function enterStep(flag: ProgressFlag | undefined, step: TimedStep): void {
  if (flag === undefined) return;
  const number = timedSteps.indexOf(step) + 1;
  Atomics.store(flag, 1, Atomics.load(flag, 0) === number ? Atomics.load(flag, 1) + 1 : 1);
  Atomics.store(flag, 0, number);
}

/** How far the work with this flag is. */
export function readProgress(flag: ProgressFlag): Progress {
  return { step: timedSteps[Atomics.load(flag, 0) - 1] ?? null, rounds: Atomics.load(flag, 1) };
}
