import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { inlineImage, labelConfigWith, testBackend } from '../support/test-backend.js';

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
  test('clicks in percent become points in pixels; a missing is_positive means positive', async () => {
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
            { x: 100, y: 20, positive: true },
            { x: 20, y: 10, positive: false },
            { x: 0, y: 0, positive: true },
          ],
          boxes: [],
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
    const boxes = call?.kind === 'prompt' ? call.prompt.boxes : [];
    expect(boxes[0]).toEqual({ x: 20, y: 20, width: 60, height: 40 });
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
    expect((response.body as PredictAnswer).results[0]?.result?.[0]?.value.brushlabels).toEqual(['B']);
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
