import { describe, expect, test } from '@jest/globals';
import type { NamedRegion } from '../../../src/booster/learn-names.js';
import { distanceFromLabel, learnNames, spreadOf } from '../../../src/booster/learn-names.js';
import type { LearnedProfile, Naming } from '../../../src/booster/material-profile.js';
import { learnedProfile } from '../../../src/booster/material-profile.js';
import { nameMaterials } from '../../../src/booster/name-materials.js';
import { nameMasks } from '../../../src/booster/name-masks.js';
import { seededRandom } from '../../../src/core/seeded-random.js';

const random = seededRandom(3);
const noise = () => random() + random() + random() - 1.5;
/** Crops around a point; the first dimension is far noisier than the second, which alone tells. */
const cloud = (y: number, count = 12) => Array.from({ length: count }, () => [20 * noise(), y + 0.3 * noise(), 0]);
const region = (name: string, image: string, y: number): NamedRegion => ({ name, image, samples: cloud(y) });

const regions = [region('Ge', '1', 0), region('Pt', '1', 3), region('Ge', '2', 0), region('Pt', '2', 3)];
const profileOf = (naming: Naming, given = regions, farthest = 5): LearnedProfile => {
  const learned = learnNames(given);
  if (learned === undefined) throw new Error('nothing was learned');
  return learnedProfile.parse({
    ...{ format: 'sam-i-am-profile', version: 2, textureSha256: '0'.repeat(64), about: '', confidence: [] },
    ...{ ...learned, naming, farthest, filter: { predictedIou: 0, stabilityScore: 0 }, removal: {} },
  });
};

describe('what is learned', () => {
  test('looks at the direction that tells, not at the one that spreads', () => {
    const votes = nameMasks([cloud(0.2), cloud(2.8)], profileOf('masks'));
    expect(votes.map(({ name }) => name)).toEqual(['Ge', 'Pt']);
    expect(votes.every(({ margin }) => margin > 0.9)).toBe(true);
  });

  test('counts the images that showed a label', () => {
    expect(profileOf('masks').labels.map(({ name, images }) => [name, images])).toEqual([
      ['Ge', 2],
      ['Pt', 2],
    ]);
  });

  test('knows what is unlike everything', () => {
    expect(nameMasks([cloud(30)], profileOf('masks'))).toEqual([{ name: null, margin: 1 }]);
  });

  test('from one label, used once, is that label', () => {
    const profile = profileOf('masks', [region('Ge', '1', 0)]);
    expect(nameMasks([cloud(0)], profile)[0]?.name).toBe('Ge');
  });

  test('is nothing without crops', () => {
    expect(learnNames([])).toBeUndefined();
    expect(learnNames([{ name: 'Ge', image: '1', samples: [] }])).toBeUndefined();
  });

  test('says how far a region lies from its label, and nothing of a label that it does not know', () => {
    const profile = profileOf('masks');
    expect(distanceFromLabel(region('Ge', '3', 0), profile)).toBeLessThan(3);
    expect(distanceFromLabel(region('Ge', '3', 3), profile)).toBeGreaterThan(5);
    expect(distanceFromLabel(region('WO3', '3', 0), profile)).toBeUndefined();
  });
});

