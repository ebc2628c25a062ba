import { describe, expect, test } from '@jest/globals';
import type { MaskDescription } from '../../../src/booster/describe-masks.js';
import { findCandidates, paintCandidates, voteCandidates, withoutName } from '../../../src/booster/merge-candidates.js';
import { maskFromBox } from '../../../src/core/mask.js';
import { pipelineParameters } from '../../../src/pipeline/pipeline-parameters.js';

const [width, height] = [80, 40];
const size = { width, height };
const options = { materials: 2, seed: 0 } as const;
const box = (x: number, boxWidth: number, score = 0.9) => ({
  mask: maskFromBox(width, height, { x, y: 0, width: boxWidth, height }),
  score,
});
const described = (texture: readonly number[], samples = 4): MaskDescription => ({
  samples: Array.from({ length: samples }, () => texture),
  crop: samples === 0 ? null : texture,
  token: null,
  areaPx: 100,
});

describe('findCandidates', () => {
  test('adds the region that no mask covers, without a mask of SAM’s behind it', () => {
    const left = box(0, 40);
    const candidates = findCandidates(size, [left], null, options, pipelineParameters);
    expect(candidates.map(({ proposal }) => proposal)).toEqual([left, null]);
    expect(candidates.map(({ ownPx }) => ownPx)).toEqual([40 * height, 40 * height]);
  });

  test('a child takes its pixels from its parent, and a mask that others hide is none', () => {
    const [whole, left, right] = [box(0, 80), box(0, 40), box(40, 40)];
    const candidates = findCandidates(size, [whole, left, right], null, options, pipelineParameters);
    expect(candidates.map(({ proposal }) => proposal)).toEqual([left, right]);
  });

  test('finds nothing where SAM found nothing', () => {
    expect(findCandidates(size, [], null, options, pipelineParameters)).toEqual([]);
  });
});

test('candidates without samples have no vote and are not painted', () => {
  const candidates = findCandidates(size, [box(0, 30), box(30, 20), box(50, 30)], null, options, pipelineParameters);
  const descriptions = [described([1, 0]), described([], 0), described([0, 1])];
  const votes = voteCandidates(candidates, descriptions, options, pipelineParameters);
  expect(votes[1]).toBeNull();
  const painted = paintCandidates(size, { candidates, tokens: null }, votes.map(withoutName), pipelineParameters);
  expect(painted.materials.map(({ areaPx }) => areaPx)).toEqual([30 * height, 30 * height]);
  expect(painted.map.labels[40]).toBe(0);
});
