import { expect, test } from '@jest/globals';
import { splitOfSpecimen } from '../../../../src/app/dataset/specimen-split.js';

const specimens = Array.from({ length: 4000 }, (_, index) => `film ${index}`);

test('specimens fall into the splits in the shares that were asked for', () => {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const specimen of specimens) counts[splitOfSpecimen(specimen, [0.7, 0.2, 0.1])]++;
  expect(Math.abs(counts.train / 4000 - 0.7)).toBeLessThan(0.03);
  expect(Math.abs(counts.validation / 4000 - 0.2)).toBeLessThan(0.03);
});

test('a specimen stays in its split, and only those at a border move when the shares change', () => {
  const before = specimens.map((each) => splitOfSpecimen(each, [0.8, 0.1, 0.1]));
  const after = specimens.map((each) => splitOfSpecimen(each, [0.9, 0.05, 0.05]));
  const left = before.filter((split, index) => split === 'train' && after[index] !== 'train');
  expect(left).toEqual([]);
  expect(splitOfSpecimen('any', [1, 0, 0])).toBe('train');
  expect(splitOfSpecimen('any', [0, 0, 1])).toBe('test');
});
