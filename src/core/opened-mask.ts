import { forEachRowRun, type Mask, maskFromRuns, RunBuilder, subtract, unionOf } from './mask.js';

/** The pixels of a mask that lie in a square of 3 × 3 of its pixels: without lines and rims that are thinner (morphological opening). */
export function openedMask(mask: Mask): Mask {
  const inner = rowsChangedBy(mask, 1);
  if (inner.areaPx === 0) return inner;
  const middles = intersect(intersect(inner, shifted(inner, 1)), shifted(inner, -1));
  const wide = rowsChangedBy(middles, -1);
  return unionOf(wide, shifted(wide, 1), shifted(wide, -1));
}

/** Each stretch of a row shortened by `by` pixels at both ends, or lengthened where that is negative. */
function rowsChangedBy(mask: Mask, by: number): Mask {
  const runs = new RunBuilder();
  let painted = 0;
  forEachRowRun(mask, (start, end) => {
    runs.add(Math.max(painted, start + by), end - by);
    painted = Math.max(painted, end - by);
  });
  return maskFromRuns(mask.width, mask.height, runs.finish());
}

/** Moved down by so many rows; what leaves the image is gone. */
function shifted(mask: Mask, rows: number): Mask {
  const { width, height } = mask;
  const runs = new RunBuilder();
  forEachRowRun(mask, (start, end, row) => {
    if (row + rows >= 0 && row + rows < height) runs.add(start + rows * width, end + rows * width);
  });
  return maskFromRuns(width, height, runs.finish());
}

function intersect(a: Mask, b: Mask): Mask {
  return subtract(a, subtract(a, b));
}
