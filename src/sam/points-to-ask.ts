import { type Mask, maskHasPixel } from '../core/mask.js';
import type { Point } from '../core/point-grid.js';
import type { TextureTokens } from '../core/token-grid.js';
import { doubtfulPoints } from './doubtful-points.js';
import type { GridPoint } from './prompt-schedule.js';

/** Points of a finer level that are asked for at least: one run of the decoder. */
const leastOfLevel = 8;

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
