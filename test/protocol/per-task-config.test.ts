import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { PredictAnswer } from '../../src/label-studio/protocol.js';
import { inlineImage, regionsOf, testBackend } from '../support/test-backend.js';

const body = (tasks: readonly unknown[], config: string) => ({
  tasks,
  project: '1.1795394550',
  label_config: config,
  params: { login: null, password: null, context: null },
});

async function predict(backend: ReturnType<typeof testBackend>, sent: object): Promise<PredictAnswer> {
  const response = await request(backend.app).post('/predict').send(sent).expect(200);
  return response.body as PredictAnswer;
}

describe('label configs that each task completes', () => {
  const image = '<Image name="image" value="$image"/>';
  const repeated = `<View><Repeater on="$images" indexFlag="{{idx}}"><Image name="p_{{idx}}" value="$images[{{idx}}].url"/>
    <BrushLabels name="b_{{idx}}" toName="p_{{idx}}"><Label value="A"/><Label value="B"/></BrushLabels></Repeater></View>`;
  const dynamic = `<View>${image}<BrushLabels name="tag" toName="image" value="$labels"/></View>`;
  const both = `<View>${image}<BrushLabels name="tag" toName="image" value="$labels"><Label value="Vacuum"/></BrushLabels></View>`;
  const labelsOf = (entry: PredictAnswer['results'][number] | undefined) =>
    regionsOf(entry).map(({ from_name, to_name, value }) => `${to_name}/${from_name}/${value.brushlabels[0]}`);
  const withData = (data: Record<string, unknown>) => [{ id: 1, data }];

  test.each([repeated, dynamic, both])('connect: %s', async (schema) => {
    await request(testBackend().app).post('/setup').send({ project: '1.1', schema }).expect(200);
  });

  test('repeated images are painted one by one', async () => {
    const images = ['one', 'two', 'three'].map((text) => ({ url: inlineImage(text) }));
    const backend = testBackend();
    const { results, errors } = await predict(backend, body(withData({ images }), repeated));
    expect(errors).toBeUndefined();
    expect(labelsOf(results[0])).toEqual(
      [0, 1, 2].flatMap((index) => ['A', 'B'].map((label) => `p_${index}/b_${index}/${label}`)),
    );
    expect(backend.service.calls).toHaveLength(3);
  });

  test('a click on a repeated image is answered there', async () => {
    const images = ['one', 'two'].map((text) => ({ url: inlineImage(text) }));
    const click = { type: 'keypointlabels', to_name: 'p_1', value: { x: 1, y: 1, keypointlabels: ['B'] } };
    const sent = { ...body(withData({ images }), repeated), params: { context: { result: [click] } } };
    expect(labelsOf((await predict(testBackend(), sent)).results[0])).toEqual(['p_1/b_1/B']);
  });

  test.each([
    ['objects', dynamic, [{ value: 'Film' }, { value: 'Substrate', alias: 'sub' }], ['Film', 'sub']],
    ['names', dynamic, ['Film', 'Substrate'], ['Film', 'Substrate']],
    ['some of the config, too', both, [{ value: 'Film' }], ['Vacuum', 'Film']],
    ['none but those of the config', both, undefined, ['Vacuum']],
  ])('labels that come with the task, %s', async (_what, config, labels, expected) => {
    const { results } = await predict(testBackend(), body(withData({ image: inlineImage('one'), labels }), config));
    expect(labelsOf(results[0])).toEqual(expected.map((label) => `image/tag/${label}`));
  });

  test.each([
    [
      'no labels',
      dynamic,
      { image: inlineImage('one') },
      'takes its labels from the task, whose value "labels" holds none',
    ],
    ['nothing to repeat', repeated, { images: [] }, 'no <BrushLabels> tag with labels'],
  ])('a task with %s is named', async (_what, config, data, message) => {
    const { errors } = await predict(testBackend(), body(withData(data), config));
    expect(errors).toMatchObject([{ task: 1, message: expect.stringContaining(message) }]);
  });

  test.each([
    ['$images[0]', { images: [inlineImage('one')] }],
    ['$images[1]', { images: ['x', inlineImage('one')] }],
    ['$doc[0].page', { doc: [{ page: inlineImage('one') }] }],
    ['$scan.image', { scan: { image: inlineImage('one') } }],
    ['$scan.image', { 'scan.image': inlineImage('one') }],
    ['data:image/png;base64,$pixels', { pixels: inlineImage('one').split(',')[1] }],
  ])('an image at %s', async (value, data) => {
    const backend = testBackend();
    const config = `<View><Image name="image" value="${value}"/><BrushLabels name="t" toName="image"><Label value="A"/></BrushLabels></View>`;
    const { errors } = await predict(backend, body(withData(data), config));
    expect([errors, backend.service.calls.length]).toEqual([undefined, 1]);
  });
});
