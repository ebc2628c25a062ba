import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { FetchTaskImage } from '../label-studio/fetch-task-image.js';
import type { Learning } from '../learning/learning.js';
import type { LiveAccuracy } from '../learning/live-accuracy.js';
import type { ExplorationService } from '../painting/exploration-service.js';
import type { JobQueue } from '../painting/jobs/paint-job.js';
import type { SegmentationService } from '../painting/segmentation-service.js';
import type { Turns } from '../painting/turns.js';
import type { ServedPredictions } from '../store/served-predictions.js';
import type { Door } from './door.js';
import type { ProjectRegistry } from './project-registry.js';

/** What the HTTP side needs from outside; tests put doubles here. */
export interface AppDeps {
  readonly settings: Settings;
  readonly service: SegmentationService;
  /** The queue that the service puts its work into. */
  readonly jobs: JobQueue;
  readonly fetchTaskImage: FetchTaskImage;
  readonly logger: Logger;
  /** Measures annotations as they are submitted; without it, webhooks about annotations are only acknowledged. */
  readonly accuracy?: LiveAccuracy | undefined;
  readonly predictions: ServedPredictions;
  /** What projects learn; without it, all are painted without profiles. */
  readonly learning?: Learning | undefined;
  readonly projects: ProjectRegistry;
  /** Shows micrographs on the web page; without it, the page says so. */
  readonly exploration?: ExplorationService | undefined;
  /** Lets requests in. */
  readonly door: Door;
  /** Tasks whose images are fetched or painted at the same time, over all requests. */
  readonly places: Turns;
}

/** What the routes share. */
export type RouteDeps = AppDeps;
