import { expect, test } from '@jest/globals';
import { scaleBar } from '../../../../src/web/try/scale-bar.js';

test.each([
  [0.05, 100, '5 nm', 100],
  [0.05, 99, '2 nm', 40],
  [1, 120, '100 nm', 100],
  [10, 120, '1 µm', 100],
  [0.001, 120, '100 pm', 100],
  [1e5, 120, '10 mm', 100],
])('%f nm per pixel, at most %i pixels: %s', (nanometres, most, label, length) => {
  const bar = scaleBar(nanometres, most);
  expect(bar.label).toBe(label);
  expect(bar.lengthPx).toBeCloseTo(length);
});

test('the bar is never longer than asked for, nor shorter than two fifths of it', () => {
  for (let power = -3; power < 6; power += 0.037) {
    const { lengthPx } = scaleBar(10 ** power, 100);
    expect(lengthPx).toBeLessThanOrEqual(100.0001);
    expect(lengthPx).toBeGreaterThanOrEqual(39.99);
  }
});
