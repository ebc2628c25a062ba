import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HttpClient } from '../../../src/label-studio/http-client.js';
import type { AnnotationEvent, LiveAccuracy } from '../../../src/learning/live-accuracy.js';
import {
  newestChange,
  type ProjectWatch,
  tasksSinceTraining,
  watchProjects,
} from '../../../src/learning/project-watch.js';
import type { Hint, HintInbox } from '../../../src/store/hint-inbox.js';
import type { ProjectRecord, ProjectRecords } from '../../../src/store/project-records.js';
import { labelConfigWith } from '../../support/test-backend.js';

interface Annotated {
  readonly at: string;
  readonly annotations: readonly { readonly id: number; readonly at: string; readonly cancelled?: boolean }[];
}

/** Label Studio with one project, as far as a watch asks it; tests change its tasks. */
let tasks: Map<number, Annotated>;
let asked: string[];
let isAway: boolean;
const http: HttpClient = {
  send: (address) => {
    const { pathname } = new URL(address);
    asked.push(pathname);
    const isMadeUp = /^\/api\/projects\/\d{2}/.test(pathname);
    const bytes = Buffer.from(JSON.stringify(isAway ? {} : answerTo(pathname)));
    return Promise.resolve({ status: isAway ? 503 : isMadeUp ? 404 : 200, location: undefined, bytes });
  },
  close: () => Promise.resolve(),
};

function answerTo(path: string): unknown {
  if (path === '/api/projects/1/') return { title: 'Films', label_config: labelConfigWith('Ge', 'Pt') };
  const task = /\/api\/tasks\/(\d+)\/annotations/.exec(path)?.[1];
  if (task !== undefined) {
    const found = tasks.get(Number(task))?.annotations ?? [];
    return found.map(({ id, at, cancelled = false }) => ({ id, updated_at: at, was_cancelled: cancelled }));
  }
  return { total: tasks.size, tasks: [...tasks].map(([id, { at }]) => ({ id, updated_at: at })) };
}

let records: Map<string, ProjectRecord>;
const kept: ProjectRecords = {
  read: (id) => Promise.resolve(records.get(id)),
  write: (record) => Promise.resolve(void records.set(record.id, record)),
  all: () => Promise.resolve([...records.values()]),
};

