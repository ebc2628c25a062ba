import { expect, test } from '@jest/globals';
import { labelWeight, parseDifficulty } from '../../../src/metrics/difficulty.js';

test.each([
  [1, 1],
  ['2', 2],
  [' Difficulty 3 ', 3],
  ['difficulty: 2 (medium)', 2],
  ['HARD', 3],
  ['rather easy', 1],
  ['4', undefined],
  [0, undefined],
  ['', undefined],
  ['hardly', undefined],
  [null, undefined],
  [['1'], undefined],
  ['constructor', undefined],
] as const)('%j is class %s', (text, expected) => {
  expect(parseDifficulty(text)).toBe(expected);
});

test('an easy label counts ten times as much as a hard one', () => {
  expect(labelWeight('easy') / labelWeight('hard')).toBe(10);
});
