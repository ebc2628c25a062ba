import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { labelStudioAccess, ProjectRegistry } from '../../src/backend/project-registry.js';
import { loadSettings } from '../../src/config/settings.js';
import type { HttpClient } from '../../src/label-studio/http-client.js';
import { type Learning, openLearning } from '../../src/learning/learning.js';
import type { AnnotationEvent, LiveAccuracy } from '../../src/learning/live-accuracy.js';
import type { TrainingOutcome } from '../../src/learning/training/train-project.js';
import type { RunTraining } from '../../src/learning/training/training-process.js';
import { openProfileStore, type TrainingRecord } from '../../src/store/profile-store.js';
import { labelConfigWith, testBackend } from '../support/test-backend.js';

const labelConfig = labelConfigWith('Ge', 'Pt');
const setup = {
  project: '1.1700000000',
  schema: labelConfig,
  hostname: 'http://label-studio:8080',
  access_token: 'a'.repeat(40),
};

/** Label Studio with one project, as far as it is asked here: tests change its tasks. */
class OneProject {
  readonly tasks = new Map<number, { updated_at: string; annotations: { id: number; updated_at: string }[] }>();
  readonly http: HttpClient = {
    send: (address) => {
      const { pathname } = new URL(address);
      const bytes = Buffer.from(JSON.stringify(this.#answer(pathname) ?? {}));
      return Promise.resolve({ status: 200, location: undefined, bytes });
    },
    close: () => Promise.resolve(),
  };

  #answer(path: string): unknown {
    if (path === '/api/projects/1/') return { title: 'Films', label_config: labelConfig };
    const task = /\/api\/tasks\/(\d+)\/annotations/.exec(path)?.[1];
    if (task !== undefined) return this.tasks.get(Number(task))?.annotations ?? [];
    const tasks = [...this.tasks].filter(([, { annotations }]) => annotations.length > 0);
    return { total: tasks.length, tasks: tasks.map(([id, { updated_at }]) => ({ id, updated_at })) };
  }

  annotate(task: number, annotation: number, at: string): void {
    this.tasks.set(task, { updated_at: at, annotations: [{ id: annotation, updated_at: at }] });
  }
}

const outcome: TrainingOutcome = {
  finishedAt: 'now',
  outcome: 'refused',
  reason: 'worse',
  version: null,
  file: null,
  images: 3,
  heldOutIou: 0.3,
  zeroShotIou: 0.4,
};
const record: Omit<TrainingRecord, 'version'> = {
  createdAt: '2026-11-24T10:00:00Z',
  baseVersion: 'scripted-1',
  images: 3,
  heldOutIou: 0.8,
  zeroShotIou: 0.4,
  scores: [],
};

let dataDir: string;
let learning: Learning;
let labelStudio: OneProject;
let trained: string[];
let submitted: AnnotationEvent[];
let deleted: string[];
let failures: string[];

async function start(environment: Record<string, string> = {}) {
  const settings = loadSettings({ DATA_DIR: dataDir, ...environment });
  const projects = new ProjectRegistry();
  const accuracy: LiveAccuracy = {
    submitted: (event) => void submitted.push(event),
    deleted: (annotation) => void deleted.push(annotation),
    entries: () => [],
    idle: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const run: RunTraining = ({ project }) => {
    trained.push(project);
    return Promise.resolve(outcome);
  };
  learning = await openLearning({
    settings,
    baseVersion: 'scripted-1',
    http: labelStudio.http,
    accuracy,
    run,
    accessTo: (project) => labelStudioAccess(settings, projects.findById(project)),
    onTraining: () => undefined,
    onFailure: (project, reason) => failures.push(`${project}: ${reason}`),
    // What the training here stands for is no profile.
    onUnusable: () => undefined,
  });
  return testBackend({ environment: { DATA_DIR: dataDir, ...environment }, learning, accuracy, projects }).app;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'learning-'));
  labelStudio = new OneProject();
  [trained, submitted, deleted, failures] = [[], [], [], []];
});
afterEach(async () => {
  await learning.close();
  await rm(dataDir, { recursive: true });
  expect(failures).toEqual([]);
});

type App = Awaited<ReturnType<typeof start>>;
const projectOf = async (app: App) => {
  const answer = await request(app).get('/api/projects').expect(200);
  return (answer.body as { projects: unknown[] }).projects[0];
};
const hook = (app: App, action = 'ANNOTATION_CREATED') =>
  request(app)
    .post('/webhook')
    .send({ action, project: { id: 1 }, annotation: { id: 4 }, task: { id: 3 } });

