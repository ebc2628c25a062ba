import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createLogger } from '../app/create-logger.js';
import type { Settings } from '../config/settings.js';
import { assertNever } from '../core/assert-never.js';
import { SamIAmError } from '../core/errors.js';
import { createFetchTaskImage } from '../label-studio/fetch-task-image.js';
import { createHttpClient, type HttpClient } from '../label-studio/http-client.js';
import { openAccuracyStore } from '../learning/accuracy-store.js';
import { type Learning, openLearning } from '../learning/learning.js';
import { createLiveAccuracy, type LiveAccuracy } from '../learning/live-accuracy.js';
import type { TrainingEvent } from '../learning/training/trainer.js';
import type { QueuedService } from '../painting/jobs/queued-service.js';
import { createFindServedCopies } from '../painting/results/served-copies.js';
import type { SegmentationService } from '../painting/segmentation-service.js';
import { Turns } from '../painting/turns.js';
import { openServedPredictions, type ServedPredictions } from '../store/served-predictions.js';
import type { RouteDeps } from './app-deps.js';
import { createApp } from './create-app.js';
import { Door } from './door.js';
import { labelStudioAccess, ProjectRegistry } from './project-registry.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Refuses new predictions, finishes those under way (for a while), then stops listening. */
  readonly close: () => Promise<void>;
}

/** While some tasks are painted, the images of the next ones are fetched. */
const tasksAhead = 2;
/** With workers elsewhere, so many tasks are in their queue at the same time. */
const tasksInQueue = 64;

/** Tasks whose images are in memory at the same time, over all requests. */
function taskPlaces({ concurrency, redisUrl }: Settings): number {
  return redisUrl === undefined ? concurrency + tasksAhead : tasksInQueue;
}

/** How long predictions under way may take when the server is closed. */
const drainMs = 60_000;

/** Serves the Label Studio ML backend; the models may still be loading. The caller closes the service. */
export async function startServer(settings: Settings, service: QueuedService): Promise<RunningServer> {
  const logger = createLogger(settings);
  const door = new Door({ maxRequests: settings.maxQueue });
  const places = new Turns(taskPlaces(settings));
  const predictions = openServedPredictions(settings.dataDir);
  const fetchTaskImage = createFetchTaskImage({
    allowedHosts: settings.allowedImageHosts,
    localFilesRoot: settings.localFilesRoot,
  });
  const accuracy = await openLiveAccuracy(settings, predictions, logger);
  const projects = new ProjectRegistry();
  const http = createHttpClient({ allowedHosts: settings.allowedImageHosts });
  const learning = await startLearning(settings, { service, accuracy, projects, logger, http });
  const { jobs, exploration } = service;
  const shared = { settings, service, jobs, exploration, fetchTaskImage, logger, predictions, accuracy, door, places };
  const server = createServer(createApp({ ...shared, projects, learning }));
  const url = await listen(server, settings);
  logger.info({ modelVersion: service.modelVersion }, `listening on ${url}`);
  logReadiness(service, logger);
  if (settings.labelStudioApiKey !== undefined && settings.labelStudioUrl === undefined) {
    logger.warn('LABEL_STUDIO_API_KEY is not used: set LABEL_STUDIO_URL, the only address that it is sent to');
  }
  const closeAll = async (): Promise<void> => {
    await close(server, door, logger);
    await learning.close();
    await accuracy.close();
    await http.close();
  };
  return { url, close: closeAll };
}

async function startLearning(
  settings: Settings,
  {
    service,
    accuracy,
    projects,
    logger,
    http,
  }: Pick<RouteDeps, 'service' | 'projects' | 'logger'> & {
    readonly accuracy: LiveAccuracy;
    readonly http: HttpClient;
  },
): Promise<Learning> {
  return openLearning({
    settings,
    http,
    accuracy,
    baseVersion: service.modelVersion,
    accessTo: (project) => labelStudioAccess(settings, projects.findById(project)),
    onTraining: (event) => logTraining(event, logger),
    onFailure: (project, reason) => logger.warn({ project, reason }, 'the project could not be compared'),
    onUnusable: (project, reason) => logger.warn({ project, reason }, 'the project is painted without its profile'),
  });
}

function logTraining(event: TrainingEvent, logger: Logger): void {
  const { project } = event;
  switch (event.kind) {
    case 'started':
    case 'stopped':
      logger.info({ project }, `training ${event.kind}`);
      return;
    case 'problem':
      logger.warn({ project, reason: event.line }, 'an annotation is not learned from');
      return;
    case 'ended': {
      const { outcome, reason, version, images, heldOutIou, zeroShotIou } = event.outcome;
      logger.info({ project, outcome, reason, version, images, heldOutIou, zeroShotIou }, 'training ended');
      return;
    }
    case 'failed':
      logger.error({ project, reason: event.reason }, 'training failed');
      return;
    default:
      assertNever(event);
  }
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

async function close(server: Server, door: Door, logger: Logger): Promise<void> {
  logger.info('shutting down');
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await door.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  clearTimeout(timer);
}
