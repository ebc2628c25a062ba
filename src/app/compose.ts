import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { assertNever } from '../core/assert-never.js';
import { connectLabelStudio, type LabelStudioConnection } from '../label-studio/connection.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import { openAccuracyStore } from '../learning/accuracy-store.js';
import { type Learning, openLearning } from '../learning/learning.js';
import { createLiveAccuracy, type LiveAccuracy } from '../learning/live-accuracy.js';
import type { TrainingEvent } from '../learning/training/trainer.js';
import { createFindServedCopies } from '../painting/results/served-copies.js';
import { openServedPredictions, type ServedPredictions } from '../store/served-predictions.js';

/*
 * Where parts are put together: each is made here once, by what the settings say, and handed to whoever needs it. Commands and server make
 * none of their own.
 */

/** What reaches Label Studio as the settings say, and the images of its tasks. */
export interface Connection extends LabelStudioConnection {
  readonly settings: Settings;
}

/** How a connection differs from the usual one. */
export interface ConnectionOptions {
  /** Time for one whole exchange. */
  readonly timeoutMs?: number | undefined;
}

/** Connects to nothing yet; what is asked for comes through one client with one set of bounds. */
export function openConnection(settings: Settings, { timeoutMs }: ConnectionOptions = {}): Connection {
  const { allowedImageHosts: allowedHosts, localFilesRoot, labelStudioUrl: url, labelStudioApiKey: token } = settings;
  const connection = connectLabelStudio({ labelStudio: { url, token }, allowedHosts, localFilesRoot, timeoutMs });
  return { settings, ...connection };
}

/** What a server has besides the service that paints. */
export interface ServerParts extends Connection {
  readonly predictions: ServedPredictions;
  readonly accuracy: LiveAccuracy;
  readonly learning: Learning;
}

/** What the parts of a server need to know from it. */
export interface ServerPartsOptions {
  /** The version of the models without a profile. */
  readonly baseVersion: string;
  readonly logger: Logger;
  /** How a project's Label Studio is reached: its `/setup` may have said more than the settings do. */
  readonly accessTo: (project: string) => LabelStudioAccess;
}

/** Opens everything that lies in `DATA_DIR`, and goes on with what an earlier process left unfinished. */
export async function openServerParts(
  settings: Settings,
  { baseVersion, logger, accessTo }: ServerPartsOptions,
): Promise<ServerParts> {
  const connection = openConnection(settings);
  const predictions = openServedPredictions(settings.dataDir);
  const store = await openAccuracyStore(settings.dataDir);
  const onDamaged = (log: string, lines: number): void =>
    logger.warn({ lines }, `lines of ${log} in DATA_DIR are damaged and left out`);
  if (store.damaged > 0) onDamaged('accuracy.jsonl', store.damaged);
  const accuracy = createLiveAccuracy({
    store,
    http: connection.http,
    maxPixels: settings.maxImagePixels,
    servedPredictions: createFindServedCopies(predictions),
    onFailure: ({ project, task, annotationId }, reason) => {
      logger.warn({ project, taskId: task, annotationId, reason }, 'annotation not measured');
    },
  });
  const learning = await openLearning({
    settings,
    http: connection.http,
    accuracy,
    baseVersion,
    accessTo,
    onTraining: (event) => logTraining(event, logger),
    onFailure: (project, reason) => logger.warn({ project, reason }, 'the project could not be compared'),
    onDamaged,
    onUnusable: (project, reason) => logger.warn({ project, reason }, 'the project is painted without its profile'),
  });
  const close = async (): Promise<void> => {
    await learning.close();
    await accuracy.close();
    await connection.close();
  };
  return { ...connection, predictions, accuracy, learning, close };
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
