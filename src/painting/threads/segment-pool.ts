import { webcrypto } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import type { ImageFile } from '../../core/image-file.js';
import type { MaterialCount } from '../../core/material-count.js';
import { failure, type Result, success } from '../../core/result.js';
import { switchTelemetryOff } from '../../inference/no-telemetry.js';
import type { Exploration } from '../../pipeline/exploration.js';
import type { SegmentOptions } from '../../pipeline/pipeline-parameters.js';
import type { StageMasks } from '../../pipeline/stage-masks.js';
import type { EmbeddingBudget } from '../embedding-cache.js';
import type { ExplorationService } from '../exploration-service.js';
import { addedModelsFolder, modelsFolder } from '../models/load-models.js';
import { modelVersionOf } from '../models/model-version.js';
import { RecentPaintings } from '../recent-paintings.js';
import type { PaintedMicrograph, SegmentationService } from '../segmentation-service.js';
import { SharedRuns } from '../shared-runs.js';
import { cancelled, Turns, TurnsByKey } from '../turns.js';
import { cancelFlag } from './cancel-flag.js';
import {
  type ExploreTask,
  type PaintPromptedTask,
  type PaintTask,
  type RewriteTask,
  type SegmentedFiles,
  type SegmentTask,
  unpack,
  type WorkerAnswer,
  type WorkerSettings,
} from './messages.js';

export interface SegmentPoolOptions {
  readonly modelId: string;
  /** Micrographs at the same time; each has a worker thread and its own copy of the models. */
  readonly concurrency: number;
  readonly maxImagePixels: number;
  /** Folder for the user's own models and for cached embeddings. */
  readonly dataDir: string;
  readonly cache: EmbeddingBudget;
  /** False: models are loaded when they are needed first, which for rewriting is never. Unset: at once. */
  readonly isWarm?: boolean;
  /** Longest time for one micrograph; a worker that takes longer is replaced. Unset: as long as it takes. */
  readonly limitMs?: number;
}

