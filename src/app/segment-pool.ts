import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Settings } from '../config/settings.js';
import { SamIAmError } from '../core/errors.js';
import type { MaterialCount } from '../core/material-count.js';
import type { Result } from '../core/result.js';
import { failure } from '../core/result.js';
import type { EmbeddingBudget } from './embedding-cache.js';
import { addedModelsFolder, modelsFolder } from './load-models.js';
import { modelVersionOf } from './model-version.js';
import type { SegmentOptions } from './pipeline-parameters.js';
import type { ImageFile, PaintedMicrograph, SegmentationService } from './segmentation-service.js';
import type { StageMasks } from './stage-masks.js';
import type {
  PaintPromptedTask,
  PaintTask,
  SegmentedFiles,
  SegmentTask,
  WorkerAnswer,
  WorkerSettings,
} from './workers/messages.js';
import { unpack } from './workers/messages.js';

export interface SegmentPoolOptions {
  readonly modelId: string;
  /** Micrographs at the same time; each has a worker thread and its own copy of the models. */
  readonly concurrency: number;
  readonly maxImagePixels: number;
  /** Folder for the user's own models and for cached embeddings. */
  readonly dataDir: string;
  readonly cache: EmbeddingBudget;
}

/** Worker threads that segment micrographs. */
export interface SegmentPool extends SegmentationService {
  /** One micrograph with everything that the command `segment` writes. */
  segment(
    image: ImageFile,
    options: SegmentOptions,
    signal?: AbortSignal,
  ): Promise<Result<SegmentedFiles, SamIAmError>>;
  /** The masks of every stage of one run of the pipeline. */
  stages(image: ImageFile, materials: MaterialCount, signal?: AbortSignal): Promise<Result<StageMasks, SamIAmError>>;
}

/** What the settings say of the pool. */
export function poolOptions(settings: Settings): SegmentPoolOptions {
  const { model, concurrency, maxImagePixels, dataDir, embeddingMemoryMb, embeddingDiskMb } = settings;
  const cache = { memoryBytes: embeddingMemoryMb * 1e6, diskBytes: embeddingDiskMb * 1e6 };
  return { modelId: model, concurrency, maxImagePixels, dataDir, cache };
}

const workerFile = fileURLToPath(new URL('./workers/segment-worker.js', import.meta.url));

/** Opens the pool; the models load in the background (see `ready`). Throws if the model is unknown. */
export async function openSegmentPool(options: SegmentPoolOptions): Promise<SegmentPool> {
  const addedFolder = addedModelsFolder(options.dataDir);
  const modelVersion = await modelVersionOf(modelsFolder, addedFolder, options.modelId);
  const settings: WorkerSettings = {
    modelsFolder,
    addedFolder,
    modelId: options.modelId,
    cacheFolder: join(options.dataDir, 'embeddings'),
    cache: options.cache,
    threads: Math.max(1, Math.floor(availableParallelism() / options.concurrency)),
    maxImagePixels: options.maxImagePixels,
  };
  const pool = new Piscina({
    filename: workerFile,
    workerData: settings,
    minThreads: options.concurrency,
    maxThreads: options.concurrency,
    idleTimeout: Infinity,
  });
  const run = async <Value>(name: string, task: unknown, signal?: AbortSignal): Promise<Result<Value, SamIAmError>> => {
    try {
      const options = signal === undefined ? { name } : { name, signal };
      return unpack((await pool.run(task, options)) as WorkerAnswer<Value>);
    } catch (thrown) {
      return failure(signal?.aborted === true ? cancelled() : crashed(thrown));
    }
  };
  const warmUps = Array.from({ length: options.concurrency }, () => run<null>('warmUp', null));
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
    paint: (image, materials, signal) =>
      run<PaintedMicrograph>('paint', { image, materials } satisfies PaintTask, signal),
    paintPrompted: (image, prompt, signal) =>
      run<PaintedMicrograph>('paintPrompted', { image, prompt } satisfies PaintPromptedTask, signal),
    segment: (image, options, signal) =>
      run<SegmentedFiles>('segment', { image, options, modelVersion } satisfies SegmentTask, signal),
    stages: (image, materials, signal) => run<StageMasks>('stages', { image, materials } satisfies PaintTask, signal),
    close: () => pool.destroy(),
  };
}

function cancelled(): SamIAmError {
  return new SamIAmError('cancelled', 'the work was cancelled', { hint: 'Start it again; nothing is left half done.' });
}

function crashed(cause: unknown): SamIAmError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SamIAmError('internal', `the worker stopped: ${reason}`, {
    hint: 'Try a smaller image or a lower CONCURRENCY; if it happens again, report it with the log lines around it.',
    cause,
  });
}
