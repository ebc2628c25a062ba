import { describe, expect, test } from '@jest/globals';
import { predictMask, predictMasks, promptsOf } from '../../../src/sam/predict-mask.js';
import { promptLabels } from '../../../src/sam/sam-model.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';

const image = greyImage(32, 32, () => 0);
const click = (x: number, y: number, positive = true) => ({ x, y, positive });

test('the mask at the click', async () => {
  const sam = diskSam({ radii: [6], predictedIou: 1.02 });
  const found = await predictMask(sam, await sam.encode(image), { points: [click(16, 16)], boxes: [] });
  expect(found?.mask.box).toEqual({ x: 11, y: 11, width: 11, height: 11 });
  expect(found?.predictedIou).toBe(1);
});

test('nothing where the model proposes nothing', async () => {
  const prompt = { points: [click(16, 16)], boxes: [] };
  const sam = diskSam({ radii: [] });
  expect(await predictMask(sam, await sam.encode(image), prompt)).toBeNull();
  const empty = diskSam({ radii: [-1] });
  expect(await predictMask(empty, await empty.encode(image), prompt)).toBeNull();
});

test('one point leaves three proposals, two points one', async () => {
  const sam = diskSam({ radii: [3, 6, 9] });
  const embedding = await sam.encode(image);
  const point = { x: 16, y: 16, label: promptLabels.foreground };
  expect(await predictMasks(sam, embedding, [point])).toHaveLength(3);
  expect(await predictMasks(sam, embedding, [point, { ...point, x: 18 }])).toHaveLength(1);
});

test('several boxes are several masks in one', async () => {
  const sam = diskSam({ radii: [3.2] });
  const boxes = [
    { x: 4, y: 4, width: 6, height: 6 },
    { x: 20, y: 20, width: 8, height: 8 },
  ];
  const found = await predictMask(sam, await sam.encode(image), { points: [], boxes });
  const [single] = boxes;
  const one = await predictMask(sam, await sam.encode(image), { points: [], boxes: single ? [single] : [] });
  expect(found?.mask.areaPx).toBeGreaterThan(1.5 * (one?.mask.areaPx ?? Infinity));
});

describe('points and boxes as prompts', () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };

  test('points alone are one prompt', () => {
    const points = [click(1, 1), click(2, 2, false)];
    expect(promptsOf({ points, boxes: [] })).toEqual([
      [
        { x: 1, y: 1, label: 1 },
        { x: 2, y: 2, label: 0 },
      ],
    ]);
  });

  test('a box takes the positive points in it and all negative ones; points elsewhere are a prompt of their own', () => {
    const points = [click(1, 1), click(20, 20), click(5, 5, false)];
    expect(promptsOf({ points, boxes: [box] })).toEqual([
      [
        { x: 1, y: 1, label: 1 },
        { x: 5, y: 5, label: 0 },
        { x: 0, y: 0, label: 2 },
        { x: 10, y: 10, label: 3 },
      ],
      [
        { x: 20, y: 20, label: 1 },
        { x: 5, y: 5, label: 0 },
      ],
    ]);
  });

  test('negative points alone mean nothing, and say so', () => {
    expect(() => promptsOf({ points: [click(1, 1, false)], boxes: [] })).toThrow(
      expect.objectContaining({ code: 'request.invalid', hint: expect.stringContaining('positive') as unknown }),
    );
  });
});
