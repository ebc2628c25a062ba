import { describe, expect, test } from '@jest/globals';
import type { ConnectedApi } from '../../../src/label-studio/connected-api.js';
import { openPredictionLedger } from '../../../src/label-studio/prediction-ledger.js';

interface Query {
  readonly filters?: { readonly items: readonly { filter: string; operator: string; value: unknown }[] };
  readonly selectedItems?: { readonly included: readonly number[] };
}

/** Answers task lists as Label Studio does, as far as the ledger asks: filters on id, annotations and versions. */
function api(tasks: readonly { id: number; versions?: string[]; annotated?: boolean; predictions?: number }[]) {
  const asked: string[] = [];
  const posts: unknown[] = [];
  const deleted: string[] = [];
  const list = (path: string) => {
    const search = new URL(path, 'http://x').searchParams;
    const { filters, selectedItems } = JSON.parse(search.get('query') ?? '{}') as Query;
    const size = Number(search.get('page_size'));
    const holds = (task: (typeof tasks)[number]) =>
      (selectedItems === undefined || selectedItems.included.includes(task.id)) &&
      (filters?.items ?? []).every(({ filter, value }) => {
        if (filter === 'filter:tasks:id') return task.id > Number(value);
        if (filter === 'filter:tasks:total_annotations') return task.annotated !== true;
        const [version = ''] = value as string[];
        return (task.versions ?? []).some((each) => each.includes(version));
      });
    const found = tasks.filter(holds);
    const start = (Number(search.get('page') ?? 1) - 1) * size;
    const shown = found.slice(start, start + size).map(({ id, versions = [], predictions = versions.length }) => ({
      id,
      data: { image: `${id}.png` },
      total_predictions: predictions,
      predictions_model_versions: [...new Set(versions)].join(','),
      predictions_score: 0.5,
    }));
    return { total: found.length, tasks: shown };
  };
  const connected: ConnectedApi = {
    get(path) {
      asked.push(path);
      if (path.startsWith('/api/tasks')) return Promise.resolve(list(path));
      return Promise.resolve([
        { id: 9, model_version: 'v-1', score: 0.9 },
        { id: 4, model_version: 'v-1', score: 0.4 },
        { id: 5, model_version: 'v-0', score: null },
      ]);
    },
    post: (path, body) => Promise.resolve(posts.push([path, body])),
    delete: (path) => Promise.resolve(deleted.push(path) > 0),
  };
  return { ledger: openPredictionLedger(connected, '7'), asked, posts, deleted };
}

const range = (length: number) => Array.from({ length }, (_, index) => ({ id: 2 * index + 1 }));

async function walk(ledger: ReturnType<typeof api>['ledger'], ids?: number[], onlyUnlabeled = false) {
  const seen: number[] = [];
  for (let after = 0; ;) {
    const page = await ledger.page({ ids, onlyUnlabeled }, after);
    if (page.length === 0) return seen;
    seen.push(...page.map(({ id }) => id));
    after = seen.at(-1) ?? 0;
  }
}

describe('tasks', () => {
  test('are walked page by page, all of them or those that were named', async () => {
    const tasks = range(450);
    const { ledger, asked } = api(tasks);
    expect(await walk(ledger)).toEqual(tasks.map(({ id }) => id));
    expect(asked).toHaveLength(4);
    const named = [3, 4, 5, ...tasks.slice(300).map(({ id }) => id)];
    expect(await walk(ledger, named)).toEqual(named.filter((id) => id !== 4));
    expect(await ledger.count({ ids: named, onlyUnlabeled: false })).toBe(named.length - 1);
  });

  test('behind two hundred that are gone are still found', async () => {
    const gone = Array.from({ length: 400 }, (_, index) => index + 1);
    expect(await walk(api([{ id: 500 }]).ledger, [...gone, 500])).toEqual([500]);
  });

  test('that people annotated are left out if that is wanted', async () => {
    const { ledger } = api([{ id: 1, annotated: true }, { id: 2 }]);
    expect(await walk(ledger, undefined, true)).toEqual([2]);
    expect(await ledger.count({ ids: undefined, onlyUnlabeled: true })).toBe(1);
  });

  test('of a view come in full before any is predicted, since predicting may move them out of it', async () => {
    const { ledger, asked } = api(range(1500));
    expect(await ledger.tasksOfView(3)).toHaveLength(1500);
    expect(asked.every((path) => path.includes('view=3'))).toBe(true);
  });
});

describe('predictions of a version', () => {
  test('are told by its whole name', async () => {
    const { ledger } = api([{ id: 1, versions: ['v-1'] }, { id: 2, versions: ['v-10'] }, { id: 3 }]);
    expect(await ledger.predicted([1, 2, 3], 'v-1')).toEqual([{ id: 1, hasSurplus: false, score: 0.5 }]);
  });

  test('are too many where there are more of them than versions', async () => {
    const tasks = [
      { id: 1, versions: ['v-1', 'v-0'] },
      { id: 2, versions: ['v-1', 'v-1'] },
    ];
    const found = await api(tasks).ledger.predicted([1, 2], 'v-1');
    expect(found.map(({ hasSurplus }) => hasSurplus)).toEqual([false, true]);
  });

  test('are looked at in full where Label Studio cuts the list of versions off', async () => {
    const versions = Array.from({ length: 60 }, (_, index) => `version-${index}`);
    const found = await api([{ id: 1, versions }]).ledger.predicted([1], 'version-59');
    expect(found).toEqual([{ id: 1, hasSurplus: true, score: null }]);
  });

  test('have their own score, whatever mean over several the list tells; that of the first where there are two', async () => {
    const { ledger } = api([{ id: 1, versions: ['v-1', 'v-0'] }]);
    expect(await ledger.predicted([1], 'v-1')).toEqual([{ id: 1, hasSurplus: false, score: null }]);
    expect(await Promise.all(['v-1', 'v-0', 'v-2'].map((version) => ledger.scoreOf(1, version)))).toEqual([
      0.4,
      null,
      null,
    ]);
  });

  test('but the first are deleted', async () => {
    const { ledger, deleted } = api([]);
    expect(await ledger.deleteSurplus(1, 'v-1')).toBe(1);
    expect(deleted).toEqual(['/api/predictions/9/']);
  });
});
