import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rasteriseOutline } from '../../src/annotations/rasterise-outline.js';
import { readLabelStudioTask } from '../../src/annotations/read-label-studio-task.js';
import { outlineOf } from '../../src/annotations/shape-outline.js';
import { type Mask, maskFromBitmap } from '../../src/core/mask.js';
import { evaluateCase } from '../../src/evaluation/evaluate-case.js';
import { parseLabelConfig } from '../../src/label-studio/label-config.js';
import { annotation, brushRegion, prediction, task } from '../support/label-studio-tasks.js';
import { bitmaskRegion, outlineRegion } from '../support/region-shapes.js';

const size = { width: 96, height: 64 };
const config = parseLabelConfig(
  `<View><Image name="image" value="$image"/>${['Brush', 'Bitmask', 'Polygon', 'Ellipse', 'Rectangle']
    .map(
      (tag) =>
        `<${tag}Labels name="${tag.toLowerCase()}" toName="image">${Array.from('ABCDE', (label) => `<Label value="${label}"/>`).join('')}</${tag}Labels>`,
    )
    .join('')}</View>`,
);
const reading = { config, difficultyField: 'difficulty', maxPixels: 1e6 };

const ellipse = fc.record({
  x: fc.double({ min: 40, max: 70, noNaN: true }),
  y: fc.double({ min: 40, max: 70, noNaN: true }),
  radiusX: fc.double({ min: 12, max: 20, noNaN: true }),
  radiusY: fc.double({ min: 12, max: 30, noNaN: true }),
  rotation: fc.double({ min: 0, max: 360, noNaN: true }),
});
const rectangle = fc.record({
  x: fc.double({ min: 45, max: 55, noNaN: true }),
  y: fc.double({ min: 45, max: 55, noNaN: true }),
  width: fc.double({ min: 15, max: 30, noNaN: true }),
  height: fc.double({ min: 15, max: 30, noNaN: true }),
  rotation: fc.double({ min: 0, max: 360, noNaN: true }),
});

/** By the equation of the shape itself, pixel by pixel. */
function drawn(isInside: (x: number, y: number) => boolean): Mask {
  const bitmap = Uint8Array.from({ length: size.width * size.height }, (_, index) =>
    Number(isInside((index % size.width) + 0.5, Math.floor(index / size.width) + 0.5)),
  );
  return maskFromBitmap(size.width, size.height, bitmap);
}

