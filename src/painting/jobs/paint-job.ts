import { assertNever } from '../../core/assert-never.js';
import type { SamIAmError } from '../../core/errors.js';
import type { ImageFile } from '../../core/image-file.js';
import type { MaterialCount } from '../../core/material-count.js';
import type { Result } from '../../core/result.js';
import type { UserPrompt } from '../../core/user-prompt.js';
import type { Exploration } from '../../pipeline/exploration.js';
import type { ExplorationService } from '../exploration-service.js';
import type { ActiveProfile, PaintedMicrograph, PromptOptions, SegmentationService } from '../segmentation-service.js';
import type { Progress } from '../threads/progress-flag.js';

/** What is to be done with an image: all that decides what is painted, besides the model. */
export type PaintCall =
  | { readonly kind: 'paint'; readonly materials: MaterialCount; readonly profile?: ActiveProfile | undefined }
  | { readonly kind: 'click'; readonly prompt: UserPrompt; readonly options: PromptOptions };

/** Everything about one micrograph, for one person at the web page; `run` sets it apart from all other runs of the same image. */
export interface ExploreCall {
  readonly kind: 'explore';
  readonly run: string;
}

/** One image to be painted. Clicks go before paintings: someone is waiting at the screen. */
export interface PaintJob {
  readonly image: ImageFile;
  readonly call: PaintCall;
}

/** One image to be looked at. Goes before paintings, too. */
export interface ExploreJob {
  readonly image: ImageFile;
  readonly call: ExploreCall;
}

/** Whatever a worker can be given. */
export type Job = PaintJob | ExploreJob;

/** What comes of painting. */
export type Painted = Result<PaintedMicrograph, SamIAmError>;

/** What comes of looking. */
export type Explored = Result<Exploration, SamIAmError>;

/** What comes of any job. */
export type Outcome = Result<PaintedMicrograph | Exploration, SamIAmError>;

/** What comes of jobs of one kind. */
export type OutcomeOf<Kind extends Job> = Kind extends ExploreJob ? Explored : Painted;

/** How far a job is, as its worker tells now and then. */
export type OnProgress = (progress: Progress) => void;

/** How a job is run. */
export interface RunOptions {
  /** Withdraws it; where others wait for the same, it goes on for them. */
  readonly signal?: AbortSignal | undefined;
  /** Told of jobs that take a person's time: see {@link ExploreCall}. */
  readonly onProgress?: OnProgress | undefined;
}

/** Does jobs at once, as many as it is given; expected failures are values. */
export interface JobRunner {
  run(job: Job, options: RunOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** What goes first where jobs wait, the smallest number before all others: someone is waiting at the screen. */
export const priorities: Readonly<Record<Job['call']['kind'], number>> = { click: 0, explore: 5, paint: 10 };

/** What can become of a job. */
export const jobStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;

/** Where a job is. */
export type JobState = (typeof jobStates)[number];

/** A job as the list of jobs shows it. */
export interface JobRecord {
  readonly id: string;
  readonly kind: Job['call']['kind'];
  readonly project: number | null;
  readonly task: number | null;
  /** Name of the image. */
  readonly name: string;
  readonly state: JobState;
  /** How often it was begun. */
  readonly attempts: number;
  /** Why it failed. */
  readonly reason: string | null;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** A process or thread that works on jobs. */
export interface WorkerRecord {
  readonly id: string;
  readonly host: string;
  readonly state: 'idle' | 'busy';
  /** Since when it is in this state; ISO 8601. */
  readonly since: string;
  readonly job: string | null;
}

/** Everything that there is to see of a queue. */
export interface JobOverview {
  readonly queue: {
    readonly waiting: number;
    readonly running: number;
    readonly done: number;
    readonly failed: number;
    /** Jobs done in the last minute. */
    readonly perMinute: number;
    /** When this process began to count; null where all processes that share a Redis are counted together. ISO 8601. */
    readonly ownSince: string | null;
  };
  readonly workers: readonly WorkerRecord[];
  /** The newest first, at most {@link mostListedJobs}. */
  readonly jobs: readonly JobRecord[];
}

/** No more jobs are listed than this, the newest first. */
export const mostListedJobs = 200;

/** Where jobs wait for a worker: in this process, or in a Redis that any number of processes share. */
export interface JobQueue {
  /** Waits until the job is done. Withdrawing the signal cancels it, unless others wait for the same. */
  run<Kind extends Job>(job: Kind, options?: RunOptions): Promise<OutcomeOf<Kind>>;
  overview(): Promise<JobOverview>;
  /** Cancels a job or runs a failed or cancelled one again; undefined if there is no such job. */
  change(id: string, to: 'cancel' | 'retry'): Promise<JobRecord | undefined>;
  close(): Promise<void>;
}

/** Does a job with a service of this process. */
export function runJob(
  { image, call }: Job,
  service: SegmentationService & Pick<ExplorationService, 'explore'>,
  { signal, onProgress }: RunOptions,
): Promise<Outcome> {
  switch (call.kind) {
    case 'paint':
      return service.paint(image, call.materials, signal, call.profile);
    case 'click':
      return service.paintPrompted(image, call.prompt, call.options, signal);
    case 'explore':
      return service.explore(image, { signal, onProgress });
    default:
      return assertNever(call);
  }
}
