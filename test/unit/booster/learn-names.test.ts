import { describe, expect, test } from '@jest/globals';
import { learnNames, type NamedRegion, spreadOf } from '../../../src/booster/learn-names.js';
import { type MaterialProfile, materialProfile, type Naming } from '../../../src/booster/material-profile.js';
import { nameMasks, type NamingMask } from '../../../src/booster/name-masks.js';
import { nameMaterials } from '../../../src/booster/name-materials.js';
import { seededRandom } from '../../../src/core/seeded-random.js';

const random = seededRandom(3);
const noise = () => random() + random() + random() - 1.5;
/** Crops around a point; the first dimension is far noisier than the second, which alone tells. */
const cloud = (y: number, count = 12) => Array.from({ length: count }, () => [20 * noise(), y + 0.3 * noise(), 0]);
const region = (name: string, image: string, y: number): NamedRegion => ({ name, image, samples: cloud(y) });
const mask = (samples: NamingMask['samples'], areaPx = 100): NamingMask => ({ samples, areaPx });

const regions = [region('Ge', '1', 0), region('Pt', '1', 3), region('Ge', '2', 0), region('Pt', '2', 3)];
const profileOf = (naming: Naming, given = regions, unseen = 0): MaterialProfile => {
  const learned = learnNames(given);
  if (learned === undefined) throw new Error('nothing was learned');
  return materialProfile.parse({
    format: 'sam-i-am-profile',
    version: 2,
    textureSha256: '0'.repeat(64),
    about: '',
    confidence: [],
    ...learned,
    naming,
    unseen,
    filter: { predictedIou: 0, stabilityScore: 0 },
    removal: {},
  });
};

describe('what is learned', () => {
  test('looks at the direction that tells, not at the one that spreads', () => {
    const votes = nameMasks([mask(cloud(0.2)), mask(cloud(2.8))], profileOf('masks'));
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
    const [vote] = nameMasks([mask(cloud(30))], profileOf('masks'));
    expect(vote?.name).toBeNull();
    expect(vote?.margin).toBeGreaterThan(0.99);
  });

  test('takes what lies between labels for a label that no image has shown, sooner where there is one', () => {
    const between = [mask(cloud(4.8))];
    expect(nameMasks(between, profileOf('masks', regions, 0))[0]?.name).toBe('Pt');
    expect(nameMasks(between, profileOf('masks', regions, 2))[0]?.name).toBeNull();
  });

  test('from one label, used once, is that label', () => {
    const profile = profileOf('masks', [region('Ge', '1', 0)]);
    expect(nameMasks([mask(cloud(0))], profile)[0]?.name).toBe('Ge');
  });

  test('is nothing without crops', () => {
    expect(learnNames([])).toBeUndefined();
    expect(learnNames([{ name: 'Ge', image: '1', samples: [] }])).toBeUndefined();
  });
});

describe('the spread that is known from other projects', () => {
  // From one micrograph to the next the second dimension shifts by a lot, which one micrograph can't show; the third tells.
  const shifted = (name: string, image: string, y: number, z: number): NamedRegion => ({
    name,
    image,
    samples: Array.from({ length: 12 }, () => [noise(), y + 0.3 * noise(), z + 0.3 * noise()]),
  });
  const others = ['a', 'b'].map((name, label) =>
    [-6, 0, 6].map((y, image) => shifted(name, String(image), y, 3 * label)),
  );
  const seen = [shifted('Ge', '1', 0, 0), shifted('Pt', '1', 4, 3)];
  const profileWith = (spread: ReturnType<typeof spreadOf> | undefined): MaterialProfile => {
    const learned = learnNames(seen, spread);
    return materialProfile.parse({ ...profileOf('masks'), ...learned });
  };
  // Pt in another micrograph: the shift makes it look like Ge.
  const unseen = shifted('', '2', -1, 3).samples;

  test('tells what differs from image to image where one image was accepted', () => {
    expect(nameMasks([mask(unseen)], profileWith(undefined))[0]?.name).not.toBe('Pt');
    expect(nameMasks([mask(unseen)], profileWith(spreadOf(others)))[0]?.name).toBe('Pt');
  });

  test('is measured around the mean of each label, as lower triangles', () => {
    const { mean, within, between } = spreadOf(others);
    expect(mean[2]).toBeCloseTo(1.5, 0);
    expect(within.map((row) => row.length)).toEqual([1, 2, 3]);
    expect(within[1]?.[1]).toBeGreaterThan(20);
    expect(within[2]?.[2]).toBeLessThan(0.1);
    expect(between[2]?.[2]).toBeCloseTo(4.5, 0);
  });

  test('is left aside where it is of other descriptors', () => {
    expect(learnNames(seen, { mean: [1], within: [[1]], between: [[1]] })).toEqual(learnNames(seen));
  });

  test('counts for less the more regions there are', () => {
    // Ge lies at 0 or 2 along the second dimension; other projects say that it never moves.
    const many = Array.from({ length: 60 }, (_, image) => region('Ge', String(image), 2 * (image % 2)));
    const narrow = spreadOf(
      ['a', 'b'].map((_, y) => [0, 0.01, 0.02].map((shift, image) => region('a', String(image), 20 * y + shift))),
    );
    const nameOf = (given: readonly NamedRegion[]) => {
      const profile = materialProfile.parse({ ...profileOf('masks', regions, 1), ...learnNames(given, narrow) });
      return nameMasks([mask(cloud(3))], profile)[0]?.name;
    };
    expect(nameOf(many.slice(0, 1))).toBeNull();
    expect(nameOf(many)).toBe('Ge');
  });
});

