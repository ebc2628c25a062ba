import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { openServerParts } from '../app/compose.js';
import { createLogger } from '../app/create-logger.js';
import type { Settings } from '../config/settings.js';
import type { QueuedService } from '../painting/jobs/queued-service.js';
import type { SegmentationService } from '../painting/segmentation-service.js';
import { Turns } from '../painting/turns.js';
import { createApp } from './create-app.js';
import { Door } from './door.js';
import { type EarlyServer, openEarlyServer } from './early-server.js';
import { labelStudioAccess, ProjectRegistry } from './project-registry.js';
import { noticesOf } from './routes/notices.js';

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

/** How long predictions under way may take when the server is closed, in milliseconds: compose and Kubernetes wait longer. */
const drainMs = 20_000;
/** What is no prediction is answered within this, or was never sent whole. */
const lastAnswersMs = 1000;

/** Serves the Label Studio ML backend, on the port that is open already if one is; the models may still be loading. The caller closes the service. */
export async function startServer(
  settings: Settings,
  service: QueuedService,
  early?: EarlyServer,
): Promise<RunningServer> {
  const logger = createLogger(settings);
  const projects = new ProjectRegistry();
  const door = new Door({ maxRequests: settings.maxQueue });
  const places = new Turns(taskPlaces(settings));
  const parts = await openServerParts(settings, {
    baseVersion: service.modelVersion,
    logger,
    accessTo: (project) => labelStudioAccess(settings, projects.findById(project)),
  });
  const { jobs, exploration } = service;
  const { server, url, serve } = early ?? (await openEarlyServer(settings));
  serve(createApp({ ...parts, service, jobs, exploration, logger, projects, door, places }));
  logger.info({ modelVersion: service.modelVersion }, `listening on ${url}`);
  logReadiness(service, logger);
  for (const { message, hint } of noticesOf(settings)) logger.warn({ hint }, message);
  const closeAll = async (): Promise<void> => {
    await close(server, door, logger);
    await parts.close();
  };
  return { url, close: closeAll };
}

function logReadiness(service: SegmentationService, logger: Logger): void {
  service.ready.then(
    () => logger.info('the models are loaded'),
    (reason: unknown) => logger.error({ err: reason }, 'the models cannot be loaded'),
  );
}

async function close(server: Server, door: Door, logger: Logger): Promise<void> {
  logger.info('shutting down');
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await door.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const last = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
  await closed;
  clearTimeout(late);
  clearTimeout(last);
}
