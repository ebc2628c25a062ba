import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { SamIAmError } from '../../src/core/errors.js';
import { success } from '../../src/core/result.js';
import { decodeBrushRle } from '../../src/label-studio/brush-codec.js';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { scriptedService } from '../support/scripted-service.js';
import { inlineImage, labelConfigWith, regionsOf, testBackend } from '../support/test-backend.js';

const fourLabels = labelConfigWith('A', 'B', 'C', 'D');
const task = (id: number, text: string) => ({
  id,
  data: { image: inlineImage(text) },
  annotations: [],
  predictions: [],
});
const body = (tasks: readonly unknown[], config = fourLabels) => ({
  tasks,
  project: '1.1795394550',
  label_config: config,
  params: { login: null, password: null, context: null },
});

async function predict(backend: ReturnType<typeof testBackend>, sent: object): Promise<PredictAnswer> {
  const response = await request(backend.app).post('/predict').send(sent).expect(200);
  return response.body as PredictAnswer;
}

describe('bulk predictions', () => {
  test('paint each task in order, with the version of /setup and fresh ids', async () => {
    const backend = testBackend();
    const setup = await request(backend.app).post('/setup').send({ project: '1.1', schema: fourLabels });
    const { results, errors } = await predict(backend, body([task(1, 'one'), task(2, 'two')]));
    expect(errors).toBeUndefined();
    expect(results.map(({ model_version }) => ({ model_version }))).toEqual([setup.body, setup.body]);
    const regions = results.flatMap(regionsOf);
    expect(regions.map(({ value }) => value.brushlabels)).toEqual([['A'], ['B'], ['C'], ['A'], ['B'], ['C']]);
    expect(new Set(regions.map(({ id }) => id)).size).toBe(6);
    expect(results[0]?.score).toBeCloseTo((0.9 * 4 + 0.8 * 3 + 0.7 * 2) / 9, 12);
  });

  test('give masks as arrays of numbers that decode to the painted rows', async () => {
    const { results } = await predict(testBackend(), body([task(1, 'one')]));
    const second = regionsOf(results[0])[1];
    expect(second).toMatchObject({
      type: 'brushlabels',
      from_name: 'material',
      to_name: 'image',
      original_width: 12,
      original_height: 10,
      origin: 'prediction',
      value: { format: 'rle' },
    });
    const { alpha } = decodeBrushRle(Uint8Array.from(second?.value.rle ?? []));
    expect([...alpha]).toEqual(Array.from({ length: 120 }, (_, i) => (i >= 48 && i < 84 ? 255 : 0)));
  });

  test('a bad task costs only its own place: an empty result there, and its name in errors', async () => {
    const tasks = [
      task(1, 'one'),
      task(2, 'bad text'),
      { id: 3, data: {} },
      { id: 4, data: { image: '' } },
      'no task',
      { id: 6, data: { image: 'ftp://host/image.png' } },
      { id: 7, data: { image: '/data/upload/1/x.png' } },
      task(8, 'crash'),
      task(9, 'nine'),
    ];
    const { results, errors } = await predict(testBackend(), body(tasks));
    expect(results.map(({ result }) => result?.length)).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 3]);
    expect(results.map(({ error }) => error?.code)).toEqual([
      undefined,
      'image.unreadable',
      'image.missing',
      'image.missing',
      'image.missing',
      'image.not_found',
      'label_studio.unreachable',
      'internal',
      undefined,
    ]);
    expect(errors?.map(({ task: id, index }) => [id, index])).toEqual(
      [2, 3, 4, null, 6, 7, 8].map((id, position) => [id, position + 1]),
    );
    expect(errors?.every(({ message, hint }) => message !== '' && hint !== '')).toBe(true);
    expect(JSON.stringify(results)).not.toContain('secret detail');
  });

  test("Label Studio gets no result in a bad task's place: it would store an empty one and never ask again", async () => {
    const response = await request(testBackend().app)
      .post('/predict')
      .set('user-agent', 'heartex/1.23.2')
      .send(body([task(1, 'one'), task(2, 'bad text'), task(3, 'three')]));
    const { results, errors } = response.body as PredictAnswer;
    expect(results.map((entry) => 'result' in entry)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ model_version: 'scripted-1', error: { code: 'image.unreadable' } });
    expect(errors).toMatchObject([{ task: 2, index: 1 }]);
  });

  test('a copy of what is served is kept: task, version, masks, parameters', async () => {
    const backend = testBackend();
    const { results } = await predict(backend, body([task(1, 'one'), task(2, 'bad text')]));
    expect(backend.served).toHaveLength(1);
    expect(backend.served[0]).toMatchObject({
      project: '1.1795394550',
      task: 1,
      modelVersion: 'scripted-1',
      prompts: [],
      parameters: { materials: null, click: 'mask' },
    });
    expect(backend.served[0]?.regions.map(({ id, label }) => [id, label])).toEqual(
      regionsOf(results[0]).map(({ id, value }) => [id, value.brushlabels[0]]),
    );
  });

  test('an empty batch has an empty answer', async () => {
    expect(await predict(testBackend(), body([]))).toEqual({ results: [] });
  });

  test('an upload before the project had a label config is found under its own key', async () => {
    const { results } = await predict(testBackend(), body([{ id: 1, data: { $undefined$: inlineImage('one') } }]));
    expect(results[0]?.result).toHaveLength(3);
  });

  test('the label config of /setup serves where the request has none', async () => {
    const backend = testBackend();
    await request(backend.app).post('/setup').send({ project: '7.1', schema: fourLabels }).expect(200);
    const { results } = await predict(backend, { tasks: [task(1, 'one')], project: '7.1' });
    expect(results[0]?.result).toHaveLength(3);
  });
});