let hints: Map<string, number>;
let last: number;
const inbox: HintInbox = {
  damaged: 0,
  note: ({ project }: Hint) => Promise.resolve(void hints.set(project, ++last)),
  waiting: () => new Map(hints),
  settle: (project, upTo) => {
    if ((hints.get(project) ?? Infinity) <= upTo) hints.delete(project);
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

let submitted: AnnotationEvent[];
let deleted: string[];
const accuracy: LiveAccuracy = {
  submitted: (event) => void submitted.push(event),
  deleted: (id) => void deleted.push(id),
  entries: () => [],
  idle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

let failures: string[];
let compared: number;
let watch: ProjectWatch;
const pauses = { afterHintMs: 0, betweenLooksMs: 1_000_000, afterFailureMs: 1_000_000 };
const open = (token: string | undefined = 'token'): ProjectWatch =>
  watchProjects({
    inbox,
    records: kept,
    http,
    accuracy,
    accessTo: () => ({ url: 'http://label-studio:8080', token }),
    onCompared: () => {
      compared++;
    },
    onFailure: (_project, reason) => failures.push(reason),
    pauses,
  });

beforeEach(() => {
  tasks = new Map();
  records = new Map();
  hints = new Map();
  [asked, submitted, deleted, failures] = [[], [], [], []];
  [last, compared, isAway] = [0, 0, false];
});
afterEach(() => watch.close());

const annotate = (task: number, at: string, ...ids: number[]): void =>
  void tasks.set(task, { at, annotations: ids.map((id) => ({ id, at })) });
const ids = () => submitted.map(({ annotationId }) => annotationId);

describe('a look at a project', () => {
  test('tells what is new, with what Label Studio itself said, and asks for each task once', async () => {
    watch = open();
    annotate(1, '2026-01-01', 11);
    annotate(2, '2026-01-02', 21, 22);
    await watch.compare('1');
    expect(ids()).toEqual(['11', '21', '22']);
    expect(
      submitted.every(({ isFromLabelStudio, annotation }) => isFromLabelStudio === true && annotation !== null),
    ).toBe(true);
    expect(asked.filter((path) => path.includes('annotations'))).toHaveLength(2);
    expect(records.get('1')).toMatchObject({ title: 'Films', labels: ['Ge', 'Pt'], trainedUpTo: '' });
    expect(compared).toBe(1);
  });

  test('passes over what has not changed, and tells what is gone', async () => {
    watch = open();
    annotate(1, '2026-01-01', 11, 12);
    annotate(2, '2026-01-02', 21);
    await watch.compare('1');
    submitted = [];
    annotate(1, '2026-01-03', 11);
    tasks.delete(2);
    await watch.compare('1');
    expect(ids()).toEqual(['11']);
    expect(deleted.sort()).toEqual(['12', '21']);
    await watch.compare('1');
    expect(ids()).toEqual(['11']);
  });

  test('leaves out annotations that were cancelled', async () => {
    watch = open();
    tasks.set(1, { at: '2026-01-01', annotations: [{ id: 1, at: '2026-01-01', cancelled: true }] });
    await watch.compare('1');
    expect(ids()).toEqual([]);
  });
});

test('hints that come together are one look, after which they are settled', async () => {
  watch = open();
  annotate(1, '2026-01-01', 11);
  const hint = { project: '1', action: 'ANNOTATION_CREATED' };
  await Promise.all([watch.noted(hint), watch.noted(hint), watch.noted(hint)]);
  await watch.idle();
  expect([compared, hints.size, ids()]).toEqual([1, 0, ['11']]);
});

test('where Label Studio does not answer, the hint stays and the reason is told', async () => {
  isAway = true;
  watch = open();
  await watch.noted({ project: '1', action: 'ANNOTATION_CREATED' });
  while (failures.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(failures[0]).toMatch(/503/);
  expect(hints.has('1')).toBe(true);
});

test('without a token nothing is asked, and nothing is lost', async () => {
  watch = watchProjects({
    inbox,
    records: kept,
    http,
    accuracy,
    accessTo: () => ({ url: undefined, token: undefined }),
    onCompared: () => {
      compared++;
    },
    onFailure: (_project, reason) => failures.push(reason),
    pauses,
  });
  await watch.noted({ project: '1', action: 'ANNOTATION_CREATED' });
  await watch.idle();
  expect([asked, hints.size]).toEqual([[], 1]);
});

test('what was learned from is no longer new', async () => {
  watch = open();
  annotate(1, '2026-01-01', 11);
  annotate(2, '2026-01-05', 21);
  await watch.compare('1');
  const [before] = await watch.projects();
  expect(before && [tasksSinceTraining(before), newestChange(before)]).toEqual([2, '2026-01-05']);
  await watch.trained('1', '2026-01-02');
  const [after] = await watch.projects();
  expect(after && tasksSinceTraining(after)).toBe(1);
});

describe('projects that nobody knows', () => {
  test('are asked for once: what Label Studio does not have is settled', async () => {
    watch = open();
    await watch.noted({ project: '4711', action: 'X' });
    await watch.idle();
    expect(asked.filter((path) => path.includes('4711'))).toHaveLength(1);
    expect(hints.size).toBe(0);
    expect(failures).toEqual([expect.stringContaining('has no project 4711')]);
  });

  test('are bounded in number, and projects that are known are not among them', async () => {
    watch = open();
    await watch.compare('1');
    isAway = true;
    const named = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) => watch.noted({ project: `${1000 + index}`, action: 'X' })),
    );
    expect(named.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(200);
    expect(hints.size).toBeLessThanOrEqual(100);
    await watch.noted({ project: '1', action: 'X' });
    await expect(watch.noted({ project: '9999', action: 'X' })).rejects.toMatchObject({ code: 'capacity.queue_full' });
  });
});
