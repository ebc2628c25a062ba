import { clusterEmbeddings } from '../../src/booster/cluster-materials.js';
import type { Mask } from '../../src/core/mask.js';
import type { GreyImage } from '../../src/core/micrograph.js';
import { resizeGrey } from '../../src/core/resize.js';
import type { ImageContext } from '../image-context.js';
import { masksOfCells } from './segments.js';

/** The flood runs on an image of this width, which takes out lattice and noise. */
const side = 128;
/** Levels into which the gradient is cut. */
const levels = 64;

/** Watershed of the smoothed gradient from its minima; basins are merged into materials by k-means over their mean grey. */
export function floodBasins({ image: { micrograph, materials } }: ImageContext): Mask[] {
  const small = resizeGrey(micrograph, side, side);
  const basins = flood(gradientLevels(small));
  const count = Math.max(...basins) + 1;
  const sums = Array.from({ length: count }, () => ({ grey: 0, pixels: 0 }));
  basins.forEach((basin, pixel) => {
    const sum = sums[basin];
    if (sum === undefined) return;
    sum.grey += small.grey[pixel] ?? 0;
    sum.pixels++;
  });
  const greys = sums.map(({ grey, pixels }) => [grey / pixels]);
  const clusters = Math.min(materials, count);
  const materialsOf = clusterEmbeddings(greys, { clusters, seed: 0, restarts: 10 });
  const labels = Uint8Array.from(basins, (basin) => materialsOf[basin] ?? 0);
  return masksOfCells({ columns: side, rows: side, labels }, micrograph.width, micrograph.height);
}

function gradientLevels({ grey }: GreyImage): Uint8Array {
  const at = (x: number, y: number): number =>
    grey[Math.min(side - 1, Math.max(0, y)) * side + Math.min(side - 1, Math.max(0, x))] ?? 0;
  const slope = Float32Array.from({ length: side * side }, (_, pixel) => {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    return Math.hypot(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
  });
  const steepest = slope.reduce((most, value) => Math.max(most, value), 0) || 1;
  return Uint8Array.from(slope, (value) => Math.floor((value / steepest) * (levels - 1)));
}

/** Meyer's flooding, level by level: a pixel joins the basin that reaches it first; one that none reaches starts a basin. */
function flood(heights: Uint8Array): Int32Array {
  const basins = new Int32Array(heights.length).fill(-1);
  const queues = Array.from({ length: levels }, (): number[] => []);
  const order = Array.from(heights, (_, pixel) => pixel).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let count = 0;
  let next = 0;
  for (let level = 0; level < levels; level++) {
    const drain = (): void => {
      const queue = queues[level] ?? [];
      for (let taken = 0; taken < queue.length; taken++) spread(queue[taken] as number);
      queue.length = 0;
    };
    const spread = (pixel: number): void => {
      for (const neighbour of neighboursOf(pixel)) {
        if (basins[neighbour] !== -1) continue;
        basins[neighbour] = basins[pixel] as number;
        queues[Math.max(level, heights[neighbour] ?? 0)]?.push(neighbour);
      }
    };
    drain();
    for (; next < order.length && heights[order[next] as number] === level; next++) {
      const pixel = order[next] as number;
      if (basins[pixel] !== -1) continue;
      basins[pixel] = count++;
      spread(pixel);
      drain();
    }
  }
  return basins;
}

function neighboursOf(pixel: number): number[] {
  const [x, y] = [pixel % side, Math.floor(pixel / side)];
  return [
    ...(x > 0 ? [pixel - 1] : []),
    ...(x < side - 1 ? [pixel + 1] : []),
    ...(y > 0 ? [pixel - side] : []),
    ...(y < side - 1 ? [pixel + side] : []),
  ];
}
