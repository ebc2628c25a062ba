import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import type { ImageFile } from '../../core/image-file.js';
import type { MaterialCount } from '../../core/material-count.js';
import { failure, type Result } from '../../core/result.js';
import type { MicrographFile } from '../../imaging/micrograph-file.js';
import { switchTelemetryOff } from '../../inference/no-telemetry.js';
import type { Exploration } from '../../pipeline/exploration.js';
import {
  defaultSegmentOptions,
  type PaintingChoices,
  type SegmentOptions,
} from '../../pipeline/pipeline-parameters.js';
import type { StageMasks } from '../../pipeline/stage-masks.js';
import type { EmbeddingBudget } from '../embedding-cache.js';
import type { ExplorationService } from '../exploration-service.js';
import { addedModelsFolder, modelsFolder } from '../models/load-models.js';
import { modelVersionOf } from '../models/model-version.js';
import type { PaintedMicrograph, SegmentationService } from '../segmentation-service.js';
import { cancelled } from '../turns.js';
import { cancelFlag } from './cancel-flag.js';
import {
  type ExploreTask,
  type PaintPromptedTask,
  type PaintTask,
  type RewriteTask,
  type SegmentedFiles,
  type SegmentFileOptions,
  type SegmentTask,
  unpack,
  type WorkerAnswer,
  type WorkerSettings,
} from './messages.js';
import { progressFlag, readProgress } from './progress-flag.js';

/** Which model the threads load, and how many there are. */
export interface SegmentPoolOptions {
  readonly modelId: string;
  /** Micrographs at the same time; each has a worker thread and its own copy of the models. */
  readonly concurrency: number;
  readonly maxImagePixels: number;
  /** Unset: as the pipeline does by itself. */
  readonly choices?: PaintingChoices;
  /** Folder for the user's own models and for cached embeddings. */
  readonly dataDir: string;
  readonly cache: EmbeddingBudget;
  /** False: models are loaded when they are needed first, which for rewriting is never. Unset: at once. */
  readonly isWarm?: boolean;
  /** Longest time for one micrograph; a worker that takes longer is replaced. Unset: as long as it takes. */
  readonly limitMs?: number;
}

/** Worker threads that segment micrographs. It only runs: who gives it more than it has threads for lets work wait unseen. */
export interface SegmentPool extends SegmentationService, ExplorationService {
  /** One micrograph with everything that the command `segment` writes. */
  segment(
    image: ImageFile | MicrographFile,
    options: SegmentFileOptions,
    signal?: AbortSignal,
  ): Promise<Result<SegmentedFiles, SamIAmError>>;
  /** The regions of interest of one micrograph, as JSON: what `watch` writes. */
  regions(image: ImageFile, options: SegmentOptions, signal?: AbortSignal): Promise<Result<string, SamIAmError>>;
  /** The masks of every stage of one run of the pipeline. */
  stages(image: ImageFile, materials: MaterialCount, signal?: AbortSignal): Promise<Result<StageMasks, SamIAmError>>;
}

/** What the settings say of the pool. */
export function poolOptions(settings: Settings, modelId = settings.model): SegmentPoolOptions {
  const { concurrency, maxImagePixels, dataDir, embeddingMemoryMb, embeddingDiskMb } = settings;
  const { merge, keepOverlays, detail } = settings;
  const cache = { memoryBytes: embeddingMemoryMb * 1e6, diskBytes: embeddingDiskMb * 1e6 };
  return { modelId, concurrency, maxImagePixels, dataDir, cache, choices: { merge, keepOverlays, detail } };
}

/** Where encoded images are kept for all workers and processes. */
export function embeddingsFolder(dataDir: string): string {
  return join(dataDir, 'embeddings');
}

const workerFile = fileURLToPath(new URL('./segment-worker.js', import.meta.url));

/** Opens the pool; the models load in the background (see `ready`). Throws if the model is unknown. */
export async function openSegmentPool(options: SegmentPoolOptions): Promise<SegmentPool> {
  switchTelemetryOff();
  const addedFolder = addedModelsFolder(options.dataDir);
  const modelVersion = await modelVersionOf(modelsFolder, addedFolder, options.modelId, options.choices);
  const settings: WorkerSettings = {
    modelsFolder,
    addedFolder,
    modelId: options.modelId,
    cacheFolder: embeddingsFolder(options.dataDir),
    cache: options.cache,
    threads: Math.max(1, Math.floor(availableParallelism() / options.concurrency)),
    maxImagePixels: options.maxImagePixels,
    choices: options.choices ?? defaultSegmentOptions,
  };
  const pool = new Piscina({
    filename: workerFile,
    workerData: settings,
    minThreads: options.concurrency,
    maxThreads: options.concurrency,
    idleTimeout: Infinity,
  });
  const work = createWork(pool, options);
  const warmUps = Array.from({ length: options.isWarm === false ? 0 : options.concurrency }, () =>
    work.run<null>('warmUp', null),
  );
  let isReady = false;
  const ready = Promise.all(warmUps).then((results) => {
    for (const result of results) if (!result.ok) throw result.error;
    isReady = true;
  });
  // Whoever waits for `ready` gets the reason; nobody waiting must not crash the process.
  ready.catch(() => undefined);

  return {
    modelVersion,
    ready,
    isReady: () => isReady,
    ...callsOf(work, modelVersion),
    // A thread that is ended while it loads the runtime's library takes the process with it.
    close: () => ready.then(undefined, () => undefined).then(() => pool.destroy()),
  };
}

