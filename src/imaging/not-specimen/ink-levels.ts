import type { LevelImage } from './levels.js';

/** A grey in which something may be drawn. */
export interface Ink {
  readonly level: number;
  /** Levels that differ from it by no more are the ink, too: compression leaves as much. */
  readonly tolerance: number;
}

/** Pixels and their neighbours that differ by no more are flat. */
const flatTolerance = 2;
/** A grey with fewer flat pixels draws nothing. */
const leastFlatPx = 12;
/** At least this share of the pixels of an ink is flat; of the noise of a specimen hardly any is. Black and white are mostly taken to draw. */
const leastFlatShare = { extreme: 0.1, between: 0.5 };
const mostInks = 4;
const reach = 8;
/** Half-smoothed pixels of what is drawn belong to it, too. */
const tolerance = 24;

/** Greys of which there are plain areas, though small ones, at most four. `isLeftOut`: 1 where nobody looks. */
export function findInks({ width, height, levels }: LevelImage, isLeftOut: Uint8Array): Ink[] {
  const [flat, all] = [new Uint32Array(256), new Uint32Array(256)];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0, at = y * width; x + 1 < width; x++, at++) {
      if (isLeftOut[at] !== 0) continue;
      const level = levels[at] as number;
      all[level] = (all[level] as number) + 1;
      const isFlat =
        Math.abs((levels[at + 1] as number) - level) <= flatTolerance &&
        Math.abs((levels[at + width] as number) - level) <= flatTolerance &&
        Math.abs((levels[at + width + 1] as number) - level) <= flatTolerance;
      if (isFlat) flat[level] = (flat[level] as number) + 1;
    }
  }
  const inks: Ink[] = [];
  for (let most = 0; most < mostInks; most++) {
    // Black and white first: most is drawn in them.
    const level = [255, 0][most] ?? flat.indexOf(Math.max(...flat));
    const [from, to] = [Math.max(0, level - reach), Math.min(255, level + reach)];
    const sum = (counts: Uint32Array): number => counts.subarray(from, to + 1).reduce((a, b) => a + b, 0);
    const flatPx = sum(flat);
    const least = most < 2 ? leastFlatShare.extreme : leastFlatShare.between;
    if (flatPx >= leastFlatPx && flatPx >= least * sum(all)) inks.push({ level, tolerance });
    flat.fill(0, Math.max(0, from - tolerance), to + tolerance);
  }
  return inks;
}
