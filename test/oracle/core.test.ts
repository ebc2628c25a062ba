import { expect, test } from '@jest/globals';
import { decodeCocoRle, encodeCocoRle } from '../../src/core/coco-rle.js';
import { maskFromBitmap, maskIou, maskToBitmap } from '../../src/core/mask.js';
import { pointGrid } from '../../src/core/point-grid.js';
import { resizeGrey } from '../../src/core/resize.js';
import { readReference } from '../support/read-fixture.js';

type Bitmap = number[][];

const toMask = (bitmap: Bitmap) => maskFromBitmap(bitmap[0]?.length ?? 0, bitmap.length, bitmap.flat());

test('COCO run lengths are those of pycocotools, both ways', () => {
  for (const { bitmap, counts } of readReference('coco-rle') as { bitmap: Bitmap; counts: string }[]) {
    const mask = toMask(bitmap);
    expect(encodeCocoRle(mask)).toEqual({ size: [mask.height, mask.width], counts });
    expect([...maskToBitmap(decodeCocoRle({ size: [mask.height, mask.width], counts }))]).toEqual(bitmap.flat());
  }
});

test('IoU is that of pycocotools', () => {
  for (const { a, b, iou } of readReference('mask-iou') as { a: Bitmap; b: Bitmap; iou: number }[]) {
    expect(maskIou(toMask(a), toMask(b))).toBeCloseTo(iou, 12);
  }
});

test('resizing is antialiased bilinear as in PyTorch', () => {
  for (const { image, resized } of readReference('resize') as { image: number[][]; resized: number[][] }[]) {
    const grey = { width: image[0]?.length ?? 0, height: image.length, grey: Float32Array.from(image.flat()) };
    const ours = resizeGrey(grey, resized[0]?.length ?? 0, resized.length);
    expect(ours.grey).toHaveLength(resized.flat().length);
    resized.flat().forEach((value, index) => expect(ours.grey[index]).toBeCloseTo(value, 5));
  }
});

test("the prompt grid is segment-anything's", () => {
  const expected = readReference('point-grid') as [number, number][];
  expect(pointGrid(4).map(({ x, y }) => [x, y])).toEqual(expected);
});