describe('annotations', () => {
  test('are counted and measured from what Label Studio itself says, however often and in whatever order its hints come', async () => {
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    labelStudio.annotate(5, 6, '2026-11-24T10:01:00Z');
    await Promise.all([hook(app, 'ANNOTATION_UPDATED'), hook(app), hook(app)]);
    await learning.idle();
    expect(submitted.map(({ annotationId }) => annotationId).sort()).toEqual(['4', '6']);
    expect(await projectOf(app)).toMatchObject({
      id: '1',
      title: 'Films',
      labels: ['Ge', 'Pt'],
      accepted: 2,
      sinceTraining: 2,
      modelVersion: 'scripted-1',
      url: 'http://label-studio:8080/projects/1/data',
      training: null,
      profiles: [],
    });
  });

  test('are found though no webhook came, when Label Studio shows up', async () => {
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    expect(submitted.map(({ annotationId }) => annotationId)).toEqual(['4']);
  });

  test('that were noted before a crash are looked at after it', async () => {
    const app = await start();
    // Label Studio is not known yet: the hint waits.
    await hook(app).expect(200);
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    await learning.close();
    submitted = [];
    const again = await start();
    await request(again).post('/setup').send(setup).expect(200);
    await learning.idle();
    expect(submitted.map(({ annotationId }) => annotationId)).toEqual(['4']);
  });

  test('that are deleted, or whose task is, are measured no more', async () => {
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    labelStudio.annotate(5, 6, '2026-11-24T10:00:00Z');
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    labelStudio.annotate(3, 7, '2026-11-24T10:05:00Z');
    labelStudio.tasks.delete(5);
    await hook(app, 'TASKS_DELETED');
    await learning.idle();
    expect(deleted.sort()).toEqual(['4', '6']);
    expect(await projectOf(app)).toMatchObject({ accepted: 1 });
  });

  test('of many megabytes are acknowledged without being parsed', async () => {
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    const rle = Array.from({ length: 600_000 }, () => 255);
    const body = {
      action: 'ANNOTATION_CREATED',
      annotation: { id: 4, result: [{ value: { rle } }] },
      project: { id: 1 },
    };
    await request(app).post('/webhook').send(body).expect(200, { status: 'ok', action: 'ANNOTATION_CREATED' });
    await learning.idle();
    expect(submitted.map(({ annotationId }) => annotationId)).toEqual(['4']);
  });
});

describe('training is started', () => {
  test('by the button of Label Studio, by /train and by the page', async () => {
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    const asked = await request(app)
      .post('/webhook')
      .send({ action: 'START_TRAINING', project: { id: 1 } })
      .expect(200);
    expect(asked.body).toMatchObject({
      status: 'ok',
      job: expect.stringMatching(/^1-/),
      training: { startedAt: expect.any(String) },
    });
    await learning.idle();
    await request(app).post('/train').send({ project: '1.1700000000' }).expect(200);
    await learning.idle();
    const page = await request(app).post('/api/projects/1/train').expect(202);
    expect(page.body).toMatchObject({ training: { progress: 0, startedAt: expect.any(String) } });
    await learning.idle();
    expect(trained).toEqual(['1', '1', '1']);
  });

  test('by every N-th annotation, and then the count starts anew', async () => {
    const app = await start({ TRAIN_EVERY: '2' });
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    await hook(app);
    await learning.idle();
    expect(trained).toEqual([]);
    labelStudio.annotate(5, 6, '2026-11-24T10:01:00Z');
    await hook(app);
    await learning.idle();
    expect(trained).toEqual(['1']);
    await hook(app);
    await learning.idle();
    expect(trained).toEqual(['1']);
    expect(await projectOf(app)).toMatchObject({ accepted: 2, sinceTraining: 0 });
  });

  test('only with the login where there is one', async () => {
    const app = await start({ BASIC_AUTH_USER: 'ada', BASIC_AUTH_PASS: 'lovelace' });
    const body = { action: 'START_TRAINING', project: { id: 1 } };
    await request(app).post('/webhook').send(body).expect(401);
    await request(app).post('/api/projects/1/train').expect(401);
    await request(app).post('/setup').auth('ada', 'lovelace').send(setup).expect(200);
    await learning.idle();
    await request(app).post('/webhook').auth('ada', 'lovelace').send(body).expect(200);
    await learning.idle();
    expect(trained).toEqual(['1']);
  });

  test('not for something that is no project', async () => {
    const app = await start();
    await request(app).post('/api/projects/..%2Fetc/train').expect(404);
    await request(app).post('/train').send({}).expect(200);
    expect(trained).toEqual([]);
  });
});

describe('versions', () => {
  const adopt = async (about: string) => openProfileStore(dataDir).adopt('1', { about }, record);

  test('are listed, can be rolled back, and an unknown one is refused', async () => {
    const app = await start();
    await request(app).post('/setup').send(setup).expect(200);
    await learning.idle();
    const [first, second] = [await adopt('first'), await adopt('second')];
    const answer = await request(app).get('/versions').expect(200);
    expect(answer.body).toEqual({ versions: ['scripted-1', first.modelVersion, second.modelVersion] });
    await request(app).post('/api/projects/1/rollback').send({}).expect(200, { active: first.modelVersion });
    await request(app).post('/api/projects/1/rollback').send({ version: 'v9' }).expect(400);
    expect(await projectOf(app)).toMatchObject({
      profiles: [
        { version: second.modelVersion, active: false, heldOutIou: 0.8 },
        { version: first.modelVersion, active: true },
      ],
    });
    await request(app).post('/api/projects/1/rollback').send({}).expect(200, { active: null });
  });

  test('GET /metrics has the figures of projects and trainings', async () => {
    const app = await start();
    labelStudio.annotate(3, 4, '2026-11-24T10:00:00Z');
    await request(app).post('/setup').send(setup).expect(200);
    await request(app).post('/train').send({ project: 1 });
    await learning.idle();
    const { text } = await request(app).get('/metrics').expect(200);
    expect(text).toContain('sam_i_am_accepted_tasks{project="1",model_version="scripted-1"} 1');
    expect(text).toContain('sam_i_am_trainings{outcome="refused"} 1');
  });
});
