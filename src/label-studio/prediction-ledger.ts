import { z } from 'zod';
import type { BrushRegion, NoteRegion } from './brush-result.js';
import { type ConnectedApi, unknownForm } from './connected-api.js';

/** A prediction as Label Studio takes it. */
export interface NewPrediction {
  readonly task: number;
  readonly result: readonly (BrushRegion | NoteRegion)[];
  readonly score: number;
  readonly model_version: string;
}

/** A task as far as predicting it goes. */
export interface LedgerTask {
  readonly id: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether Label Studio counts any prediction of any version. */
  readonly hasPredictions: boolean;
}

/** Which tasks of a project. */
export interface TaskSelection {
  /** Undefined: all of them. */
  readonly ids: readonly number[] | undefined;
  /** Only tasks that nobody has annotated. */
  readonly onlyUnlabeled: boolean;
}

/** What Label Studio has for a task and a model version; tasks that lack it are not listed. */
export interface PredictedTask {
  readonly id: number;
  /** There are more predictions than model versions, so that some version has two. */
  readonly hasSurplus: boolean;
  /** Null where the list of tasks does not tell it: {@link PredictionLedger.scoreOf} does. */
  readonly score: number | null;
}

/**
 * Label Studio as the one record of which tasks are predicted by which model version. It has no rule against two predictions of
 * one version, and it tells of its predictions only with all their masks, except in the list of tasks: that is what is asked.
 */
export interface PredictionLedger {
  /** The next tasks behind an id, in the order of their ids; none at the end. Tasks that come or go meanwhile move no page. */
  page(selection: TaskSelection, after: number): Promise<readonly LedgerTask[]>;
  /** The number of tasks of a selection. */
  count(selection: TaskSelection): Promise<number>;
  /** The tasks that a view (a tab of the data manager) shows. */
  tasksOfView(view: number): Promise<number[]>;
  predicted(ids: readonly number[], modelVersion: string): Promise<PredictedTask[]>;
  /** The score of a task's first prediction of a version, which comes with all its masks; null if it has none. */
  scoreOf(task: number, modelVersion: string): Promise<number | null>;
  /** Posts predictions; all of them are stored, or none. */
  post(predictions: readonly NewPrediction[]): Promise<void>;
  /** Leaves the first prediction of a version and deletes the others; gives how many. */
  deleteSurplus(task: number, modelVersion: string): Promise<number>;
}

const pageSchema = z.object({
  total: z.number(),
  tasks: z.array(
    z.object({
      id: z.number(),
      data: z.record(z.string(), z.unknown()),
      total_predictions: z.number().nullish(),
      predictions_model_versions: z.string().nullish(),
      predictions_score: z.number().nullish(),
    }),
  ),
});
type Page = z.infer<typeof pageSchema>;

const predictionsSchema = z.array(
  z.object({ id: z.number(), model_version: z.string().nullish(), score: z.number().nullish() }),
);

/** Tasks per question; ids travel in the address, which servers bound to some kilobytes. */
const pageSize = 200;
/** Ids alone are short. */
const viewPageSize = 1000;

/** Label Studio computes the columns that a list is ordered by, and no others. */
const idThenScore = ['tasks:id', 'tasks:predictions_score'];

type Filter = readonly [column: string, operator: string, type: string, value: unknown];

