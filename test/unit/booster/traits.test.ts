import { expect, test } from '@jest/globals';
import { patternOf, traitsOf } from '../../../src/booster/traits.js';

test('values are share, grey and spread, then the pattern', () => {
  expect(traitsOf([0.5, 0.3, 0.1, -2, -3])).toEqual({ share: 0.5, grey: 0.3, spread: 0.1 });
  expect(patternOf([0.5, 0.3, 0.1, -2, -3])).toEqual([-2, -3]);
});
