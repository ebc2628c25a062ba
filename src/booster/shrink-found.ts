import { forEachRowRun, type Mask, maskFromRuns, RunBuilder } from '../core/mask.js';
import type { FoundMask, FoundMasks, SamplePool } from './found-masks.js';

/**
 * The same masks on a coarser grid, so that a first look at other options costs milliseconds however large the micrograph is. The longer side
 * gets `side` pixels; smaller micrographs stay as they are.
 */
export function shrinkFound(found: FoundMasks, side: number): FoundMasks {
  const factor = side / Math.max(found.width, found.height);
  if (factor >= 1) return found;
  const width = Math.max(1, Math.round(found.width * factor));
  const height = Math.max(1, Math.round(found.height * factor));
  const masks = found.masks.map((each): FoundMask => ({ ...each, mask: shrinkMask(each.mask, width, height) }));
  const { tokens } = found;
  const [columns, rows] = [found.width / width, found.height / height];
  const shrinkPool = (pool: SamplePool): SamplePool => ({
    ...pool,
    centres: pool.centres.map((pixel) => {
      const x = Math.min(width - 1, Math.floor(((pixel % found.width) + 0.5) / columns));
      const y = Math.min(height - 1, Math.floor((Math.floor(pixel / found.width) + 0.5) / rows));
      return y * width + x;
    }),
  });
  return {
    ...found,
    width,
    height,
    masks,
    ...(found.excluded === undefined ? {} : { excluded: shrinkMask(found.excluded, width, height) }),
    tokens: tokens && {
      ...tokens,
      columnsPerPixel: tokens.columnsPerPixel * columns,
      rowsPerPixel: tokens.rowsPerPixel * rows,
    },
    samples: shrinkPool(found.samples),
  };
}

/** What lies under the centres of the coarser pixels; a mask that falls between them keeps one pixel. */
export function shrinkMask(mask: Mask, width: number, height: number): Mask {
  const [columns, rows] = [mask.width / width, mask.height / height];
  const coarseRow = new Int32Array(mask.height).fill(-1);
  for (let y = 0; y < height; y++) coarseRow[Math.floor((y + 0.5) * rows)] = y;
  const runs = new RunBuilder();
  forEachRowRun(mask, (start, end, row) => {
    const y = coarseRow[row] as number;
    if (y < 0) return;
    const firstOfRow = row * mask.width;
    const left = Math.max(0, Math.ceil((start - firstOfRow) / columns - 0.5));
    const right = Math.min(width, Math.ceil((end - firstOfRow) / columns - 0.5));
    runs.add(y * width + left, y * width + right);
  });
  const shrunk = maskFromRuns(width, height, runs.finish());
  return shrunk.areaPx > 0 || mask.areaPx === 0 ? shrunk : onePixel(mask, width, height);
}

function onePixel(mask: Mask, width: number, height: number): Mask {
  const first = mask.runs[0] ?? 0;
  const x = Math.min(width - 1, Math.floor((first % mask.width) * (width / mask.width)));
  const y = Math.min(height - 1, Math.floor(Math.floor(first / mask.width) * (height / mask.height)));
  const pixel = y * width + x;
  return maskFromRuns(width, height, Uint32Array.of(pixel, pixel + 1));
}
