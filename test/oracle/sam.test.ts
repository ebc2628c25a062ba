import { expect, test } from '@jest/globals';
import { encodeCocoRle } from '../../src/core/coco-rle.js';
import { cropLayers, isCutByCrop } from '../../src/sam/crop-layers.js';
import { thresholdLogits } from '../../src/sam/logit-threshold.js';
import { readReference } from '../support/read-fixture.js';

interface ThresholdCase {
  readonly logits: number[][];
  readonly width: number;
  readonly height: number;
  readonly counts: string;
  readonly stability: number;
}

test.each(readReference('logit-threshold') as ThresholdCase[])(
  'thresholding by cells equals thresholding the enlarged logits ($width × $height)',
  ({ logits, width, height, counts, stability }) => {
    const rows = logits.length;
    const columns = logits[0]?.length ?? 0;
    const map = {
      columns,
      rows,
      columnsPerPixel: columns / width,
      rowsPerPixel: rows / height,
      logits: Float32Array.from(logits.flat()),
    };
    const place = { imageWidth: width, imageHeight: height, window: { x: 0, y: 0, width, height } };
    const { mask, stabilityScore } = thresholdLogits(map, place);
    expect(encodeCocoRle(mask).counts).toBe(counts);
    expect(stabilityScore).toBeCloseTo(stability, 6);
  },
);

interface CropCase {
  readonly width: number;
  readonly height: number;
  readonly layers: number;
  readonly boxes: [number, number, number, number][];
  readonly layerOf: number[];
}

test.each(readReference('crop-layers') as CropCase[])(
  "the crops of a $width × $height image are segment-anything's",
  ({ width, height, layers, boxes, layerOf }) => {
    const crops = cropLayers(width, height, layers);
    const corners = crops.map(({ box }) => [box.x, box.y, box.x + box.width, box.y + box.height]);
    expect(corners).toEqual(boxes);
    expect(crops.map(({ layer }) => layer)).toEqual(layerOf);
  },
);

interface EdgeCase {
  readonly box: [number, number, number, number];
  readonly crop: [number, number, number, number];
  readonly image: [number, number];
  readonly cut: boolean;
}

test('masks cut by their crop are those that segment-anything drops', () => {
  const cases = readReference('crop-edges') as EdgeCase[];
  const ours = cases.map(({ box: [x0, y0, x1, y1], crop: [cx0, cy0, cx1, cy1], image: [width, height] }) =>
    isCutByCrop(
      { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 },
      { x: cx0, y: cy0, width: cx1 - cx0, height: cy1 - cy0 },
      width,
      height,
    ),
  );
  expect(ours).toEqual(cases.map(({ cut }) => cut));
  expect(ours).toContain(true);
  expect(ours).toContain(false);
});
