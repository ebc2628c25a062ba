import { expect, test } from '@jest/globals';
import { emptyLabelBits } from '../../../src/core/label-bits.js';

test('sets of labels take a byte where all labels have a bit in it', () => {
  const bits = (...labels: number[]) =>
    emptyLabelBits({ width: labels.length, height: 1, labels: Uint8Array.from(labels) });
  expect(bits(0, 7, 3)).toEqual(new Uint8Array(3));
  expect(bits(0, 8)).toEqual(new Uint32Array(2));
});
