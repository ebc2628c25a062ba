import { type Mask, maskFromBitmap, maskToBitmap } from '../core/mask.js';
import {
  cellsUnder,
  innerCells,
  likenessMap,
  meanDirection,
  pixelSampler,
  type TextureTokens,
  tokenOf,
} from '../core/token-grid.js';
import { dot, meanVector, squaredDistance } from '../core/vectors.js';
import { clusterEmbeddings } from './cluster-materials.js';

/** When a mask that shows two textures is cut into two. */
export interface SplitOptions {
  /** Two halves of a mask are two textures where the cosine of their mean tokens is below this. */
  readonly mostSimilarity: number;
  /** The smaller half has at least this share of the image. */
  readonly leastShare: number;
  readonly seed: number;
  readonly restarts: number;
}

/** More cells than this say nothing new about a mask's textures, and k-means takes its time. */
const mostCells = 500;

/** A half with a smaller share of inner cells is a pattern in one texture, as atoms far apart are, and no region. */
const leastInnerShare = 0.4;

/** How a mask is best cut in two. */
export interface Split {
  /** The mask cut in two where the token changes sides. */
  readonly halves: readonly [Mask, Mask];
  /** By how much two mean tokens explain the cells better than one: the decrease of the sum of squared distances. */
  readonly gain: number;
}

/** How masks are best cut, by mask; null for those of one texture. It holds for one micrograph and one set of options. */
export type KnownSplits = Pick<WeakMap<Mask, Split | null>, 'get' | 'has' | 'set'>;

/**
 * With fewer masks than materials, SAM has taken two materials for one. The mask that two mean tokens explain best is cut in two where the
 * token changes sides, again and again until there are enough or no mask is clearly of two textures (DESIGN section 3.2, guard).
 * Returns the halves in place of the masks that were cut; `parent` is the index of the mask that each comes from.
 * What a mask is of does not change while others are cut: `known` is filled, and saves the work where the same masks come again.
 */
export function splitMixedMasks(
  masks: readonly Mask[],
  tokens: TextureTokens,
  wanted: number,
  options: SplitOptions,
  known: KnownSplits = new WeakMap(),
): { readonly mask: Mask; readonly parent: number }[] {
  let pieces = masks.map((mask, parent) => ({ mask, parent }));
  const splitOf = (mask: Mask): Split | null => {
    const split = known.has(mask) ? (known.get(mask) ?? null) : bestSplit(mask, tokens, options);
    known.set(mask, split);
    return split;
  };
  while (pieces.length > 0 && pieces.length < wanted) {
    const gainOf = ({ mask }: { readonly mask: Mask }): number => splitOf(mask)?.gain ?? 0;
    const next = pieces.reduce((best, piece) => (gainOf(piece) > gainOf(best) ? piece : best));
    const split = splitOf(next.mask);
    if (split === null) break;
    const halves = split.halves.map((mask) => ({ mask, parent: next.parent }));
    pieces = [...pieces.filter((piece) => piece !== next), ...halves];
  }
  return pieces;
}

/** 2-means over the tokens of the cells that lie well inside the mask. Null where the mask is of one texture. */
function bestSplit(mask: Mask, tokens: TextureTokens, options: SplitOptions): Split | null {
  const { cells, stride } = cellsInside(mask, tokens);
  const leastCells = Math.max(3, (options.leastShare * tokens.columns * tokens.rows) / stride);
  if (cells.length < 2 * leastCells) return null;
  const vectors = cells.map((cell) => tokenOf(tokens, cell));
  const labels = clusterEmbeddings(vectors, { ...options, clusters: 2 });
  const sideOf = <Item>(items: readonly Item[], side: number): Item[] =>
    items.filter((_, index) => labels[index] === side);
  const [first, second] = [sideOf(cells, 0), sideOf(cells, 1)];
  if (Math.min(first.length, second.length) < leastCells) return null;
  const directions = [meanDirection(tokens, first), meanDirection(tokens, second)] as const;
  if (dot(directions[0], directions[1]) >= options.mostSimilarity) return null;
  const halves = cut(mask, tokens, directions);
  if (halves.some((half) => innerShare(half, tokens) < leastInnerShare)) return null;
  const gain = scatter(vectors) - scatter(sideOf(vectors, 0)) - scatter(sideOf(vectors, 1));
  return { halves, gain: gain * stride };
}

function innerShare(mask: Mask, tokens: TextureTokens): number {
  const cells = cellsUnder(mask, tokens);
  return innerCells(cells).length / cells.labels.reduce((sum, label) => sum + label, 0);
}

/** Cells that lie well inside a mask, at most {@link mostCells} of them: every `stride`th. */
function cellsInside(mask: Mask, tokens: TextureTokens): { readonly cells: number[]; readonly stride: number } {
  const inner = innerCells(cellsUnder(mask, tokens));
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
  const mean = meanVector(vectors);
  return vectors.reduce((sum, vector) => sum + squaredDistance(vector, mean), 0);
}
