import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zoomWindows } from '../../../../src/sam/specks/zoom-windows.js';

const place = fc.record({
  x: fc.integer({ min: 0, max: 799 }),
  y: fc.integer({ min: 0, max: 599 }),
  reach: fc.integer({ min: 1, max: 40 }),
});
const image = { width: 800, height: 600 };

describe('zoomWindows', () => {
  test('every place is in one window that holds it whole, if there may be enough windows', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 60 }), (places) => {
        const windows = zoomWindows(image, places, { zoom: 2, most: 100 });
        expect(new Set(windows.flatMap((window) => window.places))).toEqual(new Set(places));
        expect(windows.flatMap((window) => window.places)).toHaveLength(places.length);
        for (const { box, places: shown } of windows) {
          expect([box.width, box.height]).toEqual([400, 400]);
          expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= 800 && box.y + box.height <= 600).toBe(true);
          for (const { x, y, reach } of shown) {
            expect(Math.max(0, x - reach)).toBeGreaterThanOrEqual(box.x);
            expect(Math.min(800, x + reach)).toBeLessThanOrEqual(box.x + box.width);
            expect(Math.max(0, y - reach)).toBeGreaterThanOrEqual(box.y);
            expect(Math.min(600, y + reach)).toBeLessThanOrEqual(box.y + box.height);
          }
        }
      }),
    );
  });

  test('no more windows than there may be, none without places', () => {
    const corners = [0, 799].flatMap((x) => [0, 599].map((y) => ({ x, y, reach: 5 })));
    expect(zoomWindows(image, corners, { zoom: 4, most: 3 })).toHaveLength(3);
    expect(zoomWindows(image, corners, { zoom: 4, most: 0 })).toEqual([]);
    expect(zoomWindows(image, [], { zoom: 2, most: 4 })).toEqual([]);
  });
});
