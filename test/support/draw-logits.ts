import { seededRandom } from '../../src/core/seeded-random.js';
import type { LogitWindow } from '../../src/sam/logit-threshold.js';
import type { LogitMap } from '../../src/sam/sam-model.js';

/** Smooth hills that cross the thresholds in every direction, and steps where they cross them from cell to cell. */
export function drawMap(
  rows: number,
  columns: number,
  seed: number,
  window: { width: number; height: number },
): LogitMap {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 3 }, () => [random(), random(), random()] as const);
  const roughness = seed % 3 === 0 ? 4 : 0;
  const logits = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    const smooth = waves.reduce((sum, [a, b, c]) => sum + 2 * Math.sin(x * a + y * b + 6 * c), 0);
    return smooth + roughness * (random() - 0.5);
  });
  return { rows, columns, logits, columnsPerPixel: columns / window.width, rowsPerPixel: rows / window.height };
}

export function wholeImage(width: number, height: number): LogitWindow {
  return { imageWidth: width, imageHeight: height, window: { x: 0, y: 0, width, height } };
}
