import { expect, test } from '@jest/globals';
import { fitSeen } from '../../../ablation/fit-seen.js';
import type { KnownMasks } from '../../../ablation/known-masks.js';
import { distanceFromSeen, shapeOf } from '../../../src/booster/seen-textures.js';
import { seededRandom } from '../../../src/core/seeded-random.js';

const random = seededRandom(3);
const mask = (tilt: number) => {
  const rings = [tilt, 0, -tilt].map((value) => value + 0.2 * (random() - 0.5));
  const traits = [{ x: 0, y: 0, values: [1, 0.5, 0.1, ...rings] }];
  return { samples: [], crop: null, token: null, traits, areaPx: 100 };
};
const known = (count: number): KnownMasks => ({
  image: {
    name: 'drawn',
    kind: 'film',
    isSimulated: true,
    materials: 1,
    materialMasks: [],
    pieces: [],
    unknown: { width: 1, height: 1, runs: new Uint32Array(), areaPx: 0, box: { x: 0, y: 0, width: 0, height: 0 } },
  },
  candidates: [],
  described: Array.from({ length: count }, () => mask(1 + random())),
  shown: [],
});

test('hardly a mask that was seen is beyond the limit, and one that was not is', () => {
  const seen = fitSeen([known(300)]);
  if (seen === undefined) throw new Error('nothing was fitted');
  const distance = (tilt: number) => distanceFromSeen(shapeOf(mask(tilt)) ?? [], seen);
  expect(
    Array.from({ length: 100 }, () => distance(1 + random())).filter((each) => each > seen.limit).length,
  ).toBeLessThan(3);
  expect(distance(-2)).toBeGreaterThan(seen.limit);
  expect(distance(6)).toBeGreaterThan(seen.limit);
});

test('a few masks say nothing', () => {
  expect(fitSeen([known(9)])).toBeUndefined();
});