describe('the number of materials', () => {
  test('is auto, but no more than there are labels', async () => {
    const backend = testBackend();
    const { results } = await predict(backend, body([task(1, 'one')], labelConfigWith('A', 'B')));
    expect(results[0]?.result).toHaveLength(2);
    expect(backend.service.calls.map((call) => call.kind === 'paint' && call.materials)).toEqual([{ atMost: 2 }]);
  });

  test('is MATERIALS if that is set; what has no label is left out with a warning', async () => {
    const backend = testBackend({ environment: { MATERIALS: '4' } });
    const { results } = await predict(backend, body([task(1, 'one')], labelConfigWith('A', 'B')));
    expect(backend.service.calls).toMatchObject([{ materials: 4 }]);
    expect(regionsOf(results[0]).map(({ value }) => value.brushlabels[0])).toEqual(['A', 'B']);
    expect(results[0]?.warnings?.[0]).toContain('2 more materials');
  });
});

describe('requests that cannot be answered', () => {
  test.each([
    [
      'a label config without brush labels',
      '<View><Image name="image" value="$image"/></View>',
      'label_config.no_brush_labels',
    ],
    ['a label config that is no XML', 'hello', 'label_config.unreadable'],
  ])('%s', async (_, config, code) => {
    const response = await request(testBackend().app)
      .post('/predict')
      .send(body([task(1, 'one')], config));
    expect(response.status).toBe(422);
    expect(response.body).toMatchObject({ error: { code, hint: expect.stringMatching(/label config|label-config/i) } });
  });

  test('no label config for a project that was never set up', async () => {
    const sent = { ...body([task(1, 'one')]), label_config: undefined };
    const response = await request(testBackend().app).post('/predict').send(sent).expect(422);
    expect(response.body).toMatchObject({
      error: {
        message: 'the request has no label config, and it is for project 1.1795394550, which was never set up here',
      },
    });
  });

  test.each([
    ['no JSON', '{"tasks": ['],
    ['a list', '[]'],
    ['no tasks', '{}'],
    ['tasks that are no list', '{"tasks": 3}'],
  ])('%s', async (_, text) => {
    const response = await request(testBackend().app).post('/predict').type('json').send(text);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({
      error: { code: 'request.invalid', message: expect.any(String), hint: expect.any(String) },
    });
  });

  test('models that are still loading are waited for, models that cannot be loaded are an error', async () => {
    const service = scriptedService();
    const loading = testBackend({ service: { ...service, isReady: () => false } });
    expect((await predict(loading, body([task(1, 'one')]))).results[0]?.result).toHaveLength(3);
    const reason = new SamIAmError('model.checksum', 'the weights are damaged', { hint: 'Install them again.' });
    const ready = Promise.reject(reason);
    ready.catch(() => undefined);
    const broken = testBackend({ service: { ...service, isReady: () => false, ready } });
    const response = await request(broken.app)
      .post('/predict')
      .send(body([task(1, 'one')]));
    expect(response.status).toBe(500);
    expect(response.body).toMatchObject({ error: { code: 'model.checksum', hint: 'Install them again.' } });
  });
});

