import { shrinkMaskTo } from '../core/shrink-mask.js';
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
  const masks = found.masks.map((each): FoundMask => ({ ...each, mask: shrinkMaskTo(each.mask, width, height) }));
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
    excluded: found.excluded && shrinkMaskTo(found.excluded, width, height),
    tokens: tokens && {
      ...tokens,
      columnsPerPixel: tokens.columnsPerPixel * columns,
      rowsPerPixel: tokens.rowsPerPixel * rows,
    },
    samples: shrinkPool(found.samples),
  };
}
