import { describe, expect, test } from '@jest/globals';
import { type LinearProfile, materialProfile } from '../../../src/booster/material-profile.js';
import { nameMasks } from '../../../src/booster/name-masks.js';

const profile: LinearProfile = {
  format: 'sam-i-am-profile',
  version: 1,
  textureSha256: '0'.repeat(64),
  about: 'by hand',
  labels: [
    { name: 'Ge', weights: [5, 0, 0], bias: 0, prototypes: [[1, 0, 0]], leastSimilarity: 0.7 },
    { name: 'SrTiO3', weights: [0, 5, 0], bias: 0, prototypes: [[0, 1, 0]], leastSimilarity: 0.7 },
  ],
};
const [ge, sto, strange] = [
  [0.9, 0.1, 0],
  [0.1, 0.9, 0],
  [0.1, 0, 0.99],
] as const;
const mask = (...samples: readonly (readonly number[])[]) => ({ samples, areaPx: 100 });

describe('a mask has the name', () => {
  test('that most of its crops have', () => {
    expect(nameMasks([mask(ge, ge, sto, ge)], profile)).toEqual([{ name: 'Ge', margin: 0.75 }]);
  });

  test('of nothing where most are unlike anything seen', () => {
    expect(nameMasks([mask(strange, ge, strange)], profile)).toEqual([{ name: null, margin: 2 / 3 }]);
  });

  test('of nothing where it has no crops', () => {
    expect(nameMasks([mask()], profile)).toEqual([{ name: null, margin: 0 }]);
  });
});

describe('a profile is refused', () => {
  const issuesOf = (changed: unknown) => materialProfile.safeParse(changed).error?.issues.map(({ message }) => message);

  test('with two labels of one name', () => {
    const [first] = profile.labels;
    expect(issuesOf({ ...profile, labels: [first, first] })).toEqual(['two labels have the same name']);
  });

  test('with vectors of different lengths', () => {
    const [first, second] = profile.labels;
    expect(issuesOf({ ...profile, labels: [first, { ...second, weights: [1, 2] }] })).toEqual([
      'weights and prototypes are not all of one length',
    ]);
  });

  test('without labels, and of another format', () => {
    expect(issuesOf({ ...profile, labels: [] })?.length).toBeGreaterThan(0);
    expect(issuesOf({ ...profile, version: 2 })?.length).toBeGreaterThan(0);
  });
});
