/** The steps that `segment` reports, in milliseconds (CONTRACT: `timings_ms`). */
export const timedSteps = ['decode', 'encode', 'prompt', 'removal', 'merging', 'total'] as const;

/** A step whose time is told. */
export type TimedStep = (typeof timedSteps)[number];

/** Milliseconds of each step. */
export type Timings = Readonly<Record<TimedStep, number>>;

/** Adds up the time that each step takes; a step may run several times. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #spent = new Map<TimedStep, number>();
  readonly #beforeStep: (step: TimedStep) => void;

  /** `beforeStep` is called before each step and may throw to end the work there. */
  constructor(beforeStep: (step: TimedStep) => void = () => undefined) {
    this.#beforeStep = beforeStep;
  }

  /** Runs `work` and counts its time for `step`. */
  readonly measure = async <Value>(
    step: Exclude<TimedStep, 'total'>,
    work: () => Promise<Value> | Value,
  ): Promise<Value> => {
    this.#beforeStep(step);
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#spent.set(step, (this.#spent.get(step) ?? 0) + performance.now() - start);
    }
  };

  timings(): Timings {
    const of = (step: TimedStep): number => Math.round((this.#spent.get(step) ?? 0) * 10) / 10;
    const total = Math.round((performance.now() - this.#started) * 10) / 10;
    return {
      decode: of('decode'),
      encode: of('encode'),
      prompt: of('prompt'),
      removal: of('removal'),
      merging: of('merging'),
      total,
    };
  }
}