/** What can be asked of the worker, each a call of one of its functions. */
function callsOf(work: Work, modelVersion: string): Omit<SegmentPool, 'modelVersion' | 'ready' | 'isReady' | 'close'> {
  return {
    paint: (image, materials, signal, profile) => {
      const task: PaintTask = { image, materials, profile, cancel: cancelFlag(signal) };
      return work.run<PaintedMicrograph>('paint', task, { transfer: wholeBuffer(image.bytes) });
    },
    paintPrompted: (image, prompt, promptOptions, signal) => {
      const task: PaintPromptedTask = { image, prompt, ...promptOptions, cancel: cancelFlag(signal) };
      return work.run<PaintedMicrograph>('paintPrompted', task, { transfer: wholeBuffer(image.bytes) });
    },
    segment: (image, segmentOptions, signal) => {
      const task: SegmentTask = { image, options: segmentOptions, modelVersion };
      return work.run<SegmentedFiles>('segment', task, { signal });
    },
    regions: (image, segmentOptions, signal) => {
      const task: SegmentTask = { image, options: segmentOptions, modelVersion };
      return work.run<string>('regions', task, { signal });
    },
    stages: (image, materials, signal) =>
      work.run<StageMasks>('stages', { image, materials } satisfies PaintTask, { signal }),
    async explore(image, { signal, onProgress } = {}) {
      const progress = progressFlag();
      const timer = setInterval(() => onProgress?.(readProgress(progress)), progressMs);
      const task: ExploreTask = { image, modelVersion, progress, cancel: cancelFlag(signal) };
      try {
        return await work.run<Exploration>('explore', task);
      } finally {
        clearInterval(timer);
      }
    },
    rewrite: (image, explored, choices) => {
      const task: RewriteTask = { image, explored, choices, modelVersion };
      return work.run<SegmentedFiles>('rewrite', task);
    },
  };
}

/** How often a person at the page is told how far it is. */
const progressMs = 250;

interface WorkOptions {
  /** Ends the work at once, with its worker. Work that should keep its worker, whose models take long to load, has a flag instead. */
  readonly signal?: AbortSignal | undefined;
  /** Handed over to the worker instead of copied. */
  readonly transfer?: ArrayBuffer | undefined;
}

/** Runs an exported function of the worker on one of the pool's threads. */
interface Work {
  run<Value>(name: string, task: object | null, options?: WorkOptions): Promise<Result<Value, SamIAmError>>;
}

function createWork(pool: Piscina, { limitMs }: SegmentPoolOptions): Work {
  return {
    async run(name, task, { signal, transfer } = {}) {
      const deadline = limitMs === undefined ? undefined : AbortSignal.timeout(limitMs);
      const signals = [signal, deadline].filter((each) => each !== undefined);
      try {
        const stop = signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
        const run = { name, ...stop, transferList: transfer === undefined ? [] : [transfer] };
        return unpack((await pool.run(task, run)) as WorkerAnswer<never>);
      } catch (thrown) {
        if (signal?.aborted === true) return failure(cancelled());
        return failure(deadline?.aborted === true ? tookTooLong(limitMs) : crashed(thrown));
      }
    },
  };
}

/** The memory of the bytes, unless others have part of it; what all threads share need not be handed over. */
function wholeBuffer({ buffer, byteLength }: Uint8Array): ArrayBuffer | undefined {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? buffer : undefined;
}

function tookTooLong(limitMs = 0): SamIAmError {
  return new SamIAmError('capacity.deadline', `the micrograph was not done within ${limitMs / 1000} s`, {
    hint: 'Use a smaller MODEL or a machine with more cores, or shrink the micrograph.',
  });
}

function crashed(cause: unknown): SamIAmError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SamIAmError('internal', `the worker stopped: ${reason}`, {
    hint: 'Try a smaller image or a lower CONCURRENCY; if it happens again, report it with the log lines around it.',
    cause,
  });
}
