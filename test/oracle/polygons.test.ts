import { expect, test } from '@jest/globals';
import { decodeSegmentation } from '../../src/annotations/coco-segmentation.js';
import { encodeCocoRle } from '../../src/core/coco-rle.js';
import { readReference } from '../support/read-fixture.js';

test('polygons are drawn as pycocotools draws them, pixel by pixel', () => {
  const cases = readReference('polygons') as { size: [number, number]; polygon: number[]; counts: string }[];
  expect(cases).toHaveLength(200);
  for (const { size, polygon, counts } of cases) {
    expect(encodeCocoRle(decodeSegmentation([polygon], size[1], size[0])).counts).toBe(counts);
  }
});
