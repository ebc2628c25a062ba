import { connectedComponents } from '../core/connected-components.js';
import { type LabelMap, maskOfLabel, paintLabelMap } from '../core/label-map.js';
import type { Mask } from '../core/mask.js';
import type { Point } from '../core/point-grid.js';
import {
  cellsOf,
  innerCells,
  labelsOfCells,
  likenessAt,
  meanDirection,
  type TextureTokens,
} from '../core/token-grid.js';

/** Where the masks found so far leave something to be asked for. */
export interface UnexplainedOptions {
  /** A mask explains the cells whose tokens are at least this alike (cosine) to its mean token. */
  readonly leastSimilarity: number;
  /** At most so many points, those of the largest regions. */
  readonly most: number;
}

/** Labels of a map are bytes; more masks than these explain nothing more. */
const mostLabels = 255;

/**
 * Where the masks that were found leave the image unexplained: regions that no mask covers, and regions inside a mask whose texture is not
 * that mask's, such as particles between the points of the grid. One point per region, in pixels: at its most interior place or, where it is too
 * narrow to have an inside, at its most typical one. Single cells are noise.
 */
export function unexplainedPoints(
  image: { readonly width: number; readonly height: number },
  masks: readonly Mask[],
  tokens: TextureTokens,
  { leastSimilarity, most }: UnexplainedOptions,
): Point[] {
  const cells = labelsOfCells(smallestMasks(image, masks), tokens);
  const unexplained = maskOfLabel(markUnexplained(cells, tokens, leastSimilarity), 1);
  return connectedComponents(unexplained)
    .sort((a, b) => b.areaPx - a.areaPx)
    .flatMap((region) => innermostCell(region) ?? typicalCell(region, tokens) ?? [])
    .slice(0, most)
    .map((cell) => ({
      x: ((cell % tokens.columns) + 0.5) / tokens.columnsPerPixel,
      y: (Math.floor(cell / tokens.columns) + 0.5) / tokens.rowsPerPixel,
    }));
}

/** For each pixel the smallest mask that covers it. */
function smallestMasks({ width, height }: { readonly width: number; readonly height: number }, masks: readonly Mask[]) {
  const smallest = [...masks].sort((a, b) => a.areaPx - b.areaPx).slice(0, mostLabels);
  const layers = smallest.map((mask, index) => ({ mask, label: index + 1 })).reverse();
  return paintLabelMap(width, height, layers);
}

/** 1 where no mask covers the cell or its token is unlike the mean token of the mask that does. */
function markUnexplained(cells: LabelMap, tokens: TextureTokens, leastSimilarity: number): LabelMap {
  const labels = Uint8Array.from(cells.labels, (label) => (label === 0 ? 1 : 0));
  for (const label of new Set(cells.labels)) {
    if (label === 0) continue;
    const own = cellsOf(maskOfLabel(cells, label));
    const direction = meanDirection(tokens, own);
    for (const cell of own) if (likenessAt(tokens, direction, cell) < leastSimilarity) labels[cell] = 1;
  }
  return { ...cells, labels };
}

/** The cell whose token is most like the mean of them all; none of a single cell. */
function typicalCell(region: Mask, tokens: TextureTokens): number | undefined {
  const cells = cellsOf(region);
  if (cells.length < 2) return undefined;
  const direction = meanDirection(tokens, cells);
  const likeness = cells.map((cell) => likenessAt(tokens, direction, cell));
  return cells[likeness.indexOf(Math.max(...likeness))];
}

/** The last cell to go when the region is worn away from its outline; none where nothing is left after the first time. */
function innermostCell(region: Mask): number | undefined {
  let layer = cellsOf(region);
  let innermost: number | undefined;
  for (;;) {
    const labels = new Uint8Array(region.width * region.height);
    for (const cell of layer) labels[cell] = 1;
    const inner = innerCells({ width: region.width, height: region.height, labels });
    if (inner.length === 0) return innermost;
    innermost = inner[inner.length >> 1];
    // The whole grid has no outline to be worn away from.
    if (inner.length === layer.length) return innermost;
    layer = inner;
  }
}
