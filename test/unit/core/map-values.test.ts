import { expect, test } from '@jest/globals';
import { mapValues } from '../../../src/core/map-values.js';

test('fills an array with what is made of each value', () => {
  expect(mapValues(new Uint8Array(3), [1, 2, 3], (value, index) => value * 10 + index)).toEqual(
    Uint8Array.of(10, 21, 32),
  );
  expect(mapValues(new Float64Array(2), BigInt64Array.of(-5n, 7n), Number)).toEqual(Float64Array.of(-5, 7));
});
