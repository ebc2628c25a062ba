import { describe, expect, it } from '@jest/globals';
import { maskIou } from '../../../src/core/mask.js';
import { type LogitWindow, thresholdLogits } from '../../../src/sam/logit-threshold.js';
import type { LogitMap } from '../../../src/sam/sam-model.js';
import { SureDuplicates } from '../../../src/sam/sure-duplicates.js';
import { drawMap, wholeImage } from '../../support/draw-logits.js';

/** The same hills, a little higher or lower. */
function raised(map: LogitMap, by: number): LogitMap {
  return { ...map, logits: map.logits.map((logit) => logit + by) };
}

function isSure(kept: LogitMap, map: LogitMap, threshold: number, place: LogitWindow): boolean {
  const duplicates = new SureDuplicates(place, kept);
  duplicates.keep(thresholdLogits(kept, place).mask);
  return duplicates.has(map, threshold);
}

const places: readonly LogitWindow[] = [
  wholeImage(131, 90),
  wholeImage(23, 301),
  { imageWidth: 190, imageHeight: 180, window: { x: 13, y: 21, width: 150, height: 147 } },
];

describe('duplicates told from the map alone', () => {
  it.each(places)('are duplicates at full size, too: %j', (place) => {
    let sure = 0;
    for (let seed = 0; seed < 12; seed++) {
      const kept = drawMap(16, 16, seed, place.window);
      for (const map of [kept, raised(kept, 0.2), raised(kept, -1), drawMap(16, 16, seed + 1, place.window)]) {
        const iou = maskIou(thresholdLogits(kept, place).mask, thresholdLogits(map, place).mask);
        for (const threshold of [0.1, 0.3, 0.5, 0.7]) {
          if (!isSure(kept, map, threshold, place)) continue;
          sure++;
          expect(iou).toBeGreaterThan(threshold);
        }
      }
    }
    expect(sure).toBeGreaterThan(20);
  });

  it('are found where most of the mask lies off its outline', () => {
    const place = wholeImage(160, 160);
    const logits = Float32Array.from({ length: 1024 }, (_, at) => (at % 32 < 20 ? 3 : -3));
    const half: LogitMap = { rows: 32, columns: 32, logits, columnsPerPixel: 0.2, rowsPerPixel: 0.2 };
    expect(isSure(half, half, 0.9, place)).toBe(true);
    expect(isSure(half, raised(half, -6), 0.1, place)).toBe(false);
  });

  it('need something kept', () => {
    const map = drawMap(16, 16, 1, { width: 64, height: 64 });
    expect(new SureDuplicates(wholeImage(64, 64), map).has(map, 0.1)).toBe(false);
  });
});
