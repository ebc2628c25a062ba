import type { Mask } from '../core/mask.js';
import { maskHasPixel } from '../core/mask.js';
import type { Point } from '../core/point-grid.js';
import { pointGrid } from '../core/point-grid.js';
import type { TextureTokens } from '../core/token-grid.js';
import { doubtfulPoints } from './doubtful-points.js';

/** A point of the prompt grid in pixels of the crop. */
export interface GridPoint extends Point {
  readonly row: number;
  readonly column: number;
}

/** The grid's points in pixels of a crop of `width` × `height`, row by row. */
export function gridPoints(perSide: number, width: number, height: number): GridPoint[] {
  return pointGrid(perSide).map(({ x, y }, index) => ({
    x: x * width,
    y: y * height,
    row: Math.floor(index / perSide),
    column: index % perSide,
  }));
}

/** Every second point of a row first, then all. Starting with every fourth lost 1.8 points of boosted mIoU (docs/PERFORMANCE.md). */
const spacings = [2, 1];

/**
 * Cuts a grid into levels, coarse ones first. Every point is in exactly one level; small grids have fewer levels, so that
 * the coarsest has at least 3 × 3 points.
 */
export function coarseToFine(points: readonly GridPoint[], perSide: number): GridPoint[][] {
  let left = points;
  const levels: GridPoint[][] = [];
  for (const spacing of spacings.filter((each) => each === 1 || perSide >= 3 * each)) {
    const isIn = ({ row, column }: GridPoint): boolean =>
      row % spacing === spacing >> 1 && column % spacing === spacing >> 1;
    levels.push(left.filter(isIn));
    left = left.filter((point) => !isIn(point));
  }
  return levels;
}

/** Points of a finer level that are asked for at least, where there are tokens to choose them by: two runs of the decoder. */
const leastOfLevel = 16;

/**
 * The points of a level that the masks of coarser ones leave unexplained, in a crop at `x`, `y` of the masks' image: those that none covers and,
 * with the tokens of the whole image, those that are least like the masks around them. All, while there are no masks.
 */
export function pointsToAsk(
  level: readonly GridPoint[],
  crop: { readonly x: number; readonly y: number },
  masks: readonly Mask[],
  tokens: TextureTokens | null,
): GridPoint[] {
  const open = level.filter((point) => !isCovered(point, crop, masks));
  if (tokens === null || open.length >= leastOfLevel) return open;
  const covered = level.filter((point) => !open.includes(point));
  return [...open, ...doubtfulPoints(covered, masks, tokens, leastOfLevel - open.length)];
}

/** Whether one of the masks covers the point, which lies in a crop at `x`, `y` of the masks' image. */
function isCovered(point: Point, crop: { readonly x: number; readonly y: number }, masks: readonly Mask[]): boolean {
  const [first] = masks;
  if (first === undefined) return false;
  const index = (crop.y + Math.floor(point.y)) * first.width + crop.x + Math.floor(point.x);
  return masks.some((mask) => maskHasPixel(mask, index));
}
