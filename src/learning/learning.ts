import type { Settings } from '../config/settings.js';
import { asSamIAmError } from '../core/errors.js';
import type { HttpClient } from '../label-studio/http-client.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import { type Hint, openHintInbox } from '../store/hint-inbox.js';
import { type LastTraining, openProfileStore, type ProfileStore } from '../store/profile-store.js';
import { openProjectRecords, type ProjectRecord } from '../store/project-records.js';
import type { LiveAccuracy } from './live-accuracy.js';
import { newestChange, type ProjectWatch, tasksSinceTraining, watchProjects } from './project-watch.js';
import {
  type ActiveProfiles,
  createActiveProfiles,
  type OnUnusable,
  textureDigest,
} from './training/active-profiles.js';
import {
  createTrainer,
  type Trainer,
  type TrainingCounts,
  type TrainingEvent,
  type TrainingState,
} from './training/trainer.js';
import { type RunTraining, trainInProcess } from './training/training-process.js';

/** A version of a project's profile, as people see it. */
export interface ProfileSummary {
  readonly version: string;
  readonly createdAt: string;
  readonly active: boolean;
  readonly images: number;
  readonly heldOutIou: number | null;
  readonly zeroShotIou: number | null;
}

/** A connected project, as people see it. */
export interface ProjectSummary {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  /** What predictions are made with now. */
  readonly modelVersion: string;
  readonly labels: readonly string[];
  /** Annotated tasks. */
  readonly accepted: number;
  /** Of these, annotated or corrected since the last training. */
  readonly sinceTraining: number;
  readonly training: TrainingState | null;
  readonly lastTraining: LastTraining | null;
  readonly profiles: readonly ProfileSummary[];
}

/** Everything about learning from accepted annotations: triggers, trainings, profiles, and what is known of projects. */
export interface Learning {
  readonly profiles: ActiveProfiles;
  /** Answers as soon as it is on record that the project is to be trained. */
  train(project: string): Promise<TrainingState>;
  rollback(project: string, version?: string): Promise<string | null>;
  /** Something happened in a project; resolves when that is on record. */
  noted(hint: Hint): Promise<void>;
  /** Something happened, but the message was too large to look for the project. */
  notedAnywhere(action: string): Promise<void>;
  /** Label Studio has said where it is. */
  connected(project: string): void;
  /** Whether Label Studio itself can be asked about a project. */
  canAsk(project: string): boolean;
  projects(): Promise<ProjectSummary[]>;
  /** Every version that predictions of any project are or were made with. */
  versions(): Promise<string[]>;
  counts(): TrainingCounts;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What learning needs from outside. */
export interface LearningDeps {
  readonly settings: Settings;
  readonly baseVersion: string;
  readonly http: HttpClient;
  readonly accuracy: LiveAccuracy;
  readonly accessTo: (project: string) => LabelStudioAccess;
  readonly onTraining: (event: TrainingEvent) => void;
  readonly onFailure: (project: string, reason: string) => void;
  readonly onUnusable: OnUnusable;
  /** Lines of a log that could not be read: whatever they held is looked for in Label Studio again. */
  readonly onDamaged?: (log: string, lines: number) => void;
  /** Left out: in a process of its own. */
  readonly run?: RunTraining;
}

/** Opens all stores in `DATA_DIR` and goes on with what an earlier process left unfinished. */
export async function openLearning(deps: LearningDeps): Promise<Learning> {
  const { settings, http, accuracy, accessTo, onFailure } = deps;
  const store = openProfileStore(settings.dataDir);
  const records = openProjectRecords(settings.dataDir);
  const inbox = await openHintInbox(settings.dataDir);
  if (inbox.damaged > 0) deps.onDamaged?.('webhooks.jsonl', inbox.damaged);
  const profiles = createActiveProfiles(store, await textureDigest(settings.dataDir), deps.onUnusable);
  const watch: ProjectWatch = watchProjects({
    inbox,
    records,
    http,
    accuracy,
    accessTo,
    onFailure,
    onCompared(record) {
      const isDue = settings.trainEvery > 0 && tasksSinceTraining(record) >= settings.trainEvery;
      if (isDue) startQuietly(record.id);
    },
  });
  const trainer = createTrainer({
    store,
    dataDir: settings.dataDir,
    onEvent: deps.onTraining,
    run: thenRemember(deps.run ?? trainInProcess(settings), watch, onFailure),
  });
  const startQuietly = (project: string): void => {
    trainer.start(project, accessTo(project)).catch((thrown: unknown) => {
      onFailure(project, asSamIAmError(thrown).message);
    });
  };
  return new ProjectLearning(deps, { store, profiles, watch, trainer }, new Set(await trainer.unfinished()));
}

interface LearningParts {
  readonly store: ProfileStore;
  readonly profiles: ActiveProfiles;
  readonly watch: ProjectWatch;
  readonly trainer: Trainer;
}

class ProjectLearning implements Learning {
  readonly profiles: ActiveProfiles;
  readonly #deps: LearningDeps;
  readonly #parts: LearningParts;
  /** Projects whose training was wanted when an earlier process ended, and can't be started yet. */
  readonly #unfinished: Set<string>;

