import { expect, test } from '@jest/globals';
import type { FloatTensors, InferenceSession } from '../../../src/inference/inference-session.js';
import { promptLabels } from '../../../src/sam/sam-model.js';
import { splitSamAdapter } from '../../../src/sam/split-sam-adapter.js';
import { greyImage } from '../../support/grey-image.js';

function scripted(inputs: string[], outputs: string[], run: (feeds: FloatTensors) => FloatTensors) {
  const seen: FloatTensors[] = [];
  const session: InferenceSession = {
    inputs,
    outputs,
    run: (feeds) => {
      seen.push(feeds);
      return Promise.resolve(run(feeds));
    },
    release: () => Promise.resolve(),
  };
  return { session, seen };
}

const options = { inputSize: 32, embeddingStride: 16, maskStride: 4, tokenStride: 8 };
const tensor = (...dims: number[]) => ({
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i),
});

const encoderOutputs = { image_embeddings: tensor(1, 2, 1, 2), texture_tokens: tensor(1, 3, 2, 4) };
const makeEncoder = () => scripted(['image'], Object.keys(encoderOutputs), () => encoderOutputs);
const makeDecoder = () =>
  scripted(['image_embeddings', 'point_coords', 'point_labels'], ['iou_predictions', 'low_res_masks'], (feeds) => {
    const prompts = feeds['point_coords']?.dims[0] ?? 0;
    return { iou_predictions: tensor(prompts, 3), low_res_masks: tensor(prompts, 3, 4, 8) };
  });

test('an image is resized to the input size and extended to the stride', async () => {
  const encoder = makeEncoder();
  const model = splitSamAdapter(encoder.session, makeDecoder().session, options);
  const embedding = await model.encode(greyImage(64, 30, () => 0.5));
  expect(encoder.seen[0]?.['image']?.dims).toEqual([1, 1, 16, 32]);
  expect(embedding.textureTokens).toMatchObject({
    dimensions: 3,
    rows: 2,
    columns: 4,
    columnsPerPixel: 1 / 16,
    rowsPerPixel: 1 / 16,
  });
});

test('prompts are given in the frame of the input, masks come with their place over the image', async () => {
  const decoder = makeDecoder();
  const model = splitSamAdapter(makeEncoder().session, decoder.session, options);
  const embedding = await model.encode(greyImage(64, 30, () => 0.5));
  const prompts = [10, 20].map((x) => [{ x, y: 4, label: promptLabels.foreground }]);
  const masks = await model.decode(embedding, prompts);
  expect(decoder.seen[0]?.['point_coords']?.data).toEqual(Float32Array.of(5, 2, 10, 2));
  expect(decoder.seen[0]?.['image_embeddings']).toBe(encoderOutputs.image_embeddings);
  expect(decoder.seen[0]?.['texture_tokens']).toBeUndefined();
  expect(masks.map((candidates) => candidates.map(({ predictedIou }) => predictedIou))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(masks[1]?.[0]?.map).toMatchObject({ columns: 8, rows: 4, columnsPerPixel: 1 / 8 });
  expect(masks[1]?.[0]?.map.logits[0]).toBe(96);
});

test('no prompt, no run; prompts of different length are refused', async () => {
  const decoder = makeDecoder();
  const model = splitSamAdapter(makeEncoder().session, decoder.session, options);
  const embedding = await model.encode(greyImage(32, 32, () => 0));
  expect(await model.decode(embedding, [])).toEqual([]);
  expect(decoder.seen).toHaveLength(0);
  const point = { x: 1, y: 1, label: promptLabels.foreground };
  await expect(model.decode(embedding, [[point], [point, point]])).rejects.toThrow('differ in length');
});
