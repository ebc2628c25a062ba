import type { RequestHandler } from 'express';
import { Gauge, Registry } from 'prom-client';
import type { RegionChanges } from '../../core/region-changes.js';
import type { AccuracyEntry } from '../../learning/accuracy-store.js';
import type { Learning, ProjectSummary } from '../../learning/learning.js';
import type { JobQueue } from '../../painting/jobs/paint-job.js';
import type { RouteDeps } from '../app-deps.js';

/** `GET /metrics`: figures in Prometheus' text format. */
export function metricsRoute({ accuracy, learning, jobs }: RouteDeps): RequestHandler {
  const registry = new Registry();
  addJobGauges(registry, jobs);
  if (learning !== undefined) addLearningGauges(registry, learning);
  if (accuracy !== undefined) addAccuracyGauges(registry, () => accuracy.entries());
  return async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  };
}

/** How long the queue is, and how many work on it: what a cluster scales by. */
function addJobGauges(registry: Registry, jobs: JobQueue): void {
  const workers: Gauge = new Gauge({
    name: 'sam_i_am_workers',
    help: 'Workers that were heard of lately.',
    registers: [registry],
    async collect() {
      workers.set((await jobs.overview()).workers.length);
    },
  });
  const gauge = new Gauge({
    name: 'sam_i_am_jobs',
    help: 'Jobs by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { waiting, running, done, failed } = (await jobs.overview()).queue;
      for (const [state, count] of Object.entries({ waiting, running, done, failed })) gauge.set({ state }, count);
    },
  });
}

const gaugedMeasures = ['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou'] as const;
const origins = ['accepted', 'edited', 'rejected', 'drawn'] as const satisfies readonly (keyof RegionChanges)[];

type Figures = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** The accuracy of predictions on the annotations that people submitted, by project and model version. */
function addAccuracyGauges(registry: Registry, read: () => readonly AccuracyEntry[]): void {
  const add = (
    name: string,
    help: string,
    label: string | null,
    figures: (of: readonly AccuracyEntry[]) => Figures,
  ) => {
    const labelNames = ['project', 'model_version', ...(label === null ? [] : [label])];
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        gauge.reset();
        for (const [group, entries] of groupEntries(read())) {
          for (const [labels, value] of figures(entries)) gauge.set({ ...group, ...labels }, value);
        }
      },
    });
  };
  const sum = (entries: readonly AccuracyEntry[], value: (entry: AccuracyEntry) => number): number =>
    entries.reduce((total, entry) => total + value(entry), 0);
  add('sam_i_am_measured_annotations', 'Submitted annotations whose prediction was measured.', null, (entries) => [
    [{}, entries.length],
  ]);
  add(
    'sam_i_am_prediction_accuracy',
    "Mean of a measure of predictions (the paper's equations 3 to 6) over the submitted annotations. " +
      'Regions submitted unchanged are agreement, not accuracy: see sam_i_am_annotated_regions.',
    'measure',
    (entries) =>
      gaugedMeasures.map((measure) => [
        { measure },
        sum(entries, ({ measures }) => measures[measure]) / entries.length,
      ]),
  );
  add(
    'sam_i_am_annotated_regions',
    'Regions by what people did with them: accepted unchanged (agreement, not accuracy), edited, rejected (deleted), drawn by hand.',
    'origin',
    (entries) => origins.map((origin) => [{ origin }, sum(entries, ({ regions }) => regions[origin])]),
  );
}

type Group = { readonly project: string; readonly model_version: string };

function groupEntries(entries: readonly AccuracyEntry[]): (readonly [Group, AccuracyEntry[]])[] {
  const groups = new Map<string, readonly [Group, AccuracyEntry[]]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.project, entry.modelVersion]);
    const group = groups.get(key) ?? ([{ project: entry.project, model_version: entry.modelVersion }, []] as const);
    group[1].push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** What was learned, project by project, and how trainings ended since the process began. */
function addLearningGauges(registry: Registry, learning: Learning): void {
  const perProject = (name: string, help: string, value: (project: ProjectSummary) => number | null): void => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['project', 'model_version'],
      registers: [registry],
      async collect() {
        gauge.reset();
        for (const project of await learning.projects()) {
          const figure = value(project);
          if (figure !== null) gauge.set({ project: project.id, model_version: project.modelVersion }, figure);
        }
      },
    });
  };
  const active = ({ profiles }: ProjectSummary) => profiles.find((profile) => profile.active);
  perProject('sam_i_am_accepted_tasks', 'Annotated tasks.', ({ accepted }) => accepted);
  perProject(
    'sam_i_am_tasks_since_training',
    'Tasks annotated or corrected since the last training.',
    ({ sinceTraining }) => sinceTraining,
  );
  perProject(
    'sam_i_am_training_progress',
    'Share done of a training that waits or runs; left out where none does.',
    ({ training }) => training?.progress ?? null,
  );
  perProject(
    'sam_i_am_held_out_iou',
    'Mean label-aware IoU of the profile in use on images that were held out when it was learned.',
    (project) => active(project)?.heldOutIou ?? null,
  );
  perProject(
    'sam_i_am_zero_shot_iou',
    'The same without a profile.',
    (project) => active(project)?.zeroShotIou ?? null,
  );
  const ended = new Gauge({
    name: 'sam_i_am_trainings',
    help: 'Trainings since the process began, by how they ended.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      const counts = learning.counts();
      for (const outcome of ['adopted', 'refused', 'failed'] as const) ended.set({ outcome }, counts[outcome]);
    },
  });
}
