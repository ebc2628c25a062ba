import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type PrelabelDeps,
  type PrelabelledTask,
  prelabelProject,
} from '../../../../src/app/prelabel/prelabel-project.js';
import { SamIAmError } from '../../../../src/core/errors.js';
import type { BrushResult } from '../../../../src/label-studio/brush-result.js';
import { openTaskClaims } from '../../../../src/store/task-claims.js';
import { type MemoryLedger, memoryLedger } from '../../../support/memory-ledger.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'prelabel-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const all = { ids: undefined, onlyUnlabeled: false };
const range = (length: number) => Array.from({ length }, (_, index) => index + 1);
const painted = (score: number): BrushResult => ({ regions: [], notes: [], score, areaPx: 1, warnings: [] });
const scoreOf = (task: number) => ((task * 37) % 100) / 100;
const away = () => new SamIAmError('label_studio.unreachable', 'Label Studio is away', { hint: 'Wait.' });

function setUp(ledger: MemoryLedger, more: Partial<PrelabelDeps> = {}) {
  const done: PrelabelledTask[] = [];
  const waits: string[] = [];
  const paintings: number[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const deps: PrelabelDeps = {
    ledger,
    modelVersion: 'v-1',
    inFlight: 4,
    lookAgainMs: 5,
    signal,
    claims: openTaskClaims(folder, { settleMs: 0 }),
    paint: ({ id }) => {
      paintings.push(id);
      return Promise.resolve(painted(scoreOf(id)));
    },
    keepCopy: () => Promise.resolve(),
    scores: { of: () => undefined, keep: () => Promise.resolve() },
    patience: { longestMs: 60_000, firstWaitMs: 1, onWait: ({ message }) => waits.push(message), signal },
    onTask: (each) => done.push(each),
    ...more,
  };
  return { deps, done, waits, paintings };
}

const perTask = ({ stored }: MemoryLedger, version = 'v-1') => {
  const counts = new Map<number, number>();
  for (const each of stored) if (each.version === version) counts.set(each.task, (counts.get(each.task) ?? 0) + 1);
  return counts;
};
const onceEach = (tasks: readonly number[]) => new Map(tasks.map((task) => [task, 1]));

describe('a project', () => {
  test('gets one prediction per task; a second run paints and posts nothing', async () => {
    const ledger = memoryLedger(range(57));
    const first = setUp(ledger);
    expect(await prelabelProject(all, first.deps)).toMatchObject({ posted: 57, present: 0, failed: 0 });
    expect(perTask(ledger)).toEqual(onceEach(range(57)));
    const second = setUp(ledger);
    expect(await prelabelProject(all, second.deps)).toMatchObject({ posted: 0, present: 57, failed: 0 });
    expect([ledger.posts, second.paintings]).toEqual([57, []]);
  });

  test('is reviewed from the least certain task on, those of earlier runs included', async () => {
    const ledger = memoryLedger(range(30));
    await prelabelProject({ ids: range(11), onlyUnlabeled: false }, setUp(ledger).deps);
    const { order } = await prelabelProject(all, setUp(ledger).deps);
    const expected = range(30).sort((a, b) => scoreOf(a) - scoreOf(b) || a - b);
    expect([...order.sorted()].map(({ task }) => task)).toEqual(expected);
  });

  test('is reviewed by the scores that were posted, whatever mean Label Studio tells', async () => {
    const ledger = memoryLedger(range(3));
    await prelabelProject(all, setUp(ledger).deps);
    const known = new Map([[1, 0.99], [2, 0.01]]); // prettier-ignore
    const { order } = await prelabelProject(
      all,
      setUp(ledger, { scores: { of: (task) => known.get(task), keep: () => Promise.resolve() } }).deps,
    );
    expect([...order.sorted()].map(({ task }) => task)).toEqual([2, 3, 1]);
  });

  test('is reviewed by the scores of predictions that were made elsewhere, each of them read once', async () => {
    const ledger = memoryLedger(range(25));
    await prelabelProject(all, setUp(ledger).deps);
    for (const task of range(20)) ledger.unlisted.add(task);
    for (const task of [3, 4]) ledger.unscored.add(task);
    const asked: string[] = [];
    ledger.onAsk = (question) => {
      if (question.startsWith('score')) asked.push(question);
    };
    const journal = new Map([[5, 0.001]]);
    const scores = {
      of: (task: number) => journal.get(task),
      keep: async (task: number, score: number) => {
        await Promise.resolve(journal.set(task, score));
      },
    };
    const { order, present } = await prelabelProject(all, setUp(ledger, { scores }).deps);
    const known = range(25).filter((task) => ![3, 4].includes(task));
    const score = (task: number) => (task === 5 ? 0.001 : scoreOf(task));
    expect([...order.sorted()].map(({ task }) => task)).toEqual(known.sort((a, b) => score(a) - score(b) || a - b));
    expect([present, asked.length]).toEqual([25, 19]);
    asked.length = 0;
    expect((await prelabelProject(all, setUp(ledger, { scores }).deps)).order.size).toBe(23);
    expect(asked).toEqual(['score 3', 'score 4']);
  });

  test('that another model version predicted is predicted again beside it', async () => {
    const ledger = memoryLedger(range(5));
    await prelabelProject(all, setUp(ledger, { modelVersion: 'v-0' }).deps);
    expect(await prelabelProject(all, setUp(ledger).deps)).toMatchObject({ posted: 5 });
    expect([perTask(ledger, 'v-0'), perTask(ledger, 'v-1')]).toEqual([onceEach(range(5)), onceEach(range(5))]);
  });

  test('of which a dry run counts what is missing stays as it is', async () => {
    const ledger = memoryLedger(range(12));
    await prelabelProject({ ids: [3, 4], onlyUnlabeled: false }, setUp(ledger).deps);
    const { deps, paintings } = setUp(ledger, { dryRun: true });
    expect(await prelabelProject(all, deps)).toMatchObject({ posted: 0, present: 2, missing: 10 });
    expect([ledger.posts, paintings]).toEqual([2, []]);
  });

  test('has second predictions of one version deleted, the first of them left', async () => {
    const ledger = memoryLedger(range(4));
    const one = { result: [], score: 0.5, model_version: 'v-1' };
    await ledger.post([2, 2, 3].map((task) => ({ ...one, task })));
    expect(await prelabelProject(all, setUp(ledger).deps)).toMatchObject({ posted: 2, present: 2, surplus: 1 });
    expect(perTask(ledger)).toEqual(onceEach(range(4)));
    expect(ledger.stored.find(({ task }) => task === 2)?.id).toBe(1);
  });
});

describe('commands that run at once', () => {
  test('share the tasks where they share the claims', async () => {
    const ledger = memoryLedger(range(60));
    const runs = [1, 2, 3].map(() => setUp(ledger));
    await Promise.all(runs.map(({ deps }) => prelabelProject(all, deps)));
    expect(perTask(ledger)).toEqual(onceEach(range(60)));
    expect(ledger.posts).toBe(60);
    expect(runs.flatMap(({ paintings }) => paintings).length).toBeLessThan(80);
  });

  test('leave one prediction each where they know nothing of each other', async () => {
    const ledger = memoryLedger(range(60));
    ledger.onAsk = async (question) => {
      if (question === 'post') await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const apart = [1, 2].map((index) =>
      setUp(ledger, { claims: openTaskClaims(join(folder, String(index)), { settleMs: 0 }) }),
    );
    await Promise.all(apart.map(({ deps }) => prelabelProject(all, deps)));
    expect(perTask(ledger)).toEqual(onceEach(range(60)));
    expect(ledger.posts).toBeGreaterThan(60);
  });
});

describe('a Label Studio that is away for a while', () => {
  test('is waited for, whatever was asked; an answer that got lost posts nothing twice', async () => {
    const ledger = memoryLedger(range(25));
    const failing = new Map([['page', 1], ['predicted', 2], ['posted', 1], ['post', 1]]); // prettier-ignore
    ledger.onAsk = (question) => {
      const left = failing.get(question) ?? 0;
      failing.set(question, left - 1);
      if (left > 0) throw away();
    };
    const { deps, waits } = setUp(ledger);
    expect(await prelabelProject(all, deps)).toMatchObject({ posted: 25, failed: 0 });
    expect(perTask(ledger)).toEqual(onceEach(range(25)));
    expect([ledger.posts, waits.length]).toEqual([25, 5]);
  });

  test('and does not come back ends the run; the next one goes on', async () => {
    const ledger = memoryLedger(range(60));
    ledger.onAsk = (question) => {
      if (question === 'post' && ledger.posts >= 25) throw away();
    };
    const { deps } = setUp(ledger);
    const impatient = { ...deps, patience: { ...deps.patience, longestMs: 0 } };
    await expect(prelabelProject(all, impatient)).rejects.toMatchObject({ code: 'label_studio.unreachable' });
    ledger.onAsk = () => undefined;
    const posted = ledger.posts;
    expect(await readdir(folder)).toEqual([]);
    expect(await prelabelProject(all, setUp(ledger).deps)).toMatchObject({ posted: 60 - posted, failed: 0 });
    expect(perTask(ledger)).toEqual(onceEach(range(60)));
  });
});

describe('what goes wrong with a task', () => {
  test('costs only its own place', async () => {
    const ledger = memoryLedger(range(20));
    const bad = new SamIAmError('image.missing', 'no image', { hint: 'Give it one.' });
    const paint = ({ id }: { id: number }) => (id % 5 === 0 ? Promise.reject(bad) : Promise.resolve(painted(0.5)));
    const { deps, done } = setUp(ledger, { paint });
    expect(await prelabelProject(all, deps)).toMatchObject({ posted: 16, failed: 4 });
    expect(done.filter(({ outcome }) => outcome === 'failed').map(({ task }) => task)).toEqual([5, 10, 15, 20]);
  });

  test('a deleted task does not keep its batch from being posted', async () => {
    const ledger = memoryLedger(range(9));
    ledger.onAsk = (question) => {
      if (question === 'post') ledger.deleteTask(4);
    };
    const { deps, done } = setUp(ledger);
    expect(await prelabelProject(all, deps)).toMatchObject({ posted: 8, failed: 1 });
    expect(done.find(({ outcome }) => outcome === 'failed')).toMatchObject({ task: 4 });
  });

  test.each(['label_studio.unauthorised', 'disk.unwritable', 'model.checksum', 'queue.refused'] as const)(
    '%s would befall all others, so that it ends the run',
    async (code) => {
      const ledger = memoryLedger(range(100));
      const { deps, paintings } = setUp(ledger, {
        paint: () => Promise.reject(new SamIAmError(code, 'no', { hint: '' })),
      });
      await expect(prelabelProject(all, deps)).rejects.toMatchObject({ code });
      expect(paintings.length).toBeLessThan(10);
    },
  );
});

test.each([
  ['a token that expires midway', 'image.forbidden', 'label_studio.unauthorised'],
  ['a project that is deleted midway', 'image.not_found', 'label_studio.refused'],
] as const)('%s is the reason why images are refused, and costs no task its place', async (_, ofImage, ofList) => {
  const ledger = memoryLedger(range(60), 60);
  const { deps, done } = setUp(ledger, {
    paint: ({ id }) => {
      if (id <= 20) return Promise.resolve(painted(0.5));
      ledger.onAsk = () => Promise.reject(new SamIAmError(ofList, 'refused', { hint: '' }));
      return Promise.reject(new SamIAmError(ofImage, 'no image', { hint: '' }));
    },
  });
  await expect(prelabelProject(all, deps)).rejects.toMatchObject({ code: ofList });
  expect([done.filter(({ outcome }) => outcome === 'failed'), await readdir(folder)]).toEqual([[], []]);
  ledger.onAsk = () => undefined;
  await prelabelProject(all, setUp(ledger).deps);
  expect(perTask(ledger)).toEqual(onceEach(range(60)));
});

test('a disk that is full is noticed before anything is posted', async () => {
  const ledger = memoryLedger(range(30));
  const full = new SamIAmError('disk.unwritable', 'the disk is full', { hint: 'Make room.' });
  const { deps } = setUp(ledger, { scores: { of: () => undefined, keep: () => Promise.reject(full) } });
  await expect(prelabelProject(all, deps)).rejects.toBe(full);
  expect([ledger.posts, await readdir(folder)]).toEqual([0, []]);
  expect(await prelabelProject(all, setUp(ledger).deps)).toMatchObject({ posted: 30 });
});

test('an interrupted run posts what is painted, and the next one goes on', async () => {
  const ledger = memoryLedger(range(40));
  const controller = new AbortController();
  const first = setUp(ledger, { signal: controller.signal });
  const onTask = (): void => undefined;
  const paint = (task: { id: number; data: object; hasPredictions: boolean }) => {
    if (task.id === 17) controller.abort();
    return Promise.resolve(painted(0.5));
  };
  await prelabelProject(all, { ...first.deps, paint, onTask });
  expect(ledger.posts).toBeGreaterThanOrEqual(16);
  expect(ledger.posts).toBeLessThan(30);
  const posted = ledger.posts;
  expect(await prelabelProject(all, setUp(ledger).deps)).toMatchObject({ posted: 40 - posted });
  expect(perTask(ledger)).toEqual(onceEach(range(40)));
});
