import type { Settings } from '../config/settings.js';
import { giveHeapRoom } from './jobs/heap-room.js';
import { LocalQueue } from './jobs/local-queue.js';
import { type JobRunner, runJob } from './jobs/paint-job.js';
import { type QueuedService, queuedService, type Workers } from './jobs/queued-service.js';
import type { RedisQueue } from './jobs/redis-queue.js';
import { addedModelsFolder, modelsFolder } from './models/load-models.js';
import { modelVersionOf } from './models/model-version.js';
import { openSegmentPool, poolOptions, type SegmentPool } from './threads/segment-pool.js';

/** How a service is opened. */
export interface ServiceOptions {
  /** Longest time for one micrograph in this process. */
  readonly limitMs?: number;
  /** Told of a Redis that cannot be reached, and the like. */
  readonly onError: (error: Error) => void;
}

/** How often the workers are counted. */
const countMs = 2_000;

/** Paints in this process, or, where REDIS_URL is set, by the workers that share that Redis. */
export async function openService(settings: Settings, { limitMs, onError }: ServiceOptions): Promise<QueuedService> {
  const { redisUrl: url } = settings;
  if (url === undefined) {
    const pool = await openSegmentPool({ ...poolOptions(settings), ...(limitMs === undefined ? {} : { limitMs }) });
    const runner: JobRunner = { run: (job, options) => runJob(job, pool, options), close: () => pool.close() };
    return queuedService(new LocalQueue(runner, settings.concurrency), pool, pool);
  }
  giveHeapRoom();
  const modelVersion = await modelVersionOf(
    modelsFolder,
    addedModelsFolder(settings.dataDir),
    settings.model,
    settings,
  );
  const { RedisQueue } = await import('./jobs/redis-queue.js');
  const queue = new RedisQueue({ url, modelVersion, onError });
  const watch = watchWorkers(queue, modelVersion, onError);
  // Writing files from what was found needs no model: it is done here, away from the thread that answers.
  let writer: Promise<SegmentPool> | undefined;
  const openWriter = () => (writer ??= openSegmentPool({ ...poolOptions(settings), concurrency: 1, isWarm: false }));
  const service = queuedService(queue, watch.workers, {
    rewrite: async (image, explored, choices) => (await openWriter()).rewrite(image, explored, choices),
  });
  const close = async (): Promise<void> => {
    watch.stop();
    await service.close();
    await (await writer)?.close();
  };
  return { ...service, close };
}

/** Ready while at least one worker is there. */
function watchWorkers(queue: RedisQueue, modelVersion: string, onError: (error: Error) => void) {
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const ready = new Promise<void>((resolve) => {
    const count = async (): Promise<void> => {
      try {
        isReady = (await queue.workerCount()) > 0;
        if (isReady) resolve();
      } catch (thrown) {
        if (!stopped) onError(thrown as Error);
      }
      if (!stopped) timer = setTimeout(() => void count(), countMs);
    };
    void count();
  });
  const workers: Workers = { modelVersion, ready, isReady: () => isReady };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
  };
  return { workers, stop };
}