/** Worker threads that segment micrographs. */
export interface SegmentPool extends SegmentationService, ExplorationService {
  /** One micrograph with everything that the command `segment` writes. */
  segment(
    image: ImageFile,
    options: SegmentOptions,
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
  const cache = { memoryBytes: embeddingMemoryMb * 1e6, diskBytes: embeddingDiskMb * 1e6 };
  return { modelId, concurrency, maxImagePixels, dataDir, cache };
}

/** Where encoded images are kept for all workers and processes. */
export function embeddingsFolder(dataDir: string): string {
  return join(dataDir, 'embeddings');
}

type Painted = Result<PaintedMicrograph, SamIAmError>;

const workerFile = fileURLToPath(new URL('./segment-worker.js', import.meta.url));

/** Opens the pool; the models load in the background (see `ready`). Throws if the model is unknown. */
export async function openSegmentPool(options: SegmentPoolOptions): Promise<SegmentPool> {
  switchTelemetryOff();
  const addedFolder = addedModelsFolder(options.dataDir);
  const modelVersion = await modelVersionOf(modelsFolder, addedFolder, options.modelId);
  const settings: WorkerSettings = {
    modelsFolder,
    addedFolder,
    modelId: options.modelId,
    cacheFolder: embeddingsFolder(options.dataDir),
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
    ...paintOnce(work),
    segment: (image, segmentOptions, signal) => {
      const task: SegmentTask = { image, options: segmentOptions, modelVersion };
      return work.run<SegmentedFiles>('segment', task, signal === undefined ? {} : { signal });
    },
    regions: (image, segmentOptions, signal) =>
      work.run<string>(
        'regions',
        { image, options: segmentOptions, modelVersion },
        signal === undefined ? {} : { signal },
      ),
    stages: (image, materials, signal) =>
      work.run<StageMasks>('stages', { image, materials } satisfies PaintTask, signal === undefined ? {} : { signal }),
    explore: (image, progress, signal) => {
      const task: ExploreTask = { image, modelVersion, progress, cancel: cancelFlag(signal) };
      return work.run<Exploration>('explore', task, { turn: signal });
    },
    rewrite: (image, explored, choices) => {
      const task: RewriteTask = { image, explored, choices, modelVersion };
      return work.run<SegmentedFiles>('rewrite', task, { urgent: true });
    },
    // A thread that is ended while it loads the runtime's library takes the process with it.
    close: () => ready.then(undefined, () => undefined).then(() => pool.destroy()),
  };
}

interface JobOptions {
  readonly urgent?: boolean;
  /** Withdraws the job while it waits for its turn. */
  readonly turn?: AbortSignal | undefined;
  /** Ends the job at once, with its worker. */
  readonly signal?: AbortSignal;
  /** Handed over to the worker instead of copied, which would hold up the HTTP thread. */
  readonly transfer?: ArrayBuffer | undefined;
}

/** Runs an exported function of the worker on one of the pool's threads. */
interface Work {
  run<Value>(name: string, task: object | null, options?: JobOptions): Promise<Result<Value, SamIAmError>>;
}

function createWork(pool: Piscina, { concurrency, limitMs }: SegmentPoolOptions): Work {
  const turns = new Turns(concurrency);
  const onWorker = async <Value>(name: string, task: object | null, { signal, transfer }: JobOptions) => {
    const deadline = limitMs === undefined ? undefined : AbortSignal.timeout(limitMs);
    const signals = [signal, deadline].filter((each) => each !== undefined);
    try {
      const stop = signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
      const run = { name, ...stop, transferList: transfer === undefined ? [] : [transfer] };
      return unpack((await pool.run(task, run)) as WorkerAnswer<Value>);
    } catch (thrown) {
      if (signal?.aborted === true) throw cancelled();
      throw deadline?.aborted === true ? tookTooLong(limitMs) : crashed(thrown);
    }
  };
  return {
    async run(name, task, options = {}) {
      try {
        const { urgent, turn, signal = turn } = options;
        return await turns.run(() => onWorker(name, task, options), { urgent, signal });
      } catch (thrown) {
        return failure(thrown instanceof SamIAmError ? thrown : crashed(thrown));
      }
    },
  };
}

/** Painting for many askers: the same painting runs once, and each image is worked on once at a time, so that it is encoded once. */
function paintOnce(work: Work): Pick<SegmentationService, 'paint' | 'paintPrompted'> {
  const paintings = new SharedRuns<Painted>();
  const recent = new RecentPaintings();
  const prompted = new SharedRuns<Painted>();
  const images = new TurnsByKey();
  /** A withdrawn job stops at its next step and keeps its worker, whose models take long to load. */
  const run = (name: string, task: PaintTask | PaintPromptedTask, key: string, urgent: boolean, signal: AbortSignal) =>
    images.run(
      key,
      () => {
        const transfer = wholeBuffer(task.image.bytes);
        return work.run<PaintedMicrograph>(name, { ...task, cancel: cancelFlag(signal) }, { urgent, transfer });
      },
      { urgent, signal },
    );
  let asked = 0;
  return {
    paint: (image, materials, signal, profile) =>
      asValue(async () => {
        const key = await contentKey(image);
        const painting = `${key} ${JSON.stringify([materials, profile?.modelVersion])}`;
        const known = recent.find(painting);
        if (known !== undefined) return success(known);
        const painted = await paintings.run(painting, signal, (shared) =>
          run('paint', { image, materials, profile }, key, false, shared),
        );
        if (painted.ok) recent.keep(painting, painted.value);
        return painted;
      }),
    paintPrompted: (image, prompt, options, signal) =>
      asValue(async () => {
        const key = await contentKey(image);
        return prompted.run(`${asked++}`, signal, (own) =>
          run('paintPrompted', { image, prompt, ...options }, key, true, own),
        );
      }),
  };
}

async function asValue(paint: () => Promise<Painted>): Promise<Painted> {
  try {
    return await paint();
  } catch (thrown) {
    return failure(thrown instanceof SamIAmError ? thrown : crashed(thrown));
  }
}

/** A digest of the file, taken off this thread. */
async function contentKey({ bytes }: ImageFile): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', bytes);
  return Buffer.from(digest).toString('base64');
}

/** The memory of the bytes, unless they share it with others. */
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
