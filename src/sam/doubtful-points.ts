import { type Mask, maskHasPixel } from '../core/mask.js';
import { cellsUnder, cellsWithLabel, likenessAt, meanDirection, type TextureTokens } from '../core/token-grid.js';
import type { GridPoint } from './prompt-schedule.js';

/** A mask of the whole image explains so much less than a small one: it is there however many materials it covers. */
const areaPenalty = 0.3;
/** Steps of the grid, along rows and columns together, between points that are chosen: neighbours would find the same. */
const leastSteps = 3;

/**
 * Of points that masks cover those whose texture is least like that of the mask around them, such as a point on one material in a mask of two: at
 * most `most` of them, spread out. The points and masks are of the whole image.
 */
export function doubtfulPoints(
  points: readonly GridPoint[],
  masks: readonly Mask[],
  tokens: TextureTokens,
  most: number,
): GridPoint[] {
  const explaining = masks.flatMap((mask) => explanationBy(mask, tokens) ?? []);
  const doubted = points
    .map((point) => ({ point, trust: trustIn(point, explaining, tokens) }))
    .sort((a, b) => a.trust - b.trust);
  const chosen: GridPoint[] = [];
  for (const { point } of doubted) {
    if (chosen.length >= most) break;
    if (chosen.every((other) => stepsBetween(point, other) >= leastSteps)) chosen.push(point);
  }
  return chosen;
}

interface Explanation {
  readonly mask: Mask;
  /** Of the mask's mean token. */
  readonly direction: readonly number[];
  readonly penalty: number;
}

/** Undefined for a mask between the centres of all cells. */
function explanationBy(mask: Mask, tokens: TextureTokens): Explanation | undefined {
  const cells = cellsWithLabel(cellsUnder(mask, tokens));
  if (cells.length === 0) return undefined;
  const penalty = (areaPenalty * mask.areaPx) / (mask.width * mask.height);
  return { mask, direction: meanDirection(tokens, cells), penalty };
}

/** How well a point is explained by the mask that explains it best; −∞ where none covers it. */
function trustIn({ x, y }: GridPoint, explaining: readonly Explanation[], tokens: TextureTokens): number {
  const { columns, rows, columnsPerPixel, rowsPerPixel } = tokens;
  const column = Math.min(columns - 1, Math.floor(x * columnsPerPixel));
  const row = Math.min(rows - 1, Math.floor(y * rowsPerPixel));
  const covering = explaining.filter(({ mask }) => maskHasPixel(mask, Math.floor(y) * mask.width + Math.floor(x)));
  const cell = row * columns + column;
  return Math.max(...covering.map(({ direction, penalty }) => likenessAt(tokens, direction, cell) - penalty));
}

function stepsBetween(a: GridPoint, b: GridPoint): number {
  return Math.abs(a.row - b.row) + Math.abs(a.column - b.column);
}
