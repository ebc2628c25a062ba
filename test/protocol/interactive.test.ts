import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { promptInPixels } from '../../src/core/user-prompt.js';
import { encodeBrushRle } from '../../src/label-studio/brush-codec.js';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { inlineImage, labelConfigWith, regionsOf, testBackend } from '../support/test-backend.js';

const size = { original_width: 200, original_height: 100, image_rotation: 0, to_name: 'image', origin: 'manual' };
const click = (x: number, y: number, label: string, extra: object = {}) => ({
  ...size,
  id: 'rNz3poe8hE',
  from_name: 'point',
  type: 'keypointlabels',
  value: { x, y, width: 0.23, keypointlabels: [label] },
  ...extra,
});
const box = (value: object) => ({ ...size, id: 'b', from_name: 'box', type: 'rectanglelabels', value });
const body = (prompts: readonly unknown[] | null, text = 'one') => ({
  tasks: [{ id: 3, data: { image: inlineImage(text) }, drafts: [] }],
  project: '1.1',
  label_config: labelConfigWith('A', 'B'),
  params: { login: null, password: null, context: prompts === null ? null : { result: prompts } },
});

describe('a prompt of the smart tools', () => {
  test('clicks are points in percent of the fetched image; a missing is_positive means positive', async () => {
    const { app, service } = testBackend();
    const prompts = [
      click(50, 20, 'B', { is_positive: true }),
      click(10, 10, 'B', { is_positive: false }),
      click(0, 0, 'B'),
    ];
    const response = await request(app).post('/predict').send(body(prompts)).expect(200);
    const { results } = response.body as PredictAnswer;
    expect(service.calls).toMatchObject([
      {
        kind: 'prompt',
        prompt: {
          points: [
            { x: 50, y: 20, positive: true },
            { x: 10, y: 10, positive: false },
            { x: 0, y: 0, positive: true },
          ],
          boxes: [],
          of: { width: 100, height: 100 },
        },
      },
    ]);
    expect(results).toHaveLength(1);
    expect(results[0]?.result).toMatchObject([
      { from_name: 'material', type: 'brushlabels', origin: 'prediction', value: { brushlabels: ['B'] } },
    ]);
  });

  test('a rectangle becomes a box, a rotated one the upright box around it', async () => {
    const { app, service } = testBackend();
    const prompts = [
      box({ x: 10, y: 20, width: 30, height: 40, rotation: 0, rectanglelabels: ['A'] }),
      box({ x: 50, y: 50, width: 10, height: 10, rotation: 90, rectanglelabels: ['A'] }),
    ];
    await request(app).post('/predict').send(body(prompts)).expect(200);
    const [call] = service.calls;
    const boxes = call?.kind === 'prompt' ? promptInPixels(call.prompt, { width: 200, height: 100 }).boxes : [];
    expect(boxes[0]).toEqual({ x: 20, y: 20, width: expect.closeTo(60, 9), height: expect.closeTo(40, 9) });
    expect(boxes[1]?.x).toBeCloseTo(90, 9);
    expect(boxes[1]?.y).toBeCloseTo(50, 9);
    expect(boxes[1]?.width).toBeCloseTo(10, 9);
    expect(boxes[1]?.height).toBeCloseTo(20, 9);
  });

  test('each answer has a fresh region id', async () => {
    const { app } = testBackend();
    const ids = [];
    for (let i = 0; i < 3; i++) {
      const response = await request(app)
        .post('/predict')
        .send(body([click(50, 20, 'A')]));
      ids.push((response.body as PredictAnswer).results[0]?.result?.[0]?.id);
    }
    expect(new Set(ids).size).toBe(3);
  });

  test('the newest prompt names the label', async () => {
    const response = await request(testBackend().app)
      .post('/predict')
      .send(body([click(50, 20, 'A'), click(50, 30, 'B')]));
    expect(regionsOf((response.body as PredictAnswer).results[0])[0]?.value.brushlabels).toEqual(['B']);
  });
});

