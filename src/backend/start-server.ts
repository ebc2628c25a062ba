import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createLogger } from '../app/create-logger.js';
import type { Settings } from '../config/settings.js';
import { assertNever } from '../core/assert-never.js';
import { createFetchTaskImage } from '../label-studio/fetch-task-image.js';
import { createHttpClient, type HttpClient } from '../label-studio/http-client.js';
import { openAccuracyStore } from '../learning/accuracy-store.js';
import { type Learning, openLearning } from '../learning/learning.js';
import { createLiveAccuracy, type LiveAccuracy } from '../learning/live-accuracy.js';
import type { TrainingEvent } from '../learning/training/trainer.js';
import type { ExplorationService } from '../painting/exploration-service.js';
import type { JobQueue } from '../painting/jobs/paint-job.js';
import { createFindServedCopies } from '../painting/results/served-copies.js';
import type { SegmentationService } from '../painting/segmentation-service.js';
import { openServedPredictions, type ServedPredictions } from '../store/served-predictions.js';
import type { RouteDeps } from './app-deps.js';
import { createApp, taskQueueLimits } from './create-app.js';
import { type EarlyServer, openEarlyServer } from './early-server.js';
import { labelStudioAccess, ProjectRegistry } from './project-registry.js';
import { TaskQueue } from './task-queue.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Refuses new predictions, finishes those under way (for a while), then stops listening. */
  readonly close: () => Promise<void>;
}

/** How long predictions under way may take when the server is closed. */
const drainMs = 60_000;

/** Serves the Label Studio ML backend, on the port that is open already if one is; the models may still be loading. The caller closes the service. */
export async function startServer(
  settings: Settings,
  service: SegmentationService & { readonly jobs?: JobQueue; readonly exploration?: ExplorationService | undefined },
  early?: EarlyServer,
): Promise<RunningServer> {
  const logger = createLogger(settings);
  const queue = new TaskQueue(taskQueueLimits(settings));
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
  const shared = { settings, service, jobs, exploration, fetchTaskImage, logger, predictions, accuracy, queue };
  const { server, url, serve } = early ?? (await openEarlyServer(settings));
  serve(createApp({ ...shared, projects, learning }));
  logger.info({ modelVersion: service.modelVersion }, `listening on ${url}`);
  logReadiness(service, logger);
  if (settings.labelStudioApiKey !== undefined && settings.labelStudioUrl === undefined) {
    logger.warn('LABEL_STUDIO_API_KEY is not used: set LABEL_STUDIO_URL, the only address that it is sent to');
  }
  const closeAll = async (): Promise<void> => {
    await close(server, queue, logger);
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
