import { describe, expect, test } from '@jest/globals';
import {
  expectedRightShare,
  labelDistributions,
  logLikelihood,
  pointOf,
} from '../../../src/booster/label-distributions.js';

const label = (name: string, mean: number[], images = 1) => ({ name, mean, images });

describe('where a label is expected', () => {
  test('is drawn towards the common mean, the less the more images showed it', () => {
    const [few, many] = labelDistributions({ labels: [label('a', [4], 1), label('b', [4], 9)], between: [1] });
    expect(few).toEqual({ mean: [2], variance: [1.5] });
    expect(many?.mean[0]).toBeCloseTo(3.6);
    expect(many?.variance[0]).toBeCloseTo(1.1);
  });

  test('is anywhere for a material that no image has shown', () => {
    expect(labelDistributions({ labels: [], between: [3, 8] })).toEqual([{ mean: [0, 0], variance: [4, 9] }]);
  });
});

test('crops together are a point along the axes', () => {
  const place = {
    offset: [1, 1],
    axes: [
      [0, 2],
      [1, 1],
    ],
  };
  const samples = [
    [1, 2],
    [3, 4],
  ];
  expect(pointOf(samples, place)).toEqual([4, 3]);
});

test('the normal density says how likely a point is, less its constant', () => {
  const density = { mean: [1], variance: [4] };
  expect(logLikelihood([3], density)).toBeCloseTo(-(4 / 4 + Math.log(4)) / 2);
  expect(logLikelihood([1], density)).toBeGreaterThan(logLikelihood([3], density));
});

test('many dimensions are no more evidence than those that do not depend on each other', () => {
  const evenly = (axes: number) =>
    logLikelihood(new Array<number>(axes).fill(2), {
      mean: new Array(axes).fill(0),
      variance: new Array(axes).fill(1),
    });
  expect(evenly(6)).toBeCloseTo(-12);
  expect(evenly(12)).toBeCloseTo(-24);
  expect(evenly(120)).toBeCloseTo(-24);
});

describe('the share that is expected to be named right', () => {
  const between = [10, 10];
  const share = (means: number[][], unseen = 0) =>
    expectedRightShare({ labels: means.map((mean, index) => label(`${index}`, mean, 5)), between, unseen });

  test('is all of labels that lie far apart, half of two that are alike', () => {
    expect(
      share([
        [9, 0],
        [-9, 0],
      ]),
    ).toBeGreaterThan(0.999);
    expect(
      share([
        [9, 0],
        [9, 0],
      ]),
    ).toBeCloseTo(0.5);
    expect(
      share([
        [9, 0],
        [9, 0],
        [-9, 0],
      ]),
    ).toBeCloseTo(2 / 3);
  });

  test('is a guess for labels that no image has shown', () => {
    expect(share([[30, 0]], 1)).toBeGreaterThan(0.99);
    expect(share([[30, 0]], 3)).toBeCloseTo(0.5, 1);
    expect(
      share(
        [
          [30, 0],
          [-30, 0],
        ],
        2,
      ),
    ).toBeCloseTo(0.75, 1);
  });
});
