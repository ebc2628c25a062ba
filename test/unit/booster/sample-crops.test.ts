import { expect, test } from '@jest/globals';
import { sampleCrops } from '../../../src/booster/sample-crops.js';
import { maskFromBox } from '../../../src/core/mask.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { greyImage } from '../../support/grey-image.js';

const options = { cropsPerMask: 20, cropSize: 16, minimumShare: 0.75 };
const twoHalves = greyImage(100, 100, (x) => (x < 50 ? 0.2 : 0.8));

const shareOf = (crop: Float32Array, value: number): number =>
  crop.filter((grey) => Math.abs(grey - value) < 1e-6).length / crop.length;

const crops = (flat: Float32Array): Float32Array[] =>
  Array.from({ length: options.cropsPerMask }, (_, i) => flat.subarray(i * 256, (i + 1) * 256));

test('crops lie in their mask', () => {
  const mask = maskFromBox(100, 100, { x: 0, y: 0, width: 50, height: 100 });
  const sampled = crops(sampleCrops(twoHalves, mask, options, seededRandom(1)).crops);
  for (const crop of sampled) expect(shareOf(crop, 0.2)).toBeGreaterThanOrEqual(0.75);
});

test('a narrow mask is filled by reflection rather than by its neighbour', () => {
  const stripes = greyImage(100, 100, (x) => (x >= 40 && x < 53 ? 0.5 : 0.9));
  const narrow = maskFromBox(100, 100, { x: 40, y: 0, width: 13, height: 100 });
  for (const crop of crops(sampleCrops(stripes, narrow, options, seededRandom(2)).crops)) {
    expect(shareOf(crop, 0.5)).toBeGreaterThanOrEqual(0.7);
  }
});

test('a mask of one pixel and an image smaller than a crop still give crops', () => {
  const tiny = greyImage(5, 4, (x, y) => (x + y) / 10);
  const pixel = maskFromBox(5, 4, { x: 2, y: 2, width: 1, height: 1 });
  const { crops: flat, centres } = sampleCrops(tiny, pixel, options, seededRandom(3));
  expect([...centres]).toEqual(new Array(20).fill(2 * 5 + 2));
  expect(flat).toHaveLength(20 * 256);
  expect(flat.every((value) => Number.isFinite(value))).toBe(true);
});

test('the seed decides', () => {
  const mask = maskFromBox(100, 100, { x: 10, y: 10, width: 80, height: 80 });
  const noise = greyImage(100, 100, (x, y) => ((x * 31 + y * 17) % 97) / 97);
  const draw = (seed: number) => sampleCrops(noise, mask, options, seededRandom(seed));
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
});
