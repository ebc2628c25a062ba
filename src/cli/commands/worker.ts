import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { createLogger } from '../../app/create-logger.js';
import { openDataFolder } from '../../config/data-folder.js';
import { settingsHelp } from '../../config/describe-settings.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { SamIAmError } from '../../core/errors.js';
import { encodingOf } from '../../painting/embedding-cache.js';
import { openEmbeddingExchange } from '../../painting/jobs/embedding-exchange.js';
import { giveHeapRoom } from '../../painting/jobs/heap-room.js';
import { PaintProcesses } from '../../painting/jobs/paint-process.js';
import { sparingly } from '../../painting/jobs/queue-error.js';
import { startRedisWorker } from '../../painting/jobs/redis-worker.js';
import { addedModelsFolder, modelsFolder, weightsOf } from '../../painting/models/load-models.js';
import { modelVersionOf } from '../../painting/models/model-version.js';
import { embeddingsFolder, poolOptions } from '../../painting/threads/segment-pool.js';
import { commandSummaries } from '../command-summaries.js';
import { withInterruption } from '../interruption.js';

/** Adds `sam-i-am worker` (CONTRACT, "Command line"). */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description(commandSummaries.worker)
    .option('--alive-file <file>', 'touched every few seconds while all is well, for health checks')
    .addHelpText('after', () => `\n${settingsHelp()}`)
    .action(work);
}

/** Takes jobs until it is interrupted, then finishes those under way. */
async function work({ aliveFile }: { readonly aliveFile?: string }): Promise<void> {
  const settings = loadSettings(process.env);
  const { redisUrl: url, concurrency, dataDir, model } = settings;
  if (url === undefined) {
    throw new SamIAmError('usage.invalid', 'there is no queue to work for', {
      hint: 'Set REDIS_URL, for instance to redis://localhost:6379, here and for serve.',
    });
  }
  openDataFolder(dataDir);
  giveHeapRoom();
  const logger = createLogger(settings);
  const processes = new PaintProcesses({ pool: { ...poolOptions(settings), concurrency: 1 } });
  const modelVersion = await modelVersionOf(modelsFolder, addedModelsFolder(dataDir), model, settings);
  const onError = sparingly(({ code, message, hint }) => logger.warn({ code, hint }, `${message}; trying again`));
  await withInterruption(async (signal) => {
    await processes.open(concurrency);
    const exchange = await openExchange(settings, url, onError);
    const worker = startRedisWorker({
      url,
      modelVersion,
      concurrency,
      onError,
      async work(job, unwanted, onProgress) {
        // Painting encodes anyway, as the first of its steps; for a click it is nearly all there is to do.
        if (job.call.kind === 'click') await exchange?.fetch(job.image);
        const outcome = await processes.run(job, unwanted, onProgress);
        void exchange?.announce(job.image);
        return outcome;
      },
      onAlive: () => {
        if (aliveFile !== undefined) writeFile(aliveFile, '').catch(() => undefined);
      },
      onDone: (name, outcome, reason) => logger.info({ image: name, outcome, reason }, 'job'),
    });
    logger.info({ modelVersion, concurrency }, 'waiting for jobs');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    logger.info('finishing the jobs under way');
    await worker.close();
    exchange?.close();
  });
  processes.close();
}

/** Encoded images of workers elsewhere; undefined where none are kept on the disk. */
async function openExchange(settings: Settings, url: string, onError: (error: Error) => void) {
  const { dataDir, embeddingDiskMb, model } = settings;
  if (embeddingDiskMb === 0) return undefined;
  const weights = await weightsOf({ folder: modelsFolder, addedFolder: addedModelsFolder(dataDir), modelId: model });
  const folder = embeddingsFolder(dataDir);
  return openEmbeddingExchange({
    url,
    folder,
    diskBytes: embeddingDiskMb * 1e6,
    weights: encodingOf(weights, settings),
    onError,
  });
}
