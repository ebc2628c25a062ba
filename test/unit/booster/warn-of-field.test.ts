import { describe, expect, test } from '@jest/globals';
import { warnOfDose, warnOfFilled } from '../../../src/booster/warn-of-field.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { traitReader, traitSide } from '../../../src/texture/own-traits.js';

describe('one material all over', () => {
  const filled = { found: 9, kept: 2, materials: [{ areaPx: 98 }], fieldPx: 100 };

  test('is told of where many masks were found, and how many were left out', () => {
    expect(warnOfFilled(filled)).toEqual([expect.stringMatching(/9 masks were found \(7 of them left out/)]);
    expect(warnOfFilled({ ...filled, kept: 9 })).toEqual([expect.stringMatching(/all of them kept/)]);
  });

  test.each([
    ['few masks', { found: 3 }],
    ['two materials', { materials: [{ areaPx: 60 }, { areaPx: 38 }] }],
    ['much left free', { materials: [{ areaPx: 70 }] }],
    ['nothing painted', { materials: [] }],
  ])('is nothing to tell of with %s', (_, change) => {
    expect(warnOfFilled({ ...filled, ...change })).toEqual([]);
  });
});

describe('the dose', () => {
  const reader = traitReader();
  const own = new Uint8Array(traitSide ** 2).fill(1);
  const random = seededRandom(8);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  /** A mask of a grey with noise of some strength, and a wave of 8 pixels. */
  const mask = (grey: number, noise: number, wave = 0, areaPx = 100) => {
    const square = Float32Array.from({ length: traitSide ** 2 }, (_, at) => {
      return grey + noise * normal() + wave * Math.cos(((at % traitSide) * Math.PI) / 4);
    });
    return { areaPx, traits: [{ x: 0, y: 0, values: reader.read({ grey: square, own }) }] };
  };

  test('is too low where noise is stronger than all else', () => {
    expect(warnOfDose([mask(0.5, 0.2), mask(0.55, 0.2)])).toEqual([expect.stringMatching(/noise is (19|20|21) %/)]);
  });

  test.each([
    ['little noise', [mask(0.5, 0.05), mask(0.5, 0.05)]],
    ['greys that differ by more', [mask(0.2, 0.15), mask(0.6, 0.15)]],
    ['a lattice that stands out', [mask(0.5, 0.2, 0.4), mask(0.5, 0.2)]],
    ['no mask', []],
    ['nobody who looked', [{ areaPx: 100, traits: null }]],
  ])('is high enough with %s', (_, masks) => {
    expect(warnOfDose(masks)).toEqual([]);
  });

  test('is not judged by scraps', () => {
    expect(warnOfDose([mask(0.5, 0.2), mask(0.9, 0.2, 0, 1)])).toHaveLength(1);
  });
});