test.each([
  ['a label that no brush has', [click(1, 1, 'Z')], 'one', 422, 'label_config.no_brush_labels'],
  ['no prompt of a known kind', [{ ...size, type: 'brushlabels', value: {} }], 'one', 400, 'request.invalid'],
  ['an unreadable image', [click(1, 1, 'A')], 'bad', 422, 'image.unreadable'],
])('%s fails the whole request, which is all that the page shows', async (_, prompts, text, status, code) => {
  const response = await request(testBackend().app).post('/predict').send(body(prompts, text));
  expect(response.status).toBe(status);
  expect(response.body).toMatchObject({ error: { code } });
});

test.each([null, []])('a context without prompts (%j) is a bulk prediction', async (prompts) => {
  const { app, service } = testBackend();
  await request(app).post('/predict').send(body(prompts)).expect(200);
  expect(service.calls[0]?.kind).toBe('paint');
});

describe('settings and places', () => {
  const promptCall = (backend: ReturnType<typeof testBackend>) => {
    const [call] = backend.service.calls;
    if (call?.kind !== 'prompt') throw new Error('the service was not asked for a prompt');
    return call;
  };

  test('CLICK=material asks for the whole material, of as many as a prediction has', async () => {
    const plain = testBackend();
    await request(plain.app)
      .post('/predict')
      .send(body([click(50, 20, 'A')]))
      .expect(200);
    expect(promptCall(plain).options).toEqual({ extent: 'mask', materials: { atMost: 2 } });
    const whole = testBackend({ environment: { CLICK: 'material', MATERIALS: '3' } });
    await request(whole.app)
      .post('/predict')
      .send(body([click(50, 20, 'A')]))
      .expect(200);
    expect(promptCall(whole).options).toEqual({ extent: 'material', materials: 3 });
  });

  test('a brush stroke, which API clients send, speaks as clicks on it', async () => {
    const backend = testBackend();
    const rle = [...encodeBrushRle(200, 100, Uint32Array.of(5 * 200 + 10, 5 * 200 + 20))];
    const stroke = (is_positive: boolean) => ({
      ...size,
      id: 's',
      type: 'brushlabels',
      is_positive,
      value: { format: 'rle', rle, brushlabels: ['B'] },
    });
    const response = await request(backend.app)
      .post('/predict')
      .send(body([stroke(false), stroke(true)]))
      .expect(200);
    const { points } = promptInPixels(promptCall(backend).prompt, { width: 200, height: 100 });
    expect(points).toHaveLength(10);
    expect(points.every(({ x, y }) => Math.abs(y - 5.5) < 1e-9 && x > 10 && x < 20)).toBe(true);
    expect(points.map(({ positive }) => positive)).toEqual(Array.from({ length: 10 }, (_, i) => i >= 5));
    expect(regionsOf((response.body as PredictAnswer).results[0])[0]?.value.brushlabels).toEqual(['B']);
  });

  test('of several images and pages the one that was clicked is painted', async () => {
    const backend = testBackend();
    const config = `<View><Image name="one" value="$one"/><Image name="two" valueList="$two"/>
      <BrushLabels name="a" toName="one"><Label value="X"/></BrushLabels>
      <BrushLabels name="b" toName="two"><Label value="X"/></BrushLabels></View>`;
    const data = { one: inlineImage('one'), two: [inlineImage('left'), inlineImage('bad right')] };
    const send = (prompt: object | null) =>
      request(backend.app)
        .post('/predict')
        .send({
          tasks: [{ id: 1, data }],
          label_config: config,
          params: { context: prompt === null ? null : { result: [prompt] } },
        });
    const onPage = (index: number) => ({ ...click(1, 1, 'X'), to_name: 'two', item_index: index });
    const response = await send(onPage(0)).expect(200);
    expect(regionsOf((response.body as PredictAnswer).results[0])).toMatchObject([
      { from_name: 'b', to_name: 'two', item_index: 0 },
    ]);
    await send(onPage(1)).expect(422);
    // A task is predicted as a whole or not at all: Label Studio would not ask for the rest.
    const whole = await send(null).expect(200);
    expect((whole.body as PredictAnswer).results).toMatchObject([{ result: [], error: { code: 'image.unreadable' } }]);
  });

  test('what a click gave is kept with the click', async () => {
    const backend = testBackend();
    await request(backend.app)
      .post('/predict')
      .send(body([click(50, 20, 'A')]))
      .expect(200);
    expect(backend.served).toMatchObject([
      { task: 3, prompts: [{ type: 'keypointlabels' }], regions: [{ label: 'A' }] },
    ]);
  });
});