describe('the spread that is known from other projects', () => {
  // From one micrograph to the next the second dimension shifts by a lot, which one micrograph can't show; the third tells.
  const shifted = (name: string, image: string, y: number, z: number): NamedRegion => ({
    ...{ name, image },
    samples: Array.from({ length: 12 }, () => [noise(), y + 0.3 * noise(), z + 0.3 * noise()]),
  });
  const others = ['a', 'b'].map((name, label) =>
    [-6, 0, 6].map((y, image) => shifted(name, String(image), y, 3 * label)),
  );
  const seen = [shifted('Ge', '1', 0, 0), shifted('Pt', '1', 4, 3)];
  const profileWith = (spread: ReturnType<typeof spreadOf> | undefined): LearnedProfile => {
    const learned = learnNames(seen, spread);
    return learnedProfile.parse({ ...profileOf('masks'), ...learned, farthest: 50 });
  };
  // Pt in another micrograph: the shift makes it look like Ge.
  const unseen = shifted('', '2', -1, 3).samples;

  test('tells what differs from image to image where one image was accepted', () => {
    expect(nameMasks([unseen], profileWith(undefined))[0]?.name).toBe('Ge');
    expect(nameMasks([unseen], profileWith(spreadOf(others)))[0]?.name).toBe('Pt');
  });

  test('is measured around the mean of each label, as a lower triangle', () => {
    const spread = spreadOf(others);
    expect(spread.map((row) => row.length)).toEqual([1, 2, 3]);
    expect(spread[1]?.[1]).toBeGreaterThan(20);
    expect(spread[2]?.[2]).toBeLessThan(0.1);
  });

  test('is left aside where it is of other descriptors', () => {
    expect(learnNames(seen, [[1]])).toEqual(learnNames(seen));
  });

  test('makes few regions say less and many say more than it', () => {
    const many = Array.from({ length: 60 }, (_, image) => region('Ge', String(image), image % 2));
    const narrow = spreadOf([[0, 0.01, 0.02].map((y, image) => region('a', String(image), y))]);
    const strange = region('Ge', 'x', 2);
    const distance = (regions: readonly NamedRegion[]) => {
      const classifier = learnNames(regions, narrow);
      return classifier === undefined ? 0 : (distanceFromLabel(strange, classifier) ?? 0);
    };
    expect(distance(many.slice(0, 2))).toBeGreaterThan(2 * distance(many));
  });
});

describe('materials get names', () => {
  // Clustering has taken a mask of Pt for Ge, and found something new.
  const samples = [cloud(0), cloud(3), cloud(3), cloud(40)];
  const votes = [0, 0, 1, 2].map((material) => ({ material, margin: 1 }));
  const namesOf = (naming: Naming) => nameMaterials(votes, samples, profileOf(naming)).map(({ name }) => name);

  test('mask by mask', () => {
    expect(namesOf('masks')).toEqual(['Ge', 'Pt', 'Pt', null]);
  });

  test('material by material, each name as often as it fits', () => {
    const [first, second, third, strange] = namesOf('materials');
    expect(first).toBe(second);
    expect([third, strange]).toEqual(['Pt', null]);
  });

  test('material by material, without any that join', () => {
    const both = [0, 1].map((material) => ({ material, margin: 1 }));
    const named = nameMaterials(both, [cloud(3), cloud(3)], profileOf('materials-apart'));
    expect(named.map(({ name }) => name)).toEqual(['Pt', 'Pt']);
    expect(named[0]?.material).not.toBe(named[1]?.material);
    const joined = nameMaterials(both, [cloud(3), cloud(3)], profileOf('materials'));
    expect(joined[0]?.material).toBe(joined[1]?.material);
  });

  test('so that two that differ rather have two names', () => {
    // The second has more votes for Ge, but a few for Pt; the first only for Ge.
    const doubtful = [...cloud(0, 6), ...cloud(3, 5)];
    const apart = [0, 1].map((material) => ({ material, margin: 1 }));
    const profile = profileOf('materials-apart', regions, 50);
    const named = nameMaterials(apart, [cloud(0), doubtful], profile);
    expect(named.map(({ name }) => name)).toEqual(['Ge', 'Pt']);
    const alone = nameMaterials(apart.slice(1), [doubtful], profile);
    expect(alone.map(({ name }) => name)).toEqual(['Ge']);
  });

  test('and more of them than there are labels share', () => {
    const apart = [0, 1, 2].map((material) => ({ material, margin: 1 }));
    const named = nameMaterials(apart, [cloud(0), cloud(3), cloud(3)], profileOf('materials-apart'));
    expect(named.map(({ name }) => name)).toEqual(['Ge', 'Pt', 'Pt']);
  });

  test('and those of one name are one material', () => {
    const named = nameMaterials(votes, samples, profileOf('masks'));
    expect(named[1]?.material).toBe(named[2]?.material);
    expect(new Set(named.map(({ material }) => material)).size).toBe(3);
  });

  test('no masks, no names', () => {
    expect(nameMaterials([], [], profileOf('materials-apart'))).toEqual([]);
  });
});
