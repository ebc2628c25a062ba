import { describe, expect, it } from '@jest/globals';
import { maskToBitmap } from '../../../src/core/mask.js';
import { tapTable } from '../../../src/sam/logit-taps.js';
import { LogitThresholder, type LogitWindow, thresholdLogits } from '../../../src/sam/logit-threshold.js';
import type { EnlargingFrame, LogitMap } from '../../../src/sam/sam-model.js';
import { drawMap, wholeImage } from '../../support/draw-logits.js';

/** Every pixel interpolated: rows first, in single precision, then columns. */
function everyLogit(map: LogitMap, { window }: LogitWindow): Float64Array {
  const middle = (side: 'width' | 'height') =>
    map.frame && { pixels: map.frame[side], linesPerPixel: map.frame.linesPerPixel };
  const columns = tapTable(window.width, map.columns, map.columnsPerPixel, middle('width'));
  const rows = tapTable(window.height, map.rows, map.rowsPerPixel, middle('height'));
  const [lineOfX, lineOfY] = [linesOf(columns), linesOf(rows)];
  const logits = new Float64Array(window.width * window.height);
  for (let y = 0; y < window.height; y++) {
    const row = Float32Array.from({ length: map.columns }, (_, column) =>
      [0, 1, 2].reduce((sum, tap) => {
        const weight = rows.weights[3 * y + tap] ?? 0;
        return weight === 0 ? sum : sum + weight * (map.logits[((lineOfY[y] ?? 0) + tap) * map.columns + column] ?? 0);
      }, 0),
    );
    for (let x = 0; x < window.width; x++) {
      logits[y * window.width + x] = [0, 1, 2].reduce((sum, tap) => {
        const weight = columns.weights[3 * x + tap] ?? 0;
        return weight === 0 ? sum : sum + weight * (row[(lineOfX[x] ?? 0) + tap] ?? 0);
      }, 0);
    }
  }
  return logits;
}

function linesOf({ cells, start, first }: ReturnType<typeof tapTable>): number[] {
  return Array.from({ length: cells }, (_, cell) => cell).flatMap((cell) =>
    Array<number>((start[cell + 1] ?? 0) - (start[cell] ?? 0)).fill(first[cell] ?? 0),
  );
}

function expectExact(map: LogitMap, place: LogitWindow, thresholded = thresholdLogits(map, place)): void {
  const { window, imageWidth, imageHeight } = place;
  const logits = everyLogit(map, place);
  const expected = new Uint8Array(imageWidth * imageHeight);
  logits.forEach((logit, at) => {
    const [x, y] = [at % window.width, Math.floor(at / window.width)];
    expected[(window.y + y) * imageWidth + window.x + x] = logit > 0 ? 1 : 0;
  });
  const { mask, stabilityScore } = thresholded;
  expect(maskToBitmap(mask)).toEqual(expected);
  const above = (threshold: number): number => logits.reduce((sum, logit) => sum + (logit > threshold ? 1 : 0), 0);
  expect(stabilityScore).toBe(above(1) / above(-1));
}

describe('thresholding logits without making them all', () => {
  const sizes = [
    [64, 64],
    [131, 90],
    [16, 16],
    [23, 301],
    [9, 7],
  ] as const;

  it.each(sizes)('equals thresholding every interpolated pixel, %i × %i', (width, height) => {
    const place = wholeImage(width, height);
    for (let seed = 0; seed < 12; seed++) expectExact(drawMap(16, 16, seed, { width, height }), place);
  });

  it('does so in a window of a larger image', () => {
    const place = { imageWidth: 90, imageHeight: 80, window: { x: 13, y: 21, width: 50, height: 47 } };
    for (let seed = 0; seed < 6; seed++) expectExact(drawMap(16, 16, seed, place.window), place);
  });

  it("does so in Meta's two steps", () => {
    const frame: EnlargingFrame = { width: 64, height: 44, linesPerPixel: 0.25 };
    const place = wholeImage(150, 103);
    for (let seed = 0; seed < 6; seed++) expectExact({ ...drawMap(16, 16, seed, place.window), frame }, place);
  });

  it('does so where a grid is finer than the image, and where logits hardly differ from a threshold', () => {
    const place = wholeImage(11, 13);
    for (let seed = 0; seed < 6; seed++) expectExact(drawMap(32, 32, seed, place.window), place);
    const flat = drawMap(16, 16, 1, { width: 100, height: 100 });
    const nearly = { ...flat, logits: flat.logits.map((logit) => 1 + logit * 2e-7) };
    expect(thresholdLogits(nearly, wholeImage(100, 100)).mask.areaPx).toBe(10_000);
  });

  it('gives the same for one map after the other, whatever their grids', () => {
    const place = wholeImage(120, 70);
    const thresholder = new LogitThresholder(place);
    for (const [rows, columns] of [
      [16, 16],
      [8, 20],
      [16, 16],
      [20, 8],
    ] as const) {
      const map = drawMap(rows, columns, rows + columns, place.window);
      expectExact(map, place, thresholder.threshold(map));
    }
  });

  it('gives up on exactly those masks whose stability score is too low', () => {
    const place = wholeImage(131, 90);
    const thresholder = new LogitThresholder(place);
    const scores: number[] = [];
    for (let seed = 0; seed < 24; seed++) {
      const map = drawMap(16, 16, seed, place.window);
      const whole = thresholder.threshold(map);
      scores.push(whole.stabilityScore);
      for (const least of [0.2, 0.4, 0.6, 0.8, whole.stabilityScore]) {
        const expected = whole.stabilityScore < least ? undefined : whole;
        expect(thresholder.thresholdIfStable(map, least)).toEqual(expected);
      }
    }
    expect(Math.min(...scores)).toBeLessThan(0.4);
    expect(Math.max(...scores)).toBeGreaterThan(0.6);
  });

  it('calls an empty map neither stable nor unstable', () => {
    const map = { ...drawMap(4, 4, 0, { width: 8, height: 8 }), logits: new Float32Array(16).fill(-5) };
    const { mask, stabilityScore } = thresholdLogits(map, wholeImage(8, 8));
    expect(mask.areaPx).toBe(0);
    expect(stabilityScore).toBeNaN();
  });
});
