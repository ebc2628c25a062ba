import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { promptInPixels } from '../../../src/core/user-prompt.js';

const places = fc.double({ min: 0, max: 100, noNaN: true });

test('percent become pixels of the image: a share of its width or height stays that share', () => {
  fc.assert(
    fc.property(
      places,
      places,
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 1, max: 9000 }),
      (x, y, width, height) => {
        const given = {
          points: [{ x, y, positive: false }],
          boxes: [{ x, y, width: 100 - x, height: 100 - y }],
          of: { width: 100, height: 100 },
        };
        const { points, boxes, of } = promptInPixels(given, { width, height });
        expect(of).toBeUndefined();
        expect(points[0]?.positive).toBe(false);
        expect((points[0]?.x ?? NaN) / width).toBeCloseTo(x / 100, 9);
        expect((points[0]?.y ?? NaN) / height).toBeCloseTo(y / 100, 9);
        const [box] = boxes;
        expect((box?.x ?? NaN) + (box?.width ?? NaN)).toBeCloseTo(width, 6);
        expect((box?.y ?? NaN) + (box?.height ?? NaN)).toBeCloseTo(height, 6);
      },
    ),
  );
});

test('what is in pixels already stays as it is', () => {
  const prompt = { points: [{ x: 3, y: 4, positive: true }], boxes: [] };
  expect(promptInPixels(prompt, { width: 10, height: 10 })).toBe(prompt);
});
