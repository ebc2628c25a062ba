import { clusterEmbeddings } from '../../src/booster/cluster-materials.js';
import type { Mask } from '../../src/core/mask.js';
import { cropGrey } from '../../src/core/resize.js';
import type { ImageContext } from '../image-context.js';
import { masksOfCells } from './segments.js';

/** Windows per side of the image. */
const windowsPerSide = 32;

/** Texture clustering without SAM: a crop around each cell of a grid, embedded by the same encoder, k-means over all. */
export async function clusterWindows({ image, texture }: ImageContext): Promise<Mask[]> {
  const { micrograph, materials } = image;
  const { width, height } = micrograph;
  const { cropSize, dimensions } = texture;
  const side = Math.min(cropSize, width, height);
  if (side < cropSize) return [];
  const crops = new Float32Array(windowsPerSide ** 2 * cropSize ** 2);
  for (let cell = 0; cell < windowsPerSide ** 2; cell++) {
    const [column, row] = [cell % windowsPerSide, Math.floor(cell / windowsPerSide)];
    const place = (index: number, length: number): number =>
      Math.round(Math.min(Math.max(((index + 0.5) * length) / windowsPerSide - side / 2, 0), length - side));
    const crop = cropGrey(micrograph, place(column, width), place(row, height), side, side);
    crops.set(crop.grey, cell * cropSize ** 2);
  }
  const described = await texture.describe(crops, windowsPerSide ** 2);
  const embeddings = Array.from({ length: windowsPerSide ** 2 }, (_, cell) => [
    ...described.subarray(cell * dimensions, (cell + 1) * dimensions),
  ]);
  const labels = clusterEmbeddings(embeddings, { clusters: materials, seed: 0, restarts: 5 });
  return masksOfCells({ columns: windowsPerSide, rows: windowsPerSide, labels }, width, height);
}
