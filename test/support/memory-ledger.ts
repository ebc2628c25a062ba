import { SamIAmError } from '../../src/core/errors.js';
import type { NewPrediction, PredictionLedger, TaskSelection } from '../../src/label-studio/prediction-ledger.js';

/** A project in memory with Label Studio's habits: nothing keeps two predictions of one version apart. */
export interface MemoryLedger extends PredictionLedger {
  readonly stored: { readonly id: number; readonly task: number; readonly version: string; readonly score: number }[];
  readonly posts: number;
  /** Called before each question with its name; throws what Label Studio should answer instead. */
  /** Tasks of which the list tells no score, and predictions that have none. */
  readonly unlisted: Set<number>;
  readonly unscored: Set<number>;
  onAsk: (question: string) => Promise<void> | void;
  deleteTask(id: number): void;
}

export function memoryLedger(tasks: readonly number[], pageSize = 10): MemoryLedger {
  const present = new Set(tasks);
  const stored: MemoryLedger['stored'] = [];
  let nextId = 1;
  let posts = 0;
  const of = ({ ids }: TaskSelection): number[] => [...present].filter((id) => ids === undefined || ids.includes(id));
  const ledger: MemoryLedger = {
    stored,
    unlisted: new Set(),
    unscored: new Set(),
    onAsk: () => undefined,
    get posts() {
      return posts;
    },
    deleteTask: (id) => present.delete(id),
    async page(selection, after) {
      await ledger.onAsk('page');
      const ids = of(selection).filter((id) => id > after);
      return ids.slice(0, pageSize).map((id) => ({
        id,
        data: { image: `${id}.png` },
        hasPredictions: stored.some(({ task }) => task === id),
      }));
    },
    async count(selection) {
      await ledger.onAsk('count');
      return of(selection).length;
    },
    tasksOfView: () => Promise.resolve([...present]),
    async predicted(ids, modelVersion) {
      await ledger.onAsk('predicted');
      return ids.flatMap((id) => {
        const own = stored.filter(({ task, version }) => task === id && version === modelVersion);
        const score = ledger.unlisted.has(id) ? null : (own[0]?.score ?? null);
        return own[0] === undefined ? [] : [{ id, hasSurplus: own.length > 1, score }];
      });
    },
    async scoreOf(id, modelVersion) {
      await ledger.onAsk(`score ${id}`);
      const own = stored.find(({ task, version }) => task === id && version === modelVersion);
      return ledger.unscored.has(id) ? null : (own?.score ?? null);
    },
    async post(predictions: readonly NewPrediction[]) {
      await ledger.onAsk('post');
      if (predictions.some(({ task }) => !present.has(task))) {
        throw new SamIAmError('label_studio.refused', 'answered 400', { hint: '' });
      }
      posts += predictions.length;
      for (const { task, model_version: version, score } of predictions) {
        stored.push({ id: nextId++, task, version, score });
      }
      await ledger.onAsk('posted');
    },
    async deleteSurplus(task, modelVersion) {
      await ledger.onAsk('deleteSurplus');
      const own = stored.filter((each) => each.task === task && each.version === modelVersion);
      for (const each of own.slice(1)) stored.splice(stored.indexOf(each), 1);
      return Math.max(0, own.length - 1);
    },
  };
  return ledger;
}
