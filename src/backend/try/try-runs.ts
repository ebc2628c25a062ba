import { randomUUID } from 'node:crypto';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { valueOrThrow } from '../../core/result.js';
import type { ExplorationService } from '../../painting/exploration-service.js';
import { sharedBytes } from '../../painting/shared-bytes.js';
import type { Progress } from '../../painting/threads/progress-flag.js';
import type { Exploration } from '../../pipeline/exploration.js';
import type { TryStatus } from '../api/try-schemas.js';
import type { Door } from '../door.js';
import { type ErrorBody, errorBody, RefusedRequest } from '../error-response.js';

/** One micrograph that somebody looks at. */
export interface TryRun {
  readonly id: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly controller: AbortController;
  progress: Progress;
  exploration: Exploration | null;
  error: ErrorBody | null;
}

/** What is kept at most; the oldest goes first. */
const mostRuns = 64;
const mostBytes = 512 * 2 ** 20;

/** The micrographs that are being looked at, in memory only. Whoever knows an id, which nobody can guess, sees that run and no other. */
export class TryRuns {
  readonly #runs = new Map<string, TryRun>();
  readonly #door: Door;

  constructor(door: Door) {
    this.#door = door;
    door.closing.addEventListener('abort', () => {
      for (const { controller } of this.#runs.values()) controller.abort();
    });
  }

  /** Begins at once, or as soon as it is its turn; refused where too many wait already. */
  async start(name: string, bytes: Uint8Array, service: ExplorationService): Promise<TryRun> {
    const controller = new AbortController();
    const run: TryRun = {
      id: randomUUID(),
      name,
      bytes: sharedBytes(bytes),
      controller,
      progress: { step: null, rounds: 0 },
      exploration: null,
      error: null,
    };
    const { signal } = controller;
    await new Promise<void>((entered, refused) => {
      const work = async (): Promise<void> => {
        this.#runs.set(run.id, run);
        entered();
        const onProgress = (progress: Progress): void => void (run.progress = progress);
        run.exploration = valueOrThrow(await service.explore({ name, bytes: run.bytes }, { signal, onProgress }));
      };
      this.#door.admit(work).catch((thrown: unknown) => {
        run.error = errorBody(asSamIAmError(thrown));
        refused(asSamIAmError(thrown));
      });
    });
    this.#forgetOldest();
    return run;
  }

  find(id: string): TryRun {
    const run = this.#runs.get(id);
    if (run !== undefined) return run;
    throw new RefusedRequest(404, 'this micrograph is no longer kept here', 'Upload it again.');
  }

  /** What a finished run found. */
  explored(id: string): TryRun & { readonly exploration: Exploration } {
    const run = this.find(id);
    const { exploration, error } = run;
    if (exploration !== null) return { ...run, exploration };
    if (error !== null) throw new SamIAmError(error.code, error.message, { hint: error.hint });
    throw new RefusedRequest(409, 'the micrograph is still being segmented', 'Ask again when its state is done.');
  }

  /** Stops the work for a run, and keeps nothing of it. */
  forget(id: string): void {
    this.find(id).controller.abort();
    this.#runs.delete(id);
  }

  #forgetOldest(): void {
    let bytes = 0;
    const newestFirst = [...this.#runs.values()].reverse();
    newestFirst.forEach((run, age) => {
      bytes += sizeOf(run);
      const isDone = run.exploration !== null || run.error !== null;
      if (isDone && age > 0 && (age >= mostRuns || bytes > mostBytes)) this.#runs.delete(run.id);
    });
  }
}

function sizeOf({ bytes, exploration }: TryRun): number {
  return bytes.length + (exploration === null ? 0 : exploration.json.length + exploration.picture.length);
}

/** A run as the API tells it. */
export function statusOfRun({ id, name, progress, exploration, error }: TryRun): TryStatus {
  const { step } = progress;
  const state = error !== null ? 'failed' : exploration !== null ? 'done' : step === null ? 'waiting' : 'running';
  return { id, name, state, step, progress: state === 'done' ? 1 : shareDone(progress), error };
}

/** Batches of prompts that most micrographs take: a grid of 16 × 16 by eight, and some more where nothing was found. */
const usualRounds = 38;

/** Where each step starts on the way from 0 to 1, by what it takes of the time. */
function shareDone({ step, rounds }: Progress): number {
  switch (step) {
    case null:
      return 0;
    case 'decode':
      return 0.02;
    case 'encode':
      return 0.05;
    case 'prompt':
      return 0.15 + 0.75 * Math.min(1, rounds / usualRounds);
    case 'removal':
    case 'merging':
      return 0.92;
    case 'total':
      return 1;
  }
}
