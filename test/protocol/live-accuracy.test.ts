import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { HttpClient } from '../../src/label-studio/http-client.js';
import { openAccuracyStore } from '../../src/learning/accuracy-store.js';
import { createLiveAccuracyWith } from '../../src/learning/live-accuracy.js';
import { measureAnnotation } from '../../src/learning/measure-annotation.js';
import { recordedAnnotations } from '../support/recorded-annotations.js';
import { testBackend } from '../support/test-backend.js';

/** Label Studio as recorded: annotations by id, predictions by task. */
function recordedLabelStudio(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const http: HttpClient = {
    send: (address) => {
      const { pathname, search } = new URL(address);
      asked.push(pathname + search);
      const answer = answers[pathname + search];
      const bytes = Buffer.from(JSON.stringify(answer ?? {}));
      return Promise.resolve({ status: answer === undefined ? 404 : 200, location: undefined, bytes });
    },
    close: () => Promise.resolve(),
  };
  return { http, asked };
}

const setup = {
  project: '1.1700000000',
  schema: '',
  hostname: 'http://label-studio:8080',
  access_token: 'a'.repeat(40),
};

async function liveBackend(answers: Readonly<Record<string, unknown>> = {}, served: readonly unknown[] = []) {
  const { http, asked } = recordedLabelStudio(answers);
  const failures: string[] = [];
  const accuracy = createLiveAccuracyWith(
    {
      store: await openAccuracyStore(await mkdtemp(join(tmpdir(), 'accuracy-'))),
      http,
      maxPixels: 1e6,
      servedPredictions: () => Promise.resolve(served),
      onFailure: ({ annotationId }, reason) => failures.push(`${annotationId}: ${reason}`),
    },
    measureAnnotation,
    () => Promise.resolve(),
  );
  const { app } = testBackend({ accuracy });
  const hook = async (body: unknown) => {
    await request(app)
      .post('/webhook')
      .send(body as object)
      .expect(200);
    await accuracy.idle();
  };
  return { app, accuracy, hook, failures, asked };
}

const created = recordedAnnotations['hook-annotation-created'];
const updated = recordedAnnotations['hook-annotation-updated'];
const editedTask = recordedAnnotations.task;
const editedEvent = {
  action: 'ANNOTATION_CREATED',
  annotation: { id: 4 },
  task: { id: 3 },
  project: { id: 1, label_config: null },
};
const editedAnswers = {
  '/api/annotations/4/': { ...editedTask.annotations[0], task: 3 },
  '/api/predictions/?task=3': recordedAnnotations.predictions,
};

describe('a submitted annotation', () => {
  test('is read from Label Studio, measured and served', async () => {
    const { app, hook, asked } = await liveBackend(editedAnswers);
    await request(app).post('/setup').send(setup).expect(200);
    await hook(editedEvent);
    expect(asked).toEqual(['/api/annotations/4/', '/api/predictions/?task=3']);
    const { body } = (await request(app).get('/accuracy?project=1').expect(200)) as { body: unknown };
    expect(body).toMatchObject({
      annotations: [
        {
          project: '1',
          task: '3',
          annotation: '4',
          modelVersion: 'rec-v1',
          regions: { accepted: 0, edited: 2, rejected: 0, drawn: 1 },
          leadTimeS: 29.468,
        },
      ],
    });
    const { text, type } = await request(app).get('/metrics').expect(200);
    expect(type).toBe('text/plain');
    expect(text).toMatch(
      /# HELP sam_i_am_prediction_accuracy .*agreement, not accuracy: see sam_i_am_annotated_regions/,
    );
    expect(text).toContain('sam_i_am_measured_annotations{project="1",model_version="rec-v1"} 1');
    expect(text).toContain('sam_i_am_annotated_regions{project="1",model_version="rec-v1",origin="edited"} 2');
    expect(text).toMatch(/sam_i_am_prediction_accuracy\{project="1",model_version="rec-v1",measure="mIoU"\} 0\.\d+/);
  });

  test('is compared with our own copy of the prediction where Label Studio lost it', async () => {
    const annotations = { ...editedAnswers, '/api/predictions/?task=3': [] };
    const { app, accuracy, hook } = await liveBackend(annotations, recordedAnnotations.predictions);
    await request(app).post('/setup').send(setup).expect(200);
    await hook(editedEvent);
    expect(accuracy.entries()).toMatchObject([{ annotation: '4', modelVersion: 'rec-v1' }]);
  });

  test('comes from the webhook itself where Label Studio is not known, as recorded', async () => {
    const { annotation } = created as unknown as { annotation: { result: unknown[] } };
    const own = [{ id: 1, model_version: 'v1', created_at: '2026-11-01', result: annotation.result }];
    const { accuracy, hook } = await liveBackend({}, own);
    await hook(created);
    expect(accuracy.entries()).toMatchObject([
      { annotation: '5', task: '2', measures: { mIoU: 1 }, regions: { accepted: 1, edited: 0 } },
    ]);
  });

  test('without a prediction is told to the log', async () => {
    const { accuracy, hook, failures } = await liveBackend();
    await hook(updated);
    expect(accuracy.entries()).toEqual([]);
    expect(failures).toEqual([expect.stringContaining('1: there is no prediction')]);
  });

  test('that Label Studio does not have is not believed', async () => {
    const { app, accuracy, hook, failures } = await liveBackend();
    await request(app).post('/setup').send(setup).expect(200);
    await hook(created);
    expect(accuracy.entries()).toEqual([]);
    expect(failures).toEqual([expect.stringContaining('404')]);
  });

  test('deleted later is forgotten; a skipped one never counts', async () => {
    const { app, accuracy, hook, failures } = await liveBackend(editedAnswers);
    await request(app).post('/setup').send(setup).expect(200);
    await hook(editedEvent);
    await hook({ ...recordedAnnotations['hook-annotations-deleted'], annotations: [{ id: 4 }] });
    expect(accuracy.entries()).toEqual([]);
    const skipped = recordedAnnotations['hook-annotation-created-skipped'];
    const other = await liveBackend();
    await other.hook(skipped);
    expect([other.accuracy.entries(), other.failures, failures]).toEqual([[], [], []]);
  });

  test('in a bulk event counts like others', async () => {
    const { app, accuracy, hook } = await liveBackend(editedAnswers);
    await request(app).post('/setup').send(setup).expect(200);
    await hook({ ...editedEvent, action: 'ANNOTATIONS_CREATED', annotation: [{ id: 4 }], task: [{ id: 3 }] });
    expect(accuracy.entries()).toHaveLength(1);
  });

  test('is answered before it is measured', async () => {
    const { app, accuracy } = await liveBackend(editedAnswers);
    await request(app).post('/setup').send(setup).expect(200);
    const { body } = (await request(app).post('/webhook').send(editedEvent).expect(200)) as { body: unknown };
    expect(body).toEqual({ status: 'ok', action: 'ANNOTATION_CREATED' });
    await accuracy.idle();
    expect(accuracy.entries()).toHaveLength(1);
  });
});

test('without anything measured, the figures are empty and the metrics valid', async () => {
  const { app } = await liveBackend();
  expect((await request(app).get('/accuracy').expect(200)).body).toEqual({ annotations: [] });
  expect((await request(app).get('/metrics').expect(200)).text).toContain('# TYPE sam_i_am_prediction_accuracy gauge');
});
