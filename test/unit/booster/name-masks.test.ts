import { describe, expect, test } from '@jest/globals';
import { type MaterialProfile, materialProfile } from '../../../src/booster/material-profile.js';
import { nameMasks, shareOf } from '../../../src/booster/name-masks.js';

const profile: MaterialProfile = {
  format: 'sam-i-am-profile',
  version: 2,
  textureSha256: '0'.repeat(64),
  about: 'by hand',
  naming: 'masks',
  offset: [0, 0],
  axes: [
    [1, 0],
    [0, 1],
  ],
  between: [4, 4],
  labels: [
    { name: 'Ge', mean: [3, 0], images: 3 },
    { name: 'SrTiO3', mean: [0, 3], images: 3 },
  ],
  unseen: 1,
  filter: { predictedIou: 0, stabilityScore: 0 },
  removal: {},
  confidence: [],
};
const mask = (...samples: readonly (readonly number[])[]) => ({ samples, areaPx: 100 });

describe('a mask has the name', () => {
  test('that its crops together are likeliest to show', () => {
    const votes = nameMasks([mask([3, 0], [3, 1]), mask([1, 3], [-1, 3])], profile);
    expect(votes.map(({ name }) => name)).toEqual(['Ge', 'SrTiO3']);
    expect(votes.every(({ margin }) => margin > 0.5 && margin <= 1)).toBe(true);
  });

  test('of nothing where it is unlike anything seen', () => {
    expect(nameMasks([mask([-40, -40])], profile)[0]?.name).toBeNull();
  });

  test('of nothing where it has no crops', () => {
    expect(nameMasks([mask()], profile)).toEqual([{ name: null, margin: 0 }]);
  });
});

test('shares of possibilities sum to one, however small they are', () => {
  const logarithms = [-1000, -1001, -1005];
  expect(logarithms.reduce((sum, _, index) => sum + shareOf(logarithms, index), 0)).toBeCloseTo(1, 12);
});

describe('a profile is refused', () => {
  const issuesOf = (changed: unknown) => materialProfile.safeParse(changed).error?.issues.map(({ message }) => message);

  test('with two labels of one name', () => {
    const [first] = profile.labels;
    expect(issuesOf({ ...profile, labels: [first, first] })).toEqual(['two labels have the same name']);
  });

  test('with vectors of different lengths', () => {
    expect(issuesOf({ ...profile, offset: [0] })).toEqual(['means, offset and axes are not of one size']);
  });

  test('without labels, and of another format or version', () => {
    expect(issuesOf({ ...profile, labels: [] })?.length).toBeGreaterThan(0);
    expect(issuesOf({ ...profile, format: 'other' })?.length).toBeGreaterThan(0);
    expect(issuesOf({ ...profile, version: 1 })?.length).toBeGreaterThan(0);
  });
});
