import type { BoostOptions, MergingParameters } from '../../booster/found-masks.js';
import type { FoundMasksJson } from '../../booster/found-masks-json.js';
import type { BoostAnswer, BoostRequest, Fineness } from './boost-messages.js';

/** While options still change, only the first look is computed. */
const quietMs = 120;

/** The booster in two threads: one for first looks, which come while a slider moves, one for every pixel, which comes when it rests. */
export class BoosterClient {
  readonly #preview: Worker;
  readonly #exact: Worker;
  readonly #parameters: MergingParameters;
  #number = 0;
  #shown = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** While a first look is under way, only the newest wish waits. */
  #isLooking = false;
  #next: BoostRequest | undefined;

  constructor(found: FoundMasksJson, parameters: MergingParameters, onAnswer: (answer: BoostAnswer) => void) {
    this.#parameters = parameters;
    const show = (answer: BoostAnswer) => {
      // An old exact answer is no better than a new first look.
      if (answer.number < this.#shown || (answer.fineness === 'exact' && answer.number < this.#number)) return;
      this.#shown = answer.fineness === 'exact' ? answer.number + 0.5 : answer.number;
      onAnswer(answer);
    };
    this.#preview = startWorker(found, 'preview', (answer) => {
      this.#isLooking = false;
      if (this.#next !== undefined) this.#look(this.#next);
      show(answer);
    });
    this.#exact = startWorker(found, 'exact', show);
  }

  boost(options: BoostOptions): void {
    const number = ++this.#number;
    const asked: BoostRequest = { kind: 'boost', number, options, parameters: this.#parameters };
    this.#look(asked);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#exact.postMessage(asked), number === 1 ? 0 : quietMs);
  }

  #look(asked: BoostRequest): void {
    this.#next = this.#isLooking ? asked : undefined;
    if (!this.#isLooking) this.#preview.postMessage(asked);
    this.#isLooking = true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#preview.terminate();
    this.#exact.terminate();
  }
}

function startWorker(found: FoundMasksJson, fineness: Fineness, onAnswer: (answer: BoostAnswer) => void): Worker {
  const worker = new Worker(new URL('./boost-worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<BoostAnswer>) => onAnswer(data));
  worker.postMessage({ kind: 'load', found, fineness } satisfies BoostRequest);
  return worker;
}
