import { expect, test } from '@jest/globals';
import { assertNever } from '../../../src/core/assert-never.js';
import { boxIou } from '../../../src/core/box.js';
import { asSamIAmError, SamIAmError } from '../../../src/core/errors.js';
import { labelAreas, maskOfLabel, paintLabelMap } from '../../../src/core/label-map.js';
import { mostMaterials, parseMaterialCount } from '../../../src/core/material-count.js';
import { nonMaximumSuppression } from '../../../src/core/non-maximum-suppression.js';
import { failure, success, valueOrThrow } from '../../../src/core/result.js';
import { seededRandom } from '../../../src/core/seeded-random.js';
import { drawMask, showMask } from '../../support/draw-mask.js';

test('the number of materials is auto or 1 to 6', () => {
  expect(['auto', '1', '6'].map(parseMaterialCount)).toEqual(['auto', 1, 6]);
  expect(['0', '7', '-1', '2.5', 'two', ''].map(parseMaterialCount)).toEqual(new Array(6).fill(undefined));
});

test('a choice per image may have an upper bound', () => {
  expect((['auto', 3, { atMost: 2 }, { atMost: 9 }] as const).map(mostMaterials)).toEqual([6, 3, 2, 6]);
});

test('boxes overlap by their areas', () => {
  const box = { x: 0, y: 0, width: 4, height: 2 };
  expect(boxIou(box, box)).toBe(1);
  expect(boxIou(box, { x: 2, y: 0, width: 4, height: 2 })).toBeCloseTo(1 / 3, 12);
  expect(boxIou(box, { x: 4, y: 0, width: 4, height: 2 })).toBe(0);
});

test('suppression keeps the best of those that overlap', () => {
  const closeness = (a: number, b: number): number => 1 / (1 + Math.abs(a - b));
  expect(nonMaximumSuppression([1, 5, 6, 9], (value) => value, closeness, 0.4)).toEqual([9, 6, 1]);
});

test('a seed fixes the random numbers', () => {
  const draw = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const mean = draw(7).reduce((sum, value) => sum + value, 0) / 1000;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});

test('label maps paint in order and give their parts back', () => {
  const map = paintLabelMap(3, 2, [
    { mask: drawMask('###', '###'), label: 1 },
    { mask: drawMask('..#', '..#'), label: 2 },
  ]);
  expect([...map.labels]).toEqual([1, 1, 2, 1, 1, 2]);
  expect(showMask(maskOfLabel(map, 1))).toEqual(['##.', '##.']);
  expect(labelAreas(map).slice(0, 3)).toEqual([0, 4, 2]);
});

test('a result is its value or throws its failure', () => {
  expect(valueOrThrow(success(3))).toBe(3);
  expect(() => valueOrThrow(failure(new RangeError('no')))).toThrow('no');
});

test('anything thrown becomes an error with a code and a hint', () => {
  const known = new SamIAmError('image.missing', 'no image', { hint: 'give one' });
  expect(asSamIAmError(known)).toBe(known);
  const cause = new TypeError('boom');
  expect(asSamIAmError(cause)).toMatchObject({ code: 'internal', message: 'boom', cause });
  expect(asSamIAmError('text').message).toBe('text');
});

test('an impossible case says what it met', () => {
  expect(() => assertNever('odd' as never)).toThrow('"odd"');
});
