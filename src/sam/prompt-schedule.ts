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

/** Points of a finer level that are asked for at least: two runs of the decoder. */
const leastOfLevel = 16;

/**
 * The points of a level that the masks of coarser ones leave unexplained, on a whole image: those that none covers and, up to a number, those
 * that are least like the masks around them. All, while there are no masks.
 */
export function pointsToAsk(level: readonly GridPoint[], masks: readonly Mask[], tokens: TextureTokens): GridPoint[] {
  const open = level.filter((point) => !isCovered(point, masks));
  if (open.length >= leastOfLevel) return open;
  const covered = level.filter((point) => !open.includes(point));
  return [...open, ...doubtfulPoints(covered, masks, tokens, leastOfLevel - open.length)];
}

function isCovered({ x, y }: Point, masks: readonly Mask[]): boolean {
  return masks.some((mask) => maskHasPixel(mask, Math.floor(y) * mask.width + Math.floor(x)));
}
