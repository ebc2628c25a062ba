import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createLogger } from '../app/create-logger.js';
import { openAccuracyStore } from '../app/accuracy-store.js';
import { createLiveAccuracy, type LiveAccuracy } from '../app/live-accuracy.js';
import { createFindServedCopies } from '../app/served-copies.js';
import { createActiveProfiles, textureDigest } from '../app/training/active-profiles.js';
import type { JobQueue } from '../app/jobs/paint-job.js';
import type { SegmentationService } from '../app/segmentation-service.js';
import type { Settings } from '../config/settings.js';
import { SamIAmError } from '../core/errors.js';
import { createFetchTaskImage } from '../label-studio/fetch-task-image.js';
import { createHttpClient } from '../label-studio/http-client.js';
import { openProfileStore } from '../store/profile-store.js';
import { openServedPredictions, type ServedPredictions } from '../store/served-predictions.js';
import { createApp, taskQueueLimits } from './create-app.js';
import { TaskQueue } from './task-queue.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Refuses new predictions, finishes those under way (for a while), then stops listening. */
  readonly close: () => Promise<void>;
}

/** How long predictions under way may take when the server is closed. */
const drainMs = 60_000;

/** Serves the Label Studio ML backend; the models may still be loading. The caller closes the service. */
export async function startServer(
  settings: Settings,
  service: SegmentationService & { readonly jobs?: JobQueue },
): Promise<RunningServer> {
  const logger = createLogger(settings);
  const queue = new TaskQueue(taskQueueLimits(settings));
  const predictions = openServedPredictions(settings.dataDir);
  const fetchTaskImage = createFetchTaskImage({
    allowedHosts: settings.allowedImageHosts,
    localFilesRoot: settings.localFilesRoot,
  });
  const accuracy = await openLiveAccuracy(settings, predictions, logger);
  const store = openProfileStore(settings.dataDir);
  const profiles = createActiveProfiles(store, await textureDigest(settings.dataDir));
  const deps = {
    settings,
    service,
    jobs: service.jobs,
    fetchTaskImage,
    logger,
    predictions,
    accuracy,
    queue,
    profiles,
  };
  const server = createServer(createApp(deps));
  const url = await listen(server, settings);
  logger.info({ modelVersion: service.modelVersion }, `listening on ${url}`);
  logReadiness(service, logger);
  if (settings.labelStudioApiKey !== undefined && settings.labelStudioUrl === undefined) {
    logger.warn('LABEL_STUDIO_API_KEY is not used: set LABEL_STUDIO_URL, the only address that it is sent to');
  }
  const closeAll = async (): Promise<void> => {
    await close(server, queue, logger);
    await accuracy.close();
  };
  return { url, close: closeAll };
}

async function openLiveAccuracy(
  settings: Settings,
  predictions: ServedPredictions,
  logger: Logger,
): Promise<LiveAccuracy> {
  const http = createHttpClient({ allowedHosts: settings.allowedImageHosts });
  const accuracy = createLiveAccuracy({
    store: await openAccuracyStore(settings.dataDir),
    http,
    maxPixels: settings.maxImagePixels,
    servedPredictions: createFindServedCopies(predictions),
    onFailure: ({ project, task, annotationId }, reason) => {
      logger.warn({ project, taskId: task, annotationId, reason }, 'annotation not measured');
    },
  });
  const close = async (): Promise<void> => {
    await accuracy.close();
    await http.close();
  };
  return { ...accuracy, close };
}

async function listen(server: Server, { host, port }: Settings): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): SamIAmError {
  const taken = error.code === 'EADDRINUSE';
  const message = taken ? `port ${port} is in use already` : `cannot listen on ${host}:${port}: ${error.message}`;
  return new SamIAmError('settings.invalid', message, {
    hint: taken ? 'Choose another one with PORT or --port.' : 'Correct HOST and PORT (or --host and --port).',
    cause: error,
  });
}

function logReadiness(service: SegmentationService, logger: Logger): void {
  service.ready.then(
    () => logger.info('the models are loaded'),
    (reason: unknown) => logger.error({ err: reason }, 'the models cannot be loaded'),
  );
}

async function close(server: Server, queue: TaskQueue, logger: Logger): Promise<void> {
  logger.info('shutting down');
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await queue.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  clearTimeout(timer);
}
