import { describe, expect, test } from '@jest/globals';
import { type RatedSpeck, speckFamilies } from '../../../../src/sam/specks/speck-families.js';

const image = 1024 * 1024;
const particle: RatedSpeck = { contrast: 0.3, clearness: 2, rareness: 6, areaPx: 500, tokenContrast: 0.8 };
const many = (count: number, changed: Partial<RatedSpeck> = {}): RatedSpeck[] =>
  Array.from({ length: count }, () => ({ ...particle, ...changed }));

describe('speckFamilies', () => {
  test('particles are a family, and fainter ones among them belong to it', () => {
    const [family] = speckFamilies([...many(20), ...many(5, { contrast: 0.2, rareness: 3.2 })], image);
    expect(family).toHaveLength(25);
  });

  test.each([
    ['few', many(11)],
    ['on too little of the image', many(20, { areaPx: 20 })],
    ['hardly clearer than what is around them', many(60, { clearness: 0.9 })],
    ['no rarer than noise', many(60, { rareness: 3.5 })],
    ['of the texture around them, as atoms are', many(300, { tokenContrast: 0.1 })],
  ])('specks that are %s are none', (_, specks) => {
    expect(speckFamilies(specks, image)).toEqual([]);
  });

  test('a few of many atoms that look odd make no family', () => {
    expect(speckFamilies([...many(13), ...many(200, { tokenContrast: 0.15 })], image)).toEqual([]);
  });

  test('noise of less contrast stays out, as does what has the texture around it', () => {
    const noise = [...many(40, { contrast: 0.1, rareness: 3.2 }), ...many(4, { tokenContrast: 0.05 })];
    expect(speckFamilies([...many(30), ...noise], image)).toEqual([many(30)]);
  });

  test('bright and dark specks are two families, if there is enough of both', () => {
    const dark = { contrast: -0.3 };
    expect(speckFamilies([...many(20), ...many(15, dark)], image)).toEqual([many(20), many(15, dark)]);
    expect(speckFamilies([...many(60), ...many(14, dark)], image)).toEqual([many(60)]);
  });
});
