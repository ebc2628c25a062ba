import type { EdgeStrip } from './edge-strips.js';
import type { LevelImage } from './levels.js';

/** Pixels that differ from the ground by more are ink. */
const leastStep = 100;
/** A bar is at least so many times as long as letters are wide, and no longer than this share of the picture: a longer line is a frame. */
const leastLetters = 2.5;
const mostShare = 0.6;
const leastPx = 20;
/** The outermost lines of a banner may be a frame. */
const frame = 2;
/** A bar is no thicker than this share of the banner. */
const mostThickness = 0.4;

/** Length in pixels of the scale bar on a banner below or above the picture; null where there is none. */
export function barInBanner({ width, levels }: LevelImage, { kind, side, box, level }: EdgeStrip): number | null {
  if (kind !== 'banner' || side === 'left' || side === 'right') return null;
  const runs: { readonly start: number; readonly length: number; readonly row: number }[] = [];
  for (let row = box.y + frame; row < box.y + box.height - frame; row++) {
    for (let x = 0; x < width;) {
      const start = x;
      while (x < width && Math.abs((levels[row * width + x] as number) - level) > leastStep) x++;
      if (x > start) runs.push({ start, length: x - start, row });
      else x++;
    }
  }
  const inside = runs.filter(({ length }) => length <= mostShare * width);
  const letter = inside.map(({ length }) => length).sort((a, b) => a - b)[Math.floor(inside.length * 0.8)] ?? 0;
  const longest = inside.reduce((best, run) => (run.length > best.length ? run : best), {
    start: 0,
    length: 0,
    row: 0,
  });
  if (longest.length < Math.max(leastPx, leastLetters * letter)) return null;
  const same = inside.filter(
    ({ start, length }) => Math.abs(start - longest.start) <= 2 && Math.abs(length - longest.length) <= 3,
  );
  return same.length > mostThickness * box.height ? null : longest.length;
}
