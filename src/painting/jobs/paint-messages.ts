import type { Exploration } from '../../pipeline/exploration.js';
import type { PaintedMicrograph } from '../segmentation-service.js';
import type { WorkerAnswer } from '../threads/messages.js';
import type { Progress } from '../threads/progress-flag.js';
import type { SegmentPoolOptions } from '../threads/segment-pool.js';
import type { Job } from './paint-job.js';

/** What a painting process is told. It works on one job at a time. */
export type ToPaintProcess =
  | { readonly kind: 'open'; readonly options: SegmentPoolOptions }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'cancel' };

/** What it answers: whether its models are loaded, then the outcome of each job; how far a micrograph that is looked at has come. */
export type FromPaintProcess =
  | { readonly kind: 'opened'; readonly answer: WorkerAnswer<null> }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'painted'; readonly answer: WorkerAnswer<PaintedMicrograph | Exploration> };
