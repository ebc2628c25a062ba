import type { GreyImage } from '../../core/micrograph.js';
import { BoxMeans } from './box-means.js';

/** A small place that is brighter or darker than what surrounds it. Lengths in pixels of the image that was searched. */
export interface Speck {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Mean grey inside minus mean grey around: above 0 of a bright speck. */
  readonly contrast: number;
  /** The contrast in units of the spread of the grey around. */
  readonly clearness: number;
  /** The contrast in units of what is usual at that radius in the image: noise and lattices have many such places, specks are rare. */
  readonly rareness: number;
}

/** What is looked for. */
export interface SpeckSearch {
  /** In pixels. */
  readonly radii: readonly number[];
  readonly leastClearness: number;
  readonly leastRareness: number;
  /** At most so many, the strongest. */
  readonly most: number;
}

/** Half sides in radii: of a box that lies in the speck, and of the ring around it. */
const innerShare = 0.7;
const ringFrom = 1.3;
const ringTo = 2.3;
/** Keeps ratios finite where the grey is flat. */
const leastDeviation = 1e-3;
/** How much a larger speck is preferred to a smaller one in the same place. */
const sizeWeight = 0.5;
/** Places by which the usual contrast is judged. */
const placesAsked = 20_000;

/** Specks of the radii given, strongest first; none has its centre in a stronger one. */
export function findSpecks(image: GreyImage, search: SpeckSearch): Speck[] {
  const means = new BoxMeans(image);
  const strength = ({ contrast, radius }: Speck): number => Math.abs(contrast) * radius ** sizeWeight;
  const found = search.radii.flatMap((radius) => specksOfRadius(means, image, radius, search));
  const strongest = found.sort((a, b) => strength(b) - strength(a)).slice(0, 4 * search.most);
  return withoutNeighbours(strongest).slice(0, search.most);
}

/** Places of a grid where the contrast is larger than at their eight neighbours. */
function specksOfRadius(
  means: BoxMeans,
  { width, height }: GreyImage,
  radius: number,
  { leastClearness, leastRareness }: SpeckSearch,
): Speck[] {
  const step = Math.max(1, Math.floor(radius / 3));
  const [columns, rows] = [Math.floor(width / step), Math.floor(height / step)];
  const contrasts = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      contrasts[row * columns + column] = contrastAt(means, column * step, row * step, radius).contrast;
    }
  }
  const usual = usualSize(contrasts) + leastDeviation;
  const found: Speck[] = [];
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const rareness = Math.abs(contrasts[row * columns + column] as number) / usual;
      if (rareness < leastRareness || !isPeak(contrasts, columns, row * columns + column)) continue;
      const [x, y] = [column * step, row * step];
      const { contrast, clearness } = contrastAt(means, x, y, radius);
      if (clearness >= leastClearness) found.push({ x, y, radius, contrast, clearness, rareness });
    }
  }
  return found;
}

function contrastAt(means: BoxMeans, x: number, y: number, radius: number) {
  const inside = means.around(x, y, Math.round(innerShare * radius));
  const near = means.around(x, y, Math.round(ringFrom * radius));
  const wide = means.around(x, y, Math.round(ringTo * radius));
  const count = wide.count - near.count;
  const mean = (wide.sum - near.sum) / count;
  const variance = Math.max(0, (wide.squares - near.squares) / count - mean * mean);
  const contrast = inside.sum / inside.count - mean;
  return { contrast, clearness: Math.abs(contrast) / (Math.sqrt(variance) + leastDeviation) };
}

/** What the standard deviation would be if no place were rare: by the median of the sizes. */
function usualSize(values: Float32Array): number {
  const every = Math.max(1, Math.floor(values.length / placesAsked));
  const sizes = values.filter((_, index) => index % every === 0).map(Math.abs).sort(); // prettier-ignore
  return 1.4826 * (sizes[sizes.length >> 1] ?? 0);
}

/** Whether no neighbour of the same sign is larger. */
function isPeak(values: Float32Array, columns: number, index: number): boolean {
  const value = values[index] as number;
  const size = Math.abs(value);
  for (let row = -1; row <= 1; row++) {
    for (let column = -1; column <= 1; column++) {
      const other = values[index + row * columns + column] as number;
      if (other * value > 0 && Math.abs(other) > size) return false;
    }
  }
  return size > 0;
}

function withoutNeighbours(strongestFirst: readonly Speck[]): Speck[] {
  const kept: Speck[] = [];
  for (const speck of strongestFirst) {
    const isFree = kept.every(
      ({ x, y, radius }) => (x - speck.x) ** 2 + (y - speck.y) ** 2 > Math.max(radius, speck.radius) ** 2,
    );
    if (isFree) kept.push(speck);
  }
  return kept;
}
