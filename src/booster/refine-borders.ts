import { connectedComponents } from '../core/connected-components.js';
import { emptyLabelBits, type LabelBits } from '../core/label-bits.js';
import { type LabelMap, maskOfLabel } from '../core/label-map.js';
import {
  cellsOf,
  innerCells,
  labelsOfCells,
  likenessMap,
  meanDirection,
  type PixelSampler,
  pixelSampler,
  type TextureTokens,
} from '../core/token-grid.js';
import { type ClaimedMaterial, contestedPixels, type ContestOptions } from './contested-pixels.js';

/** How far and towards what borders between materials may move. */
export interface BorderOptions extends Pick<ContestOptions, 'mostContested'> {
  /** How far a border may move, in token cells; what lies deeper in a mask keeps its material. */
  readonly reachCells: number;
  /**
   * A pixel changes sides only where the other side's texture leads by this (cosine) times the score of the material that loses it: the surer a
   * mask is, the less its borders move. Pixels that both sides' masks claim need no lead.
   */
  readonly lead: number;
  /** Pixels that no mask covers join a material only where their token is at least this alike (cosine). */
  readonly leastSimilarity: number;
}

/** A piece with fewer inner cells than this is known by all of its cells. */
const leastInnerCells = 3;

/**
 * Moves the borders of a microstructure to where the texture changes (DESIGN section 3.2): pixels near a border, pixels that masks of several
 * materials claim, and pixels that no mask covers, go to the material whose pieces' mean tokens are most like the token there, interpolated
 * between cells.
 */
export function refineBorders(
  map: LabelMap,
  materials: readonly (ClaimedMaterial & { readonly score: number })[],
  tokens: TextureTokens,
  options: BorderOptions & ContestOptions,
): LabelMap {
  const likeness = likenessOfMaterials(map, tokens);
  if (likeness.size === 0) return map;
  const reach = Math.round(options.reachCells / Math.max(tokens.columnsPerPixel, tokens.rowsPerPixel));
  const choices = choicesNearBorders(map, reach);
  const claims = contestedPixels(map, materials, options);
  const sampler = pixelSampler(tokens, map.width, map.height);
  const leads = new Map(materials.map(({ label, score }) => [label, options.lead * score]));
  const labels = map.labels.slice();
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const current = map.labels[pixel] as number;
    const claimed = claims[pixel] as number;
    const open = (choices[pixel] as number) | claimed;
    if (open === 0 || (current !== 0 && !likeness.has(current))) continue;
    const best = mostAlike(likeness, open, sampler, pixel);
    const own = likeness.get(current);
    const lead = allows(claimed, best.label) ? 0 : (leads.get(current) ?? 0);
    const needed = own === undefined ? options.leastSimilarity : sampler.at(own, pixel) + lead;
    if (best.similarity >= needed) labels[pixel] = best.label;
  }
  return { ...map, labels };
}

/** Per material and cell the cosine with the most similar of the material's pieces. A material without a cell of its own is left out. */
function likenessOfMaterials(map: LabelMap, tokens: TextureTokens): Map<number, Float32Array> {
  const cells = labelsOfCells(map, tokens);
  const inner = new Set(innerCells(cells));
  const likeness = new Map<number, Float32Array>();
  for (const label of new Set(cells.labels)) {
    if (label === 0 || label > mostLabels) continue;
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

/** Which labels a pixel may take: bit l of a number is set where label l may be. 0: the pixel keeps its label. */
type Choices = LabelBits;

const mostLabels = 31;

function allows(choices: number, label: number): boolean {
  return ((choices >>> label) & 1) === 1;
}

/**
 * A pixel within `reach` of a border, along its row or its column, may take the labels on both sides of it, so that no third material
 * creeps in between; a pixel without a label and without a border nearby may take any.
 */
function choicesNearBorders(map: LabelMap, reach: number): Choices {
  const { labels, width, height } = map;
  const choices = emptyLabelBits(map);
  for (let y = 0; y < height; y++) markBorders(labels, choices, { start: y * width, step: 1, count: width, reach });
  for (let x = 0; x < width; x++) markBorders(labels, choices, { start: x, step: width, count: height, reach });
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (labels[pixel] === 0 && ((choices[pixel] as number) & ~1) === 0) choices[pixel] = anyLabel;
  }
  return choices;
}

const anyLabel = 0xffffffff;

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly reach: number;
}

/** Adds both labels of each border along one line of pixels to the choices of the pixels around it. */
function markBorders(labels: Uint8Array, choices: Choices, { start, step, count, reach }: Line): void {
  for (let index = 1; index < count; index++) {
    const [before, after] = [labels[start + (index - 1) * step] as number, labels[start + index * step] as number];
    if (before === after) continue;
    const both = (1 << before) | (1 << after);
    const end = Math.min(count, index + reach);
    for (let near = Math.max(0, index - reach); near < end; near++) {
      choices[start + near * step] = (choices[start + near * step] as number) | both;
    }
  }
}

function mostAlike(likeness: ReadonlyMap<number, Float32Array>, choices: number, sampler: PixelSampler, pixel: number) {
  let best = { label: 0, similarity: -Infinity };
  for (const [label, values] of likeness) {
    if (!allows(choices, label)) continue;
    const similarity = sampler.at(values, pixel);
    if (similarity > best.similarity) best = { label, similarity };
  }
  return best;
}
