import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asSamIAmError, type SamIAmError } from '../../core/errors.js';
import { parseJson } from '../../core/parse-json.js';
import type { LabelStudioAccess } from '../../label-studio/image-address.js';
import { Turns } from '../../painting/turns.js';
import type { ProfileStore } from '../../store/profile-store.js';
import { writeDurably } from '../../store/write-whole.js';
import type { TrainingOutcome } from './train-project.js';
import type { RunTraining } from './training-process.js';

/** A training that waits or runs. */
export interface TrainingState {
  readonly state: 'waiting' | 'running';
  /** In [0, 1]. */
  readonly progress: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Trainings by how they ended, since the start of the process. */
export interface TrainingCounts {
  readonly adopted: number;
  readonly refused: number;
  readonly failed: number;
}

/** Trains projects in the background: one training per project at a time, one on the machine. */
export interface Trainer {
  /**
   * Resolves when it is on record that the project is to be trained, which outlives the process. While one waits or runs, that is
   * the one that is meant.
   */
  start(project: string, labelStudio: LabelStudioAccess): Promise<TrainingState>;
  state(project: string): TrainingState | null;
  /** Projects whose training was wanted when an earlier process ended. */
  unfinished(): Promise<string[]>;
  counts(): TrainingCounts;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  /** Stops what runs; it is still on record as wanted. */
  close(): Promise<void>;
}

/** What a trainer needs. */
export interface TrainerDeps {
  readonly run: RunTraining;
  readonly store: ProfileStore;
  readonly dataDir: string;
  readonly onEvent: (event: TrainingEvent) => void;
  readonly now?: () => Date;
}

/** Something to log. */
export type TrainingEvent =
  | { readonly kind: 'started' | 'stopped'; readonly project: string }
  | { readonly kind: 'problem'; readonly project: string; readonly line: string }
  | { readonly kind: 'ended'; readonly project: string; readonly outcome: TrainingOutcome }
  | { readonly kind: 'failed'; readonly project: string; readonly reason: string };

interface Training {
  state: TrainingState;
  readonly recorded: Promise<void>;
  readonly ended: Promise<void>;
}

const wantedSuffix = '.wanted.json';
const wantedFile = z.object({ project: z.string() });

/** Trains in processes of their own, one at a time for each project. */
export function createTrainer(deps: TrainerDeps): Trainer {
  return new BackgroundTrainer(deps);
}

class BackgroundTrainer implements Trainer {
  readonly #deps: TrainerDeps;
  readonly #trainings = new Map<string, Training>();
  readonly #turns = new Turns(1);
  readonly #stop = new AbortController();
  readonly #counts = { adopted: 0, refused: 0, failed: 0 };
  readonly #folder: string;

  constructor(deps: TrainerDeps) {
    this.#deps = deps;
    this.#folder = join(deps.dataDir, 'trainings');
  }

  async start(project: string, labelStudio: LabelStudioAccess): Promise<TrainingState> {
    const training = this.#trainings.get(project) ?? this.#begin(project, labelStudio);
    this.#trainings.set(project, training);
    await training.recorded;
    return training.state;
  }

  state(project: string): TrainingState | null {
    return this.#trainings.get(project)?.state ?? null;
  }

  async unfinished(): Promise<string[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(wantedSuffix));
    const texts = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')));
    return texts.flatMap((text) => wantedFile.safeParse(parseJson(text)).data?.project ?? []);
  }

  counts(): TrainingCounts {
    return { ...this.#counts };
  }

  async idle(): Promise<void> {
    while (this.#trainings.size > 0) await Promise.all([...this.#trainings.values()].map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#trainings.values()].map(({ ended }) => ended));
  }

  #begin(project: string, labelStudio: LabelStudioAccess): Training {
    const { onEvent, now = () => new Date() } = this.#deps;
    const startedAt = now().toISOString();
    const recorded = writeDurably(this.#wantedPath(project), `${JSON.stringify({ project, startedAt })}\n`);
    const { signal } = this.#stop;
    const ended = recorded
      .then(() => this.#turns.run(() => this.#train(project, labelStudio, startedAt), signal))
      .catch((thrown: unknown) => {
        if (!signal.aborted) onEvent({ kind: 'failed', project, reason: asSamIAmError(thrown).message });
      })
      .finally(() => this.#trainings.delete(project));
    return { state: { state: 'waiting', progress: 0, startedAt }, recorded, ended };
  }

  async #train(project: string, labelStudio: LabelStudioAccess, startedAt: string): Promise<void> {
    const { run, onEvent } = this.#deps;
    const update = (progress: number): void => {
      const training = this.#trainings.get(project);
      if (training !== undefined) training.state = { state: 'running', progress, startedAt };
    };
    update(0);
    onEvent({ kind: 'started', project });
    try {
      const outcome = await run(
        { project, labelStudio },
        {
          signal: this.#stop.signal,
          onProgress: update,
          onProblem: (line) => onEvent({ kind: 'problem', project, line }),
        },
      );
      this.#counts[outcome.outcome]++;
      onEvent({ kind: 'ended', project, outcome });
    } catch (thrown) {
      const error = asSamIAmError(thrown);
      if (error.code === 'cancelled') {
        // It stays wanted, and starts again with the next process.
        onEvent({ kind: 'stopped', project });
        return;
      }
      await this.#fail(project, error);
    }
    await rm(this.#wantedPath(project), { force: true });
  }

  async #fail(project: string, { message, hint }: SamIAmError): Promise<void> {
    const { store, onEvent, now = () => new Date() } = this.#deps;
    this.#counts.failed++;
    const reason = `${message}. ${hint}`;
    onEvent({ kind: 'failed', project, reason });
    const finishedAt = now().toISOString();
    await store.recordTraining(project, { finishedAt, outcome: 'failed', reason, version: null });
  }

  #wantedPath(project: string): string {
    return join(this.#folder, `${encodeURIComponent(project)}${wantedSuffix}`);
  }
}