function turnedBack(x: number, y: number, rotation: number): [number, number] {
  const angle = (-rotation * Math.PI) / 180;
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

const px = (percent: number, pixels: number): number => (percent / 100) * pixels;

function ellipseMask({
  x,
  y,
  radiusX,
  radiusY,
  rotation,
}: Readonly<Record<string, number>> & Record<'x' | 'y' | 'radiusX' | 'radiusY' | 'rotation', number>): Mask {
  return drawn((atX, atY) => {
    const [u, v] = turnedBack(atX - px(x, size.width), atY - px(y, size.height), rotation);
    return (u / px(radiusX, size.width)) ** 2 + (v / px(radiusY, size.height)) ** 2 <= 1;
  });
}

function rectangleMask({
  x,
  y,
  width,
  height,
  rotation,
}: Record<'x' | 'y' | 'width' | 'height' | 'rotation', number>): Mask {
  return drawn((atX, atY) => {
    const [u, v] = turnedBack(atX - px(x, size.width), atY - px(y, size.height), rotation);
    return u >= 0 && v >= 0 && u <= px(width, size.width) && v <= px(height, size.height);
  });
}

/** Pixels that may differ: a rim one pixel wide. */
const rimPx = 2 * (size.width + size.height);

test('outlines are filled to the pixel as their equations say', () => {
  fc.assert(
    fc.property(ellipse, rectangle, (round, square) => {
      for (const [kind, value, mask] of [
        ['ellipse', round, ellipseMask(round)],
        ['rectangle', square, rectangleMask(square)],
      ] as const) {
        const found = rasteriseOutline(outlineOf(kind, value, size), size.width, size.height);
        expect(Math.abs(found.areaPx - mask.areaPx)).toBeLessThanOrEqual(4);
      }
    }),
    { numRuns: 200 },
  );
});

test('a region measures the same, whatever it is drawn with', async () => {
  await fc.assert(
    fc.asyncProperty(ellipse, rectangle, fc.boolean(), async (round, square, isRound) => {
      const mask = isRound ? ellipseMask(round) : rectangleMask(square);
      const kind = isRound ? 'ellipse' : 'rectangle';
      const outline = outlineOf(kind, isRound ? round : square, size);
      const points = Array.from({ length: outline.length / 2 }, (_, i) => [
        ((outline[2 * i] ?? 0) / size.width) * 100,
        ((outline[2 * i + 1] ?? 0) / size.height) * 100,
      ]);
      const rest = drawn((x) => x < 8);
      const predicted = prediction(1, [brushRegion('p', 'A', mask), brushRegion('q', 'B', rest)]);
      const measured = async (region: unknown) => {
        const [item] = await readLabelStudioTask(
          task(1, [annotation(1, [region, brushRegion('b', 'B', rest)])], [predicted]),
          reading,
        );
        expect(item?.problems).toEqual([]);
        if (!item?.evaluated) throw new Error('it is annotated');
        return evaluateCase(item.evaluated, {}, new Map()).stages.predicted?.mIoU ?? 0;
      };
      const exact = await measured(brushRegion('a', 'A', mask));
      const least = exact - rimPx / mask.areaPx / 2;
      for (const region of [
        outlineRegion(kind, 'a', 'A', size, isRound ? round : square),
        outlineRegion('polygon', 'a', 'A', size, { points, closed: true }),
        await bitmaskRegion('a', 'A', mask),
      ]) {
        expect(await measured(region)).toBeGreaterThan(Math.max(0.9, least));
      }
    }),
    { numRuns: 40 },
  );
});

test('an export with the regions of one kind taken out of a prediction never measures better', async () => {
  const kinds = ['brush', 'ellipse', 'rectangle', 'bitmask'] as const;
  const kind = fc.constantFrom(...kinds);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(kind, ellipse, rectangle), { minLength: 2, maxLength: 5 }), async (parts) => {
      const regions = await Promise.all(
        parts.map(async ([each, round, square], index) => {
          const [id, label] = [`r${index}`, 'ABCDE'[index] ?? ''];
          // Side by side, so that no pixel has two labels.
          const oval = { ...round, x: 20 * index + 10, radiusX: round.radiusX / 2.2, rotation: 0 };
          const box = { ...square, x: 20 * index + 2, width: square.width / 2, rotation: 0 };
          if (each === 'ellipse') return outlineRegion(each, id, label, size, oval);
          if (each === 'rectangle') return outlineRegion(each, id, label, size, box);
          return each === 'brush'
            ? brushRegion(id, label, ellipseMask(oval))
            : bitmaskRegion(id, label, rectangleMask(box));
        }),
      );
      const measure = async (left: readonly unknown[]) => {
        const [item] = await readLabelStudioTask(task(1, [annotation(1, regions)], [prediction(1, left)]), reading);
        const measured = item?.evaluated && evaluateCase(item.evaluated, {}, new Map()).stages.predicted;
        return { mIoU: measured?.mIoU ?? 0, mRecall: measured?.mRecall ?? 0 };
      };
      const all = await measure(regions);
      for (const gone of new Set(parts.map(([each]) => each))) {
        const some = await measure(regions.filter((_, index) => parts[index]?.[0] !== gone));
        expect(some.mRecall).toBeLessThanOrEqual(all.mRecall + 1e-9);
        expect(some.mIoU).toBeLessThanOrEqual(all.mIoU + 1e-9);
      }
    }),
    { numRuns: 60 },
  );
});