/** The ledger of one project. */
export function openPredictionLedger(api: ConnectedApi, project: string): PredictionLedger {
  const list = async (query: object, size: number, more: Readonly<Record<string, string>> = {}): Promise<Page> => {
    const text = JSON.stringify({ ordering: ['tasks:id'], ...query });
    const search = new URLSearchParams({ project, page_size: String(size), query: text, ...more });
    const parsed = pageSchema.safeParse(await api.get(`/api/tasks?${search.toString()}`));
    if (!parsed.success) throw unknownForm();
    return parsed.data;
  };

  return {
    async page(selection, after) {
      for (const chunk of chunksOf(selection, after)) {
        const { tasks } = await list(queryOf(selection, chunk, [['id', 'greater', 'Number', after]]), pageSize);
        if (tasks.length > 0) return tasks.map(toLedgerTask);
      }
      return [];
    },
    async count(selection) {
      let total = 0;
      for (const chunk of chunksOf(selection, 0)) {
        total += (await list(queryOf(selection, chunk, []), 1)).total;
      }
      return total;
    },
    async tasksOfView(view) {
      const ids: number[] = [];
      for (let page = 1, total = 1; ids.length < total; page++) {
        const found = await list({}, viewPageSize, { view: String(view), page: String(page) });
        if (found.tasks.length === 0) break;
        ids.push(...found.tasks.map(({ id }) => id));
        total = found.total;
      }
      return ids.sort((a, b) => a - b);
    },
    async predicted(ids, modelVersion) {
      const found: PredictedTask[] = [];
      for (const chunk of chunks(ids)) {
        const filter: Filter = ['predictions_model_versions', 'contains', 'List', [modelVersion]];
        const query = { ...queryOf({ onlyUnlabeled: false }, chunk, [filter]), ordering: idThenScore };
        const { tasks } = await list(query, pageSize);
        found.push(...tasks.flatMap((task) => toPredictedTask(task, modelVersion)));
      }
      return found;
    },
    async scoreOf(task, modelVersion) {
      return (await ownPredictions(api, task, modelVersion))[0]?.score ?? null;
    },
    async post(predictions) {
      await api.post(`/api/projects/${encodeURIComponent(project)}/import/predictions`, predictions);
    },
    async deleteSurplus(task, modelVersion) {
      const [, ...surplus] = await ownPredictions(api, task, modelVersion);
      const deleted = await Promise.all(surplus.map(({ id }) => api.delete(`/api/predictions/${id}/`)));
      return deleted.filter(Boolean).length;
    },
  };
}

/** The predictions of one task and version, the first one first. */
async function ownPredictions(api: ConnectedApi, task: number, modelVersion: string) {
  const parsed = predictionsSchema.safeParse(await api.get(`/api/predictions/?task=${task}`));
  if (!parsed.success) throw unknownForm();
  return parsed.data.filter((each) => each.model_version === modelVersion).sort((a, b) => a.id - b.id);
}

function queryOf(
  { onlyUnlabeled }: Pick<TaskSelection, 'onlyUnlabeled'>,
  ids: readonly number[] | undefined,
  filters: readonly Filter[],
): object {
  const unlabeled: readonly Filter[] = onlyUnlabeled ? [['total_annotations', 'equal', 'Number', 0]] : [];
  const items = [...filters, ...unlabeled].map(([column, operator, type, value]) => ({
    filter: `filter:tasks:${column}`,
    operator,
    type,
    value,
  }));
  const selected = ids === undefined ? {} : { selectedItems: { all: false, included: ids } };
  return { ...selected, filters: { conjunction: 'and', items } };
}

/** Whole selections as `undefined`, which asks for all. */
function chunksOf({ ids }: TaskSelection, after: number): Iterable<readonly number[] | undefined> {
  return ids === undefined ? [undefined] : chunks(ids.filter((id) => id > after));
}

function* chunks(ids: readonly number[]): Generator<readonly number[]> {
  for (let start = 0; start < ids.length; start += pageSize) yield ids.slice(start, start + pageSize);
}

function toLedgerTask({ id, data, total_predictions }: Page['tasks'][number]): LedgerTask {
  return { id, data, hasPredictions: total_predictions !== 0 };
}

/** Label Studio joins the versions of a task with commas and cuts the text off after 500 characters. */
const cutLength = 500;

/** The filter finds versions that merely contain the one that is asked for. */
function toPredictedTask(task: Page['tasks'][number], modelVersion: string): PredictedTask[] {
  const { id, total_predictions, predictions_model_versions, predictions_score } = task;
  const text = predictions_model_versions ?? '';
  const versions = new Set(text.split(/,\s*/));
  const isCut = text.length >= cutLength;
  if (!isCut && !versions.has(modelVersion)) return [];
  const hasSurplus = isCut || (total_predictions ?? 0) > versions.size;
  // The column is a mean over all predictions, or over those of the versions that the project's settings name.
  const score = total_predictions === 1 ? (predictions_score ?? null) : null;
  return [{ id, hasSurplus, score }];
}
