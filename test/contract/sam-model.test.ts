import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openOrtSession } from '../../src/inference/ort-session.js';
import { modelsFolder } from '../../src/painting/models/load-models.js';
import { openSamPair } from '../../src/sam/layouts/open-sam.js';
import {
  type ImageEmbedding,
  type MaskLogits,
  type Prompt,
  promptLabels,
  type SamModel,
} from '../../src/sam/sam-model.js';
import { diskSam } from '../support/disk-sam.js';
import { patternImage, tinySams } from '../support/tiny-sams.js';

// Graphs are loaded and run here: on a busy machine that takes its time.
jest.setTimeout(120_000);

/** Opens our own embedded model, the one layout that takes images of any size. */
const embedded = async (): Promise<SamModel> => {
  const open = (file: string) => openOrtSession(join(modelsFolder, 'sam-i-am-small', file), { threads: 1 });
  const options = { inputSize: 128, embeddingStride: 32, name: 'sam-i-am-small' };
  return openSamPair(await open('encoder.onnx'), await open('decoder.onnx'), options);
};

const adapters: Record<string, () => Promise<SamModel>> = {
  ...tinySams,
  'sam-i-am-split': embedded,
  'the test double': () => Promise.resolve(diskSam({ radii: [30, 10, 20] })),
};

const wide = patternImage([200, 90, 3, 5, 2]);
const click = (x: number, y: number): Prompt => [{ x, y, label: promptLabels.foreground }];
const prompts = [click(50, 40), click(150, 20), click(10, 80)];

describe.each(Object.entries(adapters))('%s', (_, open) => {
  let model: SamModel;
  let embedding: ImageEmbedding;
  let masks: MaskLogits[][];
  beforeAll(async () => {
    model = await open();
    embedding = await model.encode(wide);
    masks = await model.decode(embedding, prompts);
  });
  afterAll(() => model.release());

  test('remembers the size of the image', () => {
    expect(embedding.image).toEqual({ width: 200, height: 90 });
  });

  test('answers every prompt with as many proposals', () => {
    expect(masks).toHaveLength(prompts.length);
    const counts = new Set(masks.map(({ length }) => length));
    expect([...counts].every((count) => count === 1 || count === 3)).toBe(true);
    expect(counts.size).toBe(1);
  });

  test('no prompt, no mask', async () => {
    expect(await model.decode(embedding, [])).toEqual([]);
  });

  test('logits are finite and lie over the whole image', () => {
    for (const { map, predictedIou } of masks.flat()) {
      expect(Number.isFinite(predictedIou)).toBe(true);
      expect(map.logits).toHaveLength(map.rows * map.columns);
      expect(map.logits.every(Number.isFinite)).toBe(true);
      expect(map.columnsPerPixel * wide.width).toBeLessThanOrEqual(map.columns + 1e-6);
      expect(map.rowsPerPixel * wide.height).toBeLessThanOrEqual(map.rows + 1e-6);
      expect(map.columnsPerPixel * wide.width).toBeGreaterThan(map.columns / 2);
    }
  });

  test('a prompt is answered the same alone and among others', async () => {
    const [alone = []] = await model.decode(embedding, [prompts[1] ?? []]);
    alone.forEach(({ predictedIou, map }, index) => {
      const among = masks[1]?.[index];
      expect(predictedIou).toBeCloseTo(among?.predictedIou ?? NaN, 4);
      expect(farthest(map.logits, among?.map.logits)).toBeLessThan(1e-3);
    });
  });

  test('an embedding is plain data: a copy of it is as good', async () => {
    const [copied = []] = await model.decode(structuredClone(embedding), [prompts[0] ?? []]);
    expect(farthest(copied[0]?.map.logits, masks[0]?.[0]?.map.logits)).toBeLessThan(1e-3);
  });

  test('masks that are not wanted are left out', async () => {
    const scores = masks.flat().map(({ predictedIou }) => predictedIou);
    const limit = [...scores].sort((a, b) => a - b)[Math.floor(scores.length / 2)] ?? 0;
    const wanted = (iou: number): boolean => iou > limit + 1e-5;
    const some = await model.decode(embedding, prompts, { wanted });
    expect(some).toHaveLength(prompts.length);
    some.forEach((of, prompt) => {
      const expected = masks[prompt]?.filter(({ predictedIou }) => wanted(predictedIou)) ?? [];
      expect(of).toHaveLength(expected.length);
      of.forEach(({ map }, index) => {
        expect(farthest(map.logits, expected[index]?.map.logits)).toBeLessThan(1e-3);
      });
    });
  });

  test('one answer where one is asked for', async () => {
    const answers = await model.decode(embedding, [[...click(50, 40), ...click(60, 50)]], { output: 'one' });
    expect(answers.map(({ length }) => length)).toEqual([1]);
  });

  test('prompts of different length are refused', async () => {
    await expect(model.decode(embedding, [click(1, 1), [...click(1, 1), ...click(2, 2)]])).rejects.toThrow(
      'differ in length',
    );
  });

  test('a box and an earlier mask are taken or refused with a cure, never passed over', async () => {
    const box: Prompt = [
      { x: 20, y: 10, label: promptLabels.boxTopLeft },
      { x: 150, y: 80, label: promptLabels.boxBottomRight },
    ];
    const refusal = { code: 'model.incompatible', hint: expect.stringContaining('another model') as unknown };
    const boxed = await settled(model.decode(embedding, [box], { output: 'one' }));
    if (boxed.error === undefined) expect(boxed.value?.[0]).toHaveLength(1);
    else expect(boxed.error).toMatchObject(refusal);
    const earlierMask = masks[0]?.[0]?.map;
    if (earlierMask === undefined) throw new Error('no mask');
    const refined = await settled(model.decode(embedding, [click(50, 40)], { output: 'one', earlierMask }));
    if (refined.error !== undefined) expect(refined.error).toMatchObject(refusal);
    else expect(refined.value?.[0]?.[0]?.map.logits).toHaveLength(earlierMask.logits.length);
  });
});

describe('sam-i-am-split', () => {
  test.each([
    [200, 128],
    [128, 128],
    [60, 128],
    [20, 80],
    [5, 64],
  ])('an image of %i px is seen at %i of 128 px: small ones are enlarged, four times at most', async (own, seen) => {
    const model = await embedded();
    const { textureTokens } = await model.encode(patternImage([own, own, 3, 5, 2]));
    expect((textureTokens?.columnsPerPixel ?? NaN) * 8 * own).toBeCloseTo(seen, 3);
    await model.release();
  });
});

async function settled<Value>(work: Promise<Value>): Promise<{ value?: Value; error?: unknown }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

function farthest(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a?.length !== b?.length || a === undefined || b === undefined) return Infinity;
  const scale = Math.max(
    1,
    b.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] as number))), 0) / scale;
}
