import { cancelled } from './turns.js';

interface Run<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  askers: number;
}

/** Runs the same thing once for all who ask for it at the same time; it is cancelled when the last of them has gone. */
export class SharedRuns<Value> {
  readonly #runs = new Map<string, Run<Value>>();

  /** Joins the run under way for `key`, or starts one. Whoever withdraws gets a `cancelled` error at once. */
  async run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (signal?.aborted === true) throw cancelled();
    const run = this.#runs.get(key) ?? this.#start(key, start);
    run.askers++;
    return new Promise((resolve, reject) => {
      const withdraw = () => {
        if (--run.askers === 0) this.#end(key, run);
        reject(cancelled());
      };
      signal?.addEventListener('abort', withdraw, { once: true });
      run.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', withdraw));
    });
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Value>): Run<Value> {
    const controller = new AbortController();
    const run: Run<Value> = { result: start(controller.signal), controller, askers: 0 };
    this.#runs.set(key, run);
    const forget = () => {
      if (this.#runs.get(key) === run) this.#runs.delete(key);
    };
    run.result.then(forget, forget);
    return run;
  }

  /** A run that is being cancelled takes nobody in any more. */
  #end(key: string, run: Run<Value>): void {
    if (this.#runs.get(key) === run) this.#runs.delete(key);
    run.controller.abort();
  }
}
