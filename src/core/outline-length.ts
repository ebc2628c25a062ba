import { intersectionArea, type Mask, maskFromRuns } from './mask.js';

/** Length of a mask's outline in pixel edges, those on the image's border included. */
export function outlineLength(mask: Mask): number {
  const rows = mask.runs.length === 0 ? 0 : rowEnds(mask);
  const touchingRows = intersectionArea(mask, shiftedDown(mask));
  return rows + 2 * (mask.areaPx - touchingRows);
}

/** Vertical edges: two for each run within a row. */
function rowEnds(mask: Mask): number {
  let ends = 0;
  for (let i = 0; i < mask.runs.length; i += 2) {
    const firstRow = Math.floor((mask.runs[i] as number) / mask.width);
    const lastRow = Math.floor(((mask.runs[i + 1] as number) - 1) / mask.width);
    ends += 2 * (lastRow - firstRow + 1);
  }
  return ends;
}

/** The mask one row lower; what leaves the image is cut off. */
function shiftedDown(mask: Mask): Mask {
  const pixels = mask.width * mask.height;
  const shifted = Array.from(mask.runs, (index) => Math.min(index + mask.width, pixels));
  const kept = shifted.filter((_, i) => (shifted[i - (i % 2)] as number) < pixels);
  return maskFromRuns(mask.width, mask.height, Uint32Array.from(kept));
}