describe('load', () => {
  const wait = async (condition: () => boolean) => {
    for (let i = 0; i < 100_000 && !condition(); i++) await new Promise((resolve) => setImmediate(resolve));
    expect(condition()).toBe(true);
  };

  test('however many tasks, CONCURRENCY are painted at once, and the images of two more are there', async () => {
    let held = 0;
    const service = scriptedService();
    const backend = testBackend({
      environment: { CONCURRENCY: '2' },
      service,
      fetchTaskImage: (address) => {
        held++;
        return Promise.resolve(success({ name: 'image', bytes: Buffer.from(address) }));
      },
    });
    const release = service.hold();
    const predicted = predict(backend, body(Array.from({ length: 9 }, (_, id) => task(id, `x${id}`))));
    await wait(() => service.calls.length === 2);
    await wait(() => held === 4);
    release();
    expect((await predicted).results).toHaveLength(9);
    expect(service.mostAtOnce).toBe(2);
    expect(held).toBe(9);
  });

  test('the same image is painted once for all tasks that show it', async () => {
    const backend = testBackend();
    const { results } = await predict(backend, body(Array.from({ length: 5 }, (_, id) => task(id, 'same'))));
    expect(results.every(({ result }) => result?.length === 3)).toBe(true);
    expect(backend.service.calls).toHaveLength(1);
  });

  test('a request of too many tasks is refused before any of them is begun', async () => {
    const backend = testBackend();
    const tasks = new Array(10_001).fill({});
    const refused = await request(backend.app).post('/predict').send(body(tasks)).expect(400);
    expect(refused.body).toMatchObject({
      error: { code: 'request.invalid', message: expect.stringMatching(/more than 10000 tasks/) },
    });
    expect(backend.logLines.some((line) => line.includes('not predicted'))).toBe(false);
  });

  test('more requests than MAX_QUEUE are refused at once', async () => {
    const backend = testBackend({ environment: { MAX_QUEUE: '1' } });
    const release = backend.service.hold();
    const first = predict(backend, body([task(1, 'one')]));
    await wait(() => backend.service.calls.length === 1);
    const refused = await request(backend.app)
      .post('/predict')
      .send(body([task(2, 'two')]));
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(refused.body).toMatchObject({ error: { code: 'capacity.queue_full' } });
    release();
    expect((await first).results).toHaveLength(1);
    expect((await predict(backend, body([task(3, 'three')]))).results[0]?.result).toHaveLength(3);
  });

  test('Label Studio, which never asks twice, is held instead until there is room', async () => {
    const backend = testBackend({ environment: { MAX_QUEUE: '1' } });
    const release = backend.service.hold();
    const first = predict(backend, body([task(1, 'one')]));
    await wait(() => backend.service.calls.length === 1);
    const held = request(backend.app)
      .post('/predict')
      .set('user-agent', 'heartex/1.23.2')
      .send(body([task(2, 'two')]))
      .then(({ status, body: answer }) => ({ status, results: (answer as PredictAnswer).results.length }));
    release();
    expect((await first).results).toHaveLength(1);
    expect(await held).toEqual({ status: 200, results: 1 });
  });

  test('health is answered while a prediction runs', async () => {
    const backend = testBackend();
    const release = backend.service.hold();
    const running = predict(backend, body([task(1, 'one')]));
    await wait(() => backend.service.calls.length === 1);
    await request(backend.app).get('/health').expect(200);
    release();
    await running;
  });

  test('a client that goes away stops its work', async () => {
    const backend = testBackend();
    const release = backend.service.hold();
    const server = backend.app.listen(0);
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const controller = new AbortController();
      const sent = fetch(`http://127.0.0.1:${port ?? 0}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body(Array.from({ length: 9 }, (_, id) => task(id, `x${id}`)))),
        signal: controller.signal,
      });
      await wait(() => backend.service.calls.length === 1);
      controller.abort();
      await expect(sent).rejects.toThrow();
      const [call] = backend.service.calls;
      await wait(() => call?.kind === 'paint' && call.signal?.aborted === true);
      release();
      await wait(() => backend.logLines.some((line) => line.includes('"complete":false')));
      expect(backend.service.calls).toHaveLength(1);
      expect(backend.served).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
