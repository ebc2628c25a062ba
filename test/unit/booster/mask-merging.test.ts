import { describe, expect, test } from '@jest/globals';
import { describeMasks } from '../../../src/booster/describe-masks.js';
import { type MergingOptions, voteMaterials } from '../../../src/booster/mask-merging.js';
import { maskFromBox } from '../../../src/core/mask.js';
import { dot } from '../../../src/core/vectors.js';
import { cropLikeness } from '../../support/crop-likeness.js';
import { greyImage } from '../../support/grey-image.js';
import { meanGreyEncoder } from '../../support/mean-grey-encoder.js';

// Four layers of 25 rows: dark, bright, dark, middle; a little texture on each.
const levels = [0.1, 0.9, 0.1, 0.5];
const image = greyImage(100, 100, (x, y) => (levels[Math.floor(y / 25)] ?? 0) + (((x * 13 + y * 7) % 11) - 5) / 500);
const layer = (index: number) => maskFromBox(100, 100, { x: 0, y: index * 25, width: 100, height: 25 });
const layers = [0, 1, 2, 3].map(layer);
const options: MergingOptions = {
  materials: 3,
  grouping: 'likeness',
  likeness: cropLikeness(0.95),
  leastLikeness: 0,
  scraps: { share: 0, margin: 0 },
  seed: 0,
  restarts: 10,
};
const describing = { cropsPerMask: 8, minimumShare: 0.75, tokenShare: 0, seed: 0 };
const vote = async (masks = layers, changed: Partial<MergingOptions> = {}) => {
  const samples = await describeMasks(image, masks, { encoder: meanGreyEncoder(), tokens: null }, describing);
  return voteMaterials(samples, { ...options, ...changed });
};

test('masks of one texture get one material', async () => {
  const [a, b, c, d] = await vote();
  expect(a?.material).toBe(c?.material);
  expect(new Set([a, b, d].map((each) => each?.material)).size).toBe(3);
  expect(a?.margin).toBeGreaterThan(0.6);
});

describe('the number of materials', () => {
  test('is found where it is not given', async () => {
    const votes = await vote(layers, { materials: 'auto' });
    expect(new Set(votes.map(({ material }) => material)).size).toBe(3);
  });

  test('stays within its bound', async () => {
    const votes = await vote(layers, { materials: { atMost: 2 } });
    expect(new Set(votes.map(({ material }) => material)).size).toBe(2);
  });

  test('is one for masks of one texture', async () => {
    const votes = await vote([layer(0), layer(2)], { materials: 'auto' });
    expect(votes.map(({ material }) => material)).toEqual([0, 0]);
  });

  test('joins what is nearest where fewer are asked for', async () => {
    const votes = await vote(layers, { materials: 2 });
    expect(new Set(votes.map(({ material }) => material)).size).toBe(2);
  });

  test('of one makes one of all', async () => {
    expect((await vote(layers, { materials: 1 })).map(({ material }) => material)).toEqual([0, 0, 0, 0]);
  });
});

test('a few scraps do not outvote a large mask', async () => {
  // Scraps from light to dark; the two layers differ most.
  const scraps = [0, 4, 8].map((x) => maskFromBox(100, 100, { x, y: 75, width: 4, height: 4 }));
  const votes = await vote([layer(0), layer(1), ...scraps], { materials: 2 });
  expect(votes[0]?.material).not.toBe(votes[1]?.material);
});

test('a scrap is a material of its own only where it is like nothing else by a margin', async () => {
  const speck = maskFromBox(100, 100, { x: 40, y: 85, width: 6, height: 6 });
  const countWith = async (margin: number, share = 0.01) => {
    const votes = await vote([layer(0), layer(1), speck], { materials: 'auto', scraps: { share, margin } });
    return new Set(votes.map(({ material }) => material)).size;
  };
  expect(await countWith(0)).toBe(3);
  expect(await countWith(100)).toBe(2);
  expect(await countWith(100, 0.001)).toBe(3);
});

test("the paper's clustering gives the same where masks are clear", async () => {
  const [a, b, c, d] = await vote(layers, { grouping: 'k-means' });
  expect(a?.material).toBe(c?.material);
  expect(new Set([a, b, d].map((each) => each?.material)).size).toBe(3);
});

test('with no more masks than materials, none are merged', async () => {
  const votes = await vote(layers, { materials: 6 });
  expect(new Set(votes.map(({ material }) => material)).size).toBe(4);
});

test('no masks, no votes', async () => {
  expect(await vote([])).toEqual([]);
});

test('the same seed gives the same votes', async () => {
  expect(await vote()).toEqual(await vote());
});

test('tokens of the image encoder speak beside the crops', async () => {
  // The crops see one grey; the tokens tell left from right.
  const flat = greyImage(64, 64, () => 0.5);
  const halves = [0, 32].map((x) => maskFromBox(64, 64, { x, y: 0, width: 32, height: 64 }));
  const tokens = {
    dimensions: 2,
    columns: 2,
    rows: 1,
    columnsPerPixel: 2 / 64,
    rowsPerPixel: 1 / 64,
    tokens: Float32Array.of(1, 0, 0, 1),
  };
  const similarityOf = async (tokenShare: number) => {
    const [left, right] = await describeMasks(
      flat,
      halves,
      { encoder: meanGreyEncoder(), tokens },
      { ...describing, tokenShare },
    );
    return dot(left?.samples[0] ?? [], right?.samples[0] ?? []);
  };
  expect(await similarityOf(0)).toBeCloseTo(1, 6);
  expect(await similarityOf(0.5)).toBeCloseTo(0.5, 6);
});