describe('materials get names', () => {
  // Clustering has taken a mask of Pt for Ge, and found something new.
  const masks = [cloud(0), cloud(3), cloud(3), cloud(40)].map((samples) => mask(samples));
  const votes = [0, 0, 1, 2].map((material) => ({ material, margin: 1 }));
  const namesOf = (naming: Naming) => nameMaterials(votes, masks, profileOf(naming)).map(({ name }) => name);

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
    const named = nameMaterials(both, [mask(cloud(3)), mask(cloud(3))], profileOf('materials-apart'));
    expect(named.map(({ name }) => name)).toEqual(['Pt', 'Pt']);
    expect(named[0]?.material).not.toBe(named[1]?.material);
    const joined = nameMaterials(both, [mask(cloud(3)), mask(cloud(3))], profileOf('materials'));
    expect(joined[0]?.material).toBe(joined[1]?.material);
  });

  test('so that two that differ rather have two names', () => {
    // The second is a little more like Ge than like Pt; the first is Ge.
    const doubtful = mask(cloud(1.45, 400));
    const apart = [0, 1].map((material) => ({ material, margin: 1 }));
    const profile = profileOf('materials-apart');
    const named = nameMaterials(apart, [mask(cloud(0)), doubtful], profile);
    expect(named.map(({ name }) => name)).toEqual(['Ge', 'Pt']);
    const alone = nameMaterials(apart.slice(1), [doubtful], profile);
    expect(alone.map(({ name }) => name)).toEqual(['Ge']);
  });

  test('by what most of their area shows', () => {
    const one = [0, 0].map((material) => ({ material, margin: 1 }));
    const nameOf = (areaPx: number) =>
      nameMaterials(one, [mask(cloud(0), areaPx), mask(cloud(3), 100)], profileOf('materials'))[0]?.name;
    expect([nameOf(900), nameOf(10)]).toEqual(['Ge', 'Pt']);
  });

  test('none where they have no crops', () => {
    const apart = [0, 1].map((material) => ({ material, margin: 1 }));
    const named = nameMaterials(apart, [mask([]), mask(cloud(3))], profileOf('materials-apart'));
    expect(named.map(({ name }) => name)).toEqual([null, 'Pt']);
    expect(nameMaterials(apart.slice(1), [mask([])], profileOf('materials'))[0]?.name).toBeNull();
  });

  test('and more of them than there are labels share', () => {
    const apart = [0, 1, 2].map((material) => ({ material, margin: 1 }));
    const named = nameMaterials(
      apart,
      [cloud(0), cloud(3), cloud(3)].map((samples) => mask(samples)),
      profileOf('materials-apart'),
    );
    expect(named.map(({ name }) => name)).toEqual(['Ge', 'Pt', 'Pt']);
  });

  test('and those of one name are one material', () => {
    const named = nameMaterials(votes, masks, profileOf('masks'));
    expect(named[1]?.material).toBe(named[2]?.material);
    expect(new Set(named.map(({ material }) => material)).size).toBe(3);
  });

  test('no masks, no names', () => {
    expect(nameMaterials([], [], profileOf('materials-apart'))).toEqual([]);
  });
});
