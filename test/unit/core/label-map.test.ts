import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { labelAreas, maskOfLabel, paintLabelMap } from '../../../src/core/label-map.js';
import { maskFromBitmap, maskToBitmap } from '../../../src/core/mask.js';

const [width, height] = [7, 5];
const bitmaps = fc.array(fc.constantFrom(0, 1), { minLength: width * height, maxLength: width * height });
const layers = fc.array(fc.record({ bits: bitmaps, label: fc.integer({ min: 1, max: 255 }) }), { maxLength: 4 });

test('each pixel has the label of the last mask that has it, and maps give their masks back', () => {
  fc.assert(
    fc.property(layers, (given) => {
      const painted = given.map(({ bits, label }) => ({ mask: maskFromBitmap(width, height, bits), label }));
      const map = paintLabelMap(width, height, painted);
      const expected = Array.from({ length: width * height }, (_, at) => {
        return given.findLast(({ bits }) => bits[at] === 1)?.label ?? 0;
      });
      expect([...map.labels]).toEqual(expected);
      const areas = labelAreas(map);
      for (const label of new Set([0, 255, ...expected])) {
        const mask = maskOfLabel(map, label);
        expect([...maskToBitmap(mask)]).toEqual(expected.map((each) => Number(each === label)));
        expect(areas[label]).toBe(mask.areaPx);
      }
      expect(areas.reduce((sum, area) => sum + area, 0)).toBe(width * height);
    }),
  );
});
