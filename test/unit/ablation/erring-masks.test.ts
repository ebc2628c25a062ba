import { expect, test } from '@jest/globals';
import { erringMasks } from '../../../ablation/erring-masks.js';
import { maskFromBox, maskIou, unionOf } from '../../../src/core/mask.js';
import { greyImage } from '../../support/grey-image.js';

const side = 128;
const layer = (y: number, height: number) => maskFromBox(side, side, { x: 0, y, width: side, height });
const pieces = [layer(0, 50), layer(50, 28), layer(78, 50)].map((mask, index) => ({ mask, material: index % 2 }));
const image = {
  name: 'layers',
  difficulty: 1 as const,
  materials: 2,
  micrograph: { ...greyImage(side, side, () => 0.5), name: 'layers.png' },
  materialMasks: [unionOf(layer(0, 50), layer(78, 50)), layer(50, 28)],
  pieces,
  unknown: maskFromBox(side, side, { x: 0, y: 0, width: 0, height: 0 }),
};
const sets = Array.from({ length: 20 }, (_, seed) => erringMasks(image, seed));

test('the same seed gives the same masks, another one others', () => {
  const runsOf = (masks: ReturnType<typeof erringMasks>) => masks.map(({ mask }) => [...mask.runs]);
  expect(runsOf(erringMasks(image, 3))).toEqual(runsOf(erringMasks(image, 3)));
  expect(runsOf(erringMasks(image, 3))).not.toEqual(runsOf(erringMasks(image, 4)));
});

test('the sets have what vanilla SAM errs by', () => {
  const all = sets.flat();
  const best = all.map(({ mask }) => Math.max(...pieces.map((piece) => maskIou(piece.mask, mask))));
  expect(best.filter((iou) => iou > 0.8).length).toBeGreaterThan(10);
  expect(best.filter((iou) => iou > 0.1 && iou < 0.6).length).toBeGreaterThan(20);
  expect(all.filter(({ mask }) => mask.areaPx > 1.2 * 50 * side).length).toBeGreaterThan(0);
  expect(all.filter(({ mask }) => mask.areaPx < 0.01 * side ** 2).length).toBeGreaterThan(20);
  expect(best.every((iou) => iou < 1)).toBe(false);
});

test('its edges are ragged, its scores those of masks that the generator keeps', () => {
  expect(sets.flat().some(({ mask }) => pieces.every((piece) => maskIou(piece.mask, mask) < 1))).toBe(true);
  expect(sets.flat().every(({ predictedIou, stabilityScore }) => predictedIou >= 0.85 && stabilityScore >= 0.93)).toBe(
    true,
  );
});
