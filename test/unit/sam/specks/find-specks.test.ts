import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.js';
import { findSpecks } from '../../../../src/sam/specks/find-specks.js';
import { greyImage } from '../../../support/grey-image.js';

const search = { radii: [4, 6, 8.5, 12], leastClearness: 0.7, leastRareness: 3, most: 100 };
const places = [
  { x: 30, y: 40, radius: 5 },
  { x: 120, y: 50, radius: 8 },
  { x: 60, y: 130, radius: 12 },
  { x: 150, y: 150, radius: 6 },
];

/** Discs on a ground that slopes and is noisy. */
function discs(contrast: number) {
  const random = seededRandom(3);
  return greyImage(200, 200, (x, y) => {
    const isIn = places.some((place) => Math.hypot(x - place.x, y - place.y) <= place.radius);
    return 0.4 + 0.001 * x + 0.05 * (random() - 0.5) + (isIn ? contrast : 0);
  });
}

describe('findSpecks', () => {
  test.each([0.2, -0.2])('finds discs of contrast %d at their places, about as large as they are', (contrast) => {
    const found = findSpecks(discs(contrast), search).filter(({ rareness }) => rareness > 6);
    expect(found).toHaveLength(places.length);
    for (const place of places) {
      const near = found.filter(({ x, y }) => Math.hypot(x - place.x, y - place.y) < place.radius / 2);
      expect(near).toHaveLength(1);
      expect((near[0]?.radius ?? 0) / place.radius).toBeGreaterThan(0.6);
      expect((near[0]?.radius ?? 0) / place.radius).toBeLessThan(1.6);
      expect(Math.sign(near[0]?.contrast ?? 0)).toBe(Math.sign(contrast));
    }
  });

  test('atoms of a lattice are no rarer than their neighbours', () => {
    const lattice = greyImage(200, 200, (x, y) => 0.5 + 0.4 * Math.cos(x / 2.5) * Math.cos(y / 2.5));
    expect(findSpecks(lattice, { ...search, leastRareness: 4 })).toEqual([]);
  });

  test('nothing is found in a flat image or in one that is smaller than a speck', () => {
    expect(findSpecks(greyImage(100, 100, () => 0.3), search)).toEqual([]); // prettier-ignore
    expect(findSpecks(greyImage(3, 2, (x) => x / 3), search)).toEqual([]); // prettier-ignore
  });

  test('no more than asked for', () => {
    expect(findSpecks(discs(0.2), { ...search, most: 2 })).toHaveLength(2);
  });
});
