import { expect, test } from '@jest/globals';
import { clusterEmbeddings } from '../../../src/booster/cluster-materials.js';
import { groupBySimilarity } from '../../../src/booster/group-by-similarity.js';

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

test('vectors similar enough form groups', () => {
  const groups = groupBySimilarity([0, 3, 60, 63, 120].map(direction), { similarity: 0.99, most: 6 });
  expect(new Set(groups).size).toBe(3);
  expect(groups[0]).toBe(groups[1]);
  expect(groups[2]).toBe(groups[3]);
});

test('groups join beyond that until there are few enough, the most similar first', () => {
  const groups = groupBySimilarity([0, 50, 80, 170].map(direction), { similarity: 0.99, most: 3 });
  expect(new Set(groups).size).toBe(3);
  expect(groups[1]).toBe(groups[2]);
});

test('no vectors, no groups', () => {
  expect(groupBySimilarity([], { similarity: 0.5, most: 6 })).toEqual([]);
});
