import type { Mask } from '../core/mask.js';
import { maskFromBitmap, maskToBitmap } from '../core/mask.js';
import type { TextureTokens } from '../core/token-grid.js';
import { dot } from '../core/vectors.js';
import { clusterEmbeddings } from './cluster-materials.js';
import { innerCells, labelsOfCells, likenessMap, meanDirection, pixelSampler, tokenOf } from '../core/token-grid.js';

export interface SplitOptions {
  /** Two halves of a mask are two textures where the cosine of their mean tokens is below this. */
  readonly mostSimilarity: number;
  /** The smaller half has at least this share of the image. */
  readonly leastShare: number;
  readonly seed: number;
  readonly restarts: number;
}

/** More cells than this say nothing new about a mask's textures, and k-means takes its time. */
const mostCells = 1500;

interface Split {
  readonly halves: readonly [Mask, Mask];
  /** By how much two mean tokens explain the cells better than one: the decrease of the sum of squared distances. */
  readonly gain: number;
}

/**
 * With fewer masks than materials, SAM has taken two materials for one. The mask that two mean tokens explain best is cut in two where the
 * token changes sides, again and again until there are enough or no mask is clearly of two textures (DESIGN section 3.2, guard).
 * Returns the halves in place of the masks that were cut; `parent` is the index of the mask that each comes from.
 */
export function splitMixedMasks(
  masks: readonly Mask[],
  tokens: TextureTokens,
  wanted: number,
  options: SplitOptions,
): { readonly mask: Mask; readonly parent: number }[] {
  let pieces = masks.map((mask, parent) => ({ mask, parent, split: bestSplit(mask, tokens, options) }));
  while (pieces.length < wanted) {
    const next = pieces.reduce((best, piece) => ((piece.split?.gain ?? 0) > (best.split?.gain ?? 0) ? piece : best));
    const { split, parent } = next;
    if (split === null) break;
    const halves = split.halves.map((mask) => ({ mask, parent, split: bestSplit(mask, tokens, options) }));
    pieces = [...pieces.filter((piece) => piece !== next), ...halves];
  }
  return pieces.map(({ mask, parent }) => ({ mask, parent }));
}

/** 2-means over the tokens of the cells that lie well inside the mask. Null where the mask is of one texture. */
function bestSplit(mask: Mask, tokens: TextureTokens, options: SplitOptions): Split | null {
  const { cells, stride } = cellsInside(mask, tokens);
  const leastCells = Math.max(3, (options.leastShare * tokens.columns * tokens.rows) / stride);
  if (cells.length < 2 * leastCells) return null;
  const vectors = cells.map((cell) => tokenOf(tokens, cell));
  const labels = clusterEmbeddings(vectors, { ...options, clusters: 2 });
  const sides = [0, 1].map((side) => cells.filter((_, index) => labels[index] === side));
  const [first = [], second = []] = sides;
  if (Math.min(first.length, second.length) < leastCells) return null;
  const directions = [meanDirection(tokens, first), meanDirection(tokens, second)] as const;
  if (dot(directions[0], directions[1]) >= options.mostSimilarity) return null;
  const gain =
    scatter(vectors) - sides.reduce((sum, side) => sum + scatter(side.map((cell) => tokenOf(tokens, cell))), 0);
  return { halves: cut(mask, tokens, directions), gain: gain * stride };
}

/** Cells that lie well inside a mask, at most {@link mostCells} of them: every `stride`th. */
function cellsInside(mask: Mask, tokens: TextureTokens): { readonly cells: number[]; readonly stride: number } {
  const map = { width: mask.width, height: mask.height, labels: maskToBitmap(mask) };
  const cells = labelsOfCells(map, tokens);
  const inner = innerCells(cells);
  const stride = Math.max(1, Math.ceil(inner.length / mostCells));
  return { cells: inner.filter((_, index) => index % stride === 0), stride };
}

/** Parts the pixels of a mask by which of two directions their interpolated token is more like. */
function cut(mask: Mask, tokens: TextureTokens, [a, b]: readonly [readonly number[], readonly number[]]): [Mask, Mask] {
  const likeA = likenessMap(tokens, a);
  const lead = likenessMap(tokens, b).map((value, cell) => value - (likeA[cell] as number));
  const sampler = pixelSampler(tokens, mask.width, mask.height);
  const first = maskToBitmap(mask);
  const second = new Uint8Array(first.length);
  for (let pixel = 0; pixel < first.length; pixel++) {
    if (first[pixel] !== 0 && sampler.at(lead, pixel) > 0) [first[pixel], second[pixel]] = [0, 1];
  }
  return [maskFromBitmap(mask.width, mask.height, first), maskFromBitmap(mask.width, mask.height, second)];
}

/** Sum of squared distances from the mean. */
function scatter(vectors: readonly (readonly number[])[]): number {
  const [first = []] = vectors;
  return first.reduce((sum, _, d) => {
    const mean = vectors.reduce((total, vector) => total + (vector[d] as number), 0) / vectors.length;
    return sum + vectors.reduce((total, vector) => total + ((vector[d] as number) - mean) ** 2, 0);
  }, 0);
}
