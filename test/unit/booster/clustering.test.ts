import { expect, test } from '@jest/globals';
import { clusterEmbeddings } from '../../../src/booster/cluster-materials.js';
import { groupByLikeness } from '../../../src/booster/group-by-likeness.js';
import { dot } from '../../../src/core/vectors.js';

const direction = (degrees: number): number[] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
];

test('k-means finds the clusters that are there, whichever starts it draws', () => {
  const angles = [0, 1, 2, 45, 46, 47, 90, 91];
  for (let seed = 0; seed < 20; seed++) {
    const clusters = clusterEmbeddings(angles.map(direction), { clusters: 3, seed, restarts: 10 });
    expect(new Set(clusters.slice(0, 3)).size).toBe(1);
    expect(new Set(clusters.slice(3, 6)).size).toBe(1);
    expect(new Set([clusters[0], clusters[3], clusters[6]]).size).toBe(3);
  }
});

/** Directions in the plane, alike by their cosines. */
const group = (degrees: readonly number[], bounds: { least: number; most: number }, weights = degrees.map(() => 1)) => {
  const directions = degrees.map(direction);
  return groupByLikeness({ weights, likeness: (a, b) => dot(directions[a] ?? [], directions[b] ?? []) }, bounds);
};

test('items alike enough form groups', () => {
  expect(group([0, 60, 3, 63, 120], { least: 0.99, most: 6 })).toEqual([0, 1, 0, 1, 2]);
});

test('groups join beyond that until there are few enough, the most alike first', () => {
  expect(group([0, 50, 80, 170], { least: 0.99, most: 3 })).toEqual([0, 1, 1, 2]);
});

test('what a heavy member is like counts more', () => {
  // 0 and 40 join; what they are like then depends on which of them is large.
  const bounds = { least: 0.5, most: 6 };
  expect(group([0, 40, 85], bounds, [1, 9, 1])).toEqual([0, 0, 0]);
  expect(group([0, 40, 85], bounds, [9, 1, 1])).toEqual([0, 0, 1]);
});

test('the mean over a group is that over all of its pairs', () => {
  const table = [
    [0, 9, 1, 4],
    [9, 0, 3, 1],
    [1, 3, 0, 0],
    [4, 1, 0, 0],
  ];
  const likeness = (a: number, b: number): number => table[a]?.[b] ?? 0;
  // {0, 1} is 2 like 2 and 2.5 like 3.
  expect(groupByLikeness({ weights: [1, 1, 1, 1], likeness }, { least: 2.2, most: 6 })).toEqual([0, 0, 1, 0]);
});

test('no items, no groups', () => {
  expect(group([], { least: 0.5, most: 6 })).toEqual([]);
});
