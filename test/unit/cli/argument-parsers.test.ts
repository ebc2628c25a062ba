import { expect, test } from '@jest/globals';
import {
  frameArgument,
  idsArgument,
  integerArgument,
  materialsArgument,
  pixelSizeArgument,
} from '../../../src/cli/argument-parsers.js';

test('ids are numbers and ranges, each once, in order', () => {
  expect(idsArgument('7, 3,10-12,11')).toEqual([3, 7, 10, 11, 12]);
});

test.each(['', 'a', '3-', '5-3', '1,,2', '1-999999999'])('"%s" is no list of ids', (text) => {
  expect(() => idsArgument(text)).toThrow('3,7,10-20');
});

test('numbers of materials and whole numbers keep to their bounds', () => {
  expect([materialsArgument('auto'), materialsArgument('3'), integerArgument(1, 5)('5')]).toEqual(['auto', 3, 5]);
  for (const text of ['0', '7', 'x']) expect(() => materialsArgument(text)).toThrow('1 to 6');
  for (const text of ['0', '6', '1.5', '']) expect(() => integerArgument(1, 5)(text)).toThrow('1 to 5');
});

test('a frame is a number from 0, all, or mean', () => {
  expect(['0', '12', 'all', 'mean'].map(frameArgument)).toEqual([0, 12, 'all', 'mean']);
  for (const text of ['-1', '1.5', 'first', '', '9999999999']) expect(() => frameArgument(text)).toThrow('from 0');
});

test('a pixel size has a unit, and one that an electron microscope can have', () => {
  expect(pixelSizeArgument('0.5nm')).toEqual([0.5, 0.5]);
  for (const text of ['0.5', '3m', '1e-9nm', '-1nm']) expect(() => pixelSizeArgument(text)).toThrow('0.021nm');
});
