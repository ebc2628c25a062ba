import { connectedComponents } from '../core/connected-components.js';
import type { LabelMap } from '../core/label-map.js';
import { maskOfLabel } from '../core/label-map.js';
import type { TextureTokens } from '../core/token-grid.js';
import type { PixelSampler } from '../core/token-grid.js';
import { cellsOf, innerCells, labelsOfCells, likenessMap, meanDirection, pixelSampler } from '../core/token-grid.js';

export interface BorderOptions {
  /** How far a border may move, in token cells; what lies deeper in a mask keeps its material. */
  readonly reachCells: number;
  /** Pixels that no mask covers join a material only where their token is at least this alike (cosine). */
  readonly leastSimilarity: number;
}

/** A piece with fewer inner cells than this is known by all of its cells. */
const leastInnerCells = 3;

/**
 * Moves the borders of a microstructure to where the texture changes (DESIGN section 3.2): pixels near a border, and pixels that no mask
 * covers, go to the material whose pieces' mean tokens are most like the token there, interpolated between cells.
 */
export function refineBorders(map: LabelMap, tokens: TextureTokens, options: BorderOptions): LabelMap {
  const likeness = likenessOfMaterials(map, tokens);
  if (likeness.size === 0) return map;
  const reach = Math.round(options.reachCells / Math.max(tokens.columnsPerPixel, tokens.rowsPerPixel));
  const undecided = nearBorders(map, reach);
  const sampler = pixelSampler(tokens, map.width, map.height);
  const labels = map.labels.slice();
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const current = map.labels[pixel] as number;
    if (undecided[pixel] === 0 || (current !== 0 && !likeness.has(current))) continue;
    const best = mostAlike(likeness, sampler, pixel);
    if (current !== 0 || best.similarity >= options.leastSimilarity) labels[pixel] = best.label;
  }
  return { ...map, labels };
}

/** Per material and cell the cosine with the most similar of the material's pieces. A material without a cell of its own is left out. */
function likenessOfMaterials(map: LabelMap, tokens: TextureTokens): Map<number, Float32Array> {
  const cells = labelsOfCells(map, tokens);
  const inner = new Set(innerCells(cells));
  const likeness = new Map<number, Float32Array>();
  for (const label of new Set(cells.labels)) {
    if (label === 0) continue;
    const pieces = connectedComponents(maskOfLabel(cells, label)).map((piece) => {
      const all = cellsOf(piece);
      const deep = all.filter((cell) => inner.has(cell));
      return likenessMap(tokens, meanDirection(tokens, deep.length >= leastInnerCells ? deep : all));
    });
    likeness.set(label, pieces.reduce(maximum));
  }
  return likeness;
}

function maximum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, index) => Math.max(value, b[index] as number));
}

/** 1 where another label lies within `reach` pixels along the row or the column, and where nothing is painted. */
function nearBorders({ labels, width, height }: LabelMap, reach: number): Uint8Array {
  const near = new Uint8Array(labels.length);
  for (let y = 0; y < height; y++) markBorders(labels, near, y * width, 1, width, reach);
  for (let x = 0; x < width; x++) markBorders(labels, near, x, width, height, reach);
  for (let pixel = 0; pixel < labels.length; pixel++) if (labels[pixel] === 0) near[pixel] = 1;
  return near;
}

/** Marks `reach` pixels on both sides of each change of label along one line of pixels. */
function markBorders(
  labels: Uint8Array,
  near: Uint8Array,
  start: number,
  step: number,
  count: number,
  reach: number,
): void {
  for (let index = 1; index < count; index++) {
    if (labels[start + index * step] === labels[start + (index - 1) * step]) continue;
    const end = Math.min(count, index + reach);
    for (let marked = Math.max(0, index - reach); marked < end; marked++) near[start + marked * step] = 1;
  }
}

function mostAlike(likeness: ReadonlyMap<number, Float32Array>, sampler: PixelSampler, pixel: number) {
  let best = { label: 0, similarity: -Infinity };
  for (const [label, values] of likeness) {
    const similarity = sampler.at(values, pixel);
    if (similarity > best.similarity) best = { label, similarity };
  }
  return best;
}