  constructor(deps: LearningDeps, parts: LearningParts, unfinished: Set<string>) {
    this.profiles = parts.profiles;
    this.#deps = deps;
    this.#parts = parts;
    this.#unfinished = unfinished;
    for (const project of [...unfinished]) this.#resume(project);
  }

  train(project: string): Promise<TrainingState> {
    return this.#parts.trainer.start(project, this.#deps.accessTo(project));
  }

  async rollback(project: string, version?: string): Promise<string | null> {
    return (await this.#parts.store.rollback(project, version))?.modelVersion ?? null;
  }

  noted(hint: Hint): Promise<void> {
    return this.#parts.watch.noted(hint);
  }

  async notedAnywhere(action: string): Promise<void> {
    const known = await this.#parts.watch.projects();
    await Promise.all(known.map(({ id: project }) => this.noted({ project, action })));
  }

  connected(project: string): void {
    this.#parts.watch.connected(project);
    this.#resume(project);
  }

  canAsk(project: string): boolean {
    const { url, token } = this.#deps.accessTo(project);
    return url !== undefined && token !== undefined;
  }

  async projects(): Promise<ProjectSummary[]> {
    const known = await this.#parts.watch.projects();
    return Promise.all(known.map((record) => summarise(record, this.#parts, this.#deps.baseVersion)));
  }

  async versions(): Promise<string[]> {
    const known = await this.#parts.watch.projects();
    const stored = await Promise.all(known.map(({ id }) => this.#parts.store.list(id)));
    return [this.#deps.baseVersion, ...stored.flat().map(({ modelVersion }) => modelVersion)];
  }

  counts(): TrainingCounts {
    return this.#parts.trainer.counts();
  }

  async idle(): Promise<void> {
    await this.#parts.watch.idle();
    await this.#parts.trainer.idle();
  }

  async close(): Promise<void> {
    await this.#parts.trainer.close();
    await this.#parts.watch.close();
  }

  #resume(project: string): void {
    if (!this.#unfinished.has(project) || !this.canAsk(project)) return;
    this.#unfinished.delete(project);
    this.train(project).catch((thrown: unknown) => this.#deps.onFailure(project, asSamIAmError(thrown).message));
  }
}

/** What was changed before a training read the project counts as learned from when it has ended. */
function thenRemember(run: RunTraining, watch: ProjectWatch, onFailure: LearningDeps['onFailure']): RunTraining {
  return async (request, listener) => {
    const { project } = request;
    await watch.compare(project).catch((thrown: unknown) => onFailure(project, asSamIAmError(thrown).message));
    const record = (await watch.projects()).find(({ id }) => id === project);
    const outcome = await run(request, listener);
    if (record !== undefined) await watch.trained(project, newestChange(record));
    return outcome;
  };
}

async function summarise(
  record: ProjectRecord,
  { store, trainer, profiles }: LearningParts,
  baseVersion: string,
): Promise<ProjectSummary> {
  const { id, title, url, labels, tasks } = record;
  const stored = await store.list(id);
  return {
    id,
    title,
    url,
    labels,
    modelVersion: (await profiles.find(id))?.modelVersion ?? baseVersion,
    accepted: Object.keys(tasks).length,
    sinceTraining: tasksSinceTraining(record),
    training: trainer.state(id),
    lastTraining: await store.lastTraining(id),
    profiles: stored
      .map(({ modelVersion, active, training }) => ({
        version: modelVersion,
        createdAt: training.createdAt,
        active,
        images: training.images,
        heldOutIou: training.heldOutIou,
        zeroShotIou: training.zeroShotIou,
      }))
      .reverse(),
  };
}
