import { describe, expect, test } from '@jest/globals';
import { lengthInNm, parsePixelSize, plausiblePixelSize, scalarPixelSize } from '../../../src/imaging/pixel-size.js';

describe('lengths with units', () => {
  test.each([
    [1, 'nm', 1],
    [2, 'pm', 0.002],
    [3, 'µm', 3000],
    [3, 'μm', 3000],
    [3, '\\u00B5m', 3000],
    [4, 'Å', 0.4],
    [4, '\u212b', 0.4],
    [5e-10, ' m ', 0.5],
    [1, 'micron', 1000],
    [7, 'furlong', undefined],
    [7, '1/nm', undefined],
    [-7, 'nm', undefined],
    [Number.NaN, 'nm', undefined],
  ])('%f %s', (value, unit, expected) => {
    const found = lengthInNm(value, unit);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(expected, 9);
  });
});

test('sizes of a print and of nothing are not believed', () => {
  expect(plausiblePixelSize(2.54e7 / 300)).toBeNull();
  expect(plausiblePixelSize(0)).toBeNull();
  expect(plausiblePixelSize(1, Number.POSITIVE_INFINITY)).toBeNull();
  expect(plausiblePixelSize(undefined)).toBeNull();
  expect(plausiblePixelSize(0.02, 0.03)).toEqual([0.02, 0.03]);
});

describe('what a user gives', () => {
  test.each([
    ['0.021nm', [0.021, 0.021]],
    ['21 pm', [0.021, 0.021]],
    ['2.1e-1Å', [0.021, 0.021]],
    ['0.02,0.03nm', [0.02, 0.03]],
    ['0.02nm,30pm', [0.02, 0.03]],
  ])('%s', (text, expected) => {
    const [x, y] = parsePixelSize(text) ?? [];
    expect(x).toBeCloseTo(expected[0] as number, 12);
    expect(y).toBeCloseTo(expected[1] as number, 12);
  });

  test.each(['0.021', 'nm', '-1nm', '0nm', '3m', '1e-9nm', '1,2,3nm', '1..2nm', '5 dpi', ''])(
    '%j is refused',
    (text) => {
      expect(parsePixelSize(text)).toBeNull();
    },
  );
});

test('one length for pixels that are not square keeps areas', () => {
  expect(scalarPixelSize([2, 8])).toBe(4);
  expect(scalarPixelSize([0.3, 0.3])).toBe(0.3);
  expect(scalarPixelSize(null)).toBeNull();
});
