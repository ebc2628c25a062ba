import { clusterEmbeddings } from '../../src/booster/cluster-materials.js';
import type { Mask } from '../../src/core/mask.js';
import { likenessMap, meanDirection, pixelSampler, tokenOf } from '../../src/core/token-grid.js';
import type { ImageContext } from '../image-context.js';
import { masksOfPixels } from './segments.js';

/** k-means needs no more cells than this. */
const mostCells = 4096;

/** k-means over the image encoder's tokens; each pixel goes to the cluster whose mean its interpolated token is most like. No SAM masks. */
export function clusterTokens({ image, embedding: { textureTokens } }: ImageContext): Mask[] {
  const { width, height } = image.micrograph;
  if (textureTokens === null) return [];
  const count = textureTokens.columns * textureTokens.rows;
  const stride = Math.max(1, Math.round(count / mostCells)) | 1;
  const cells = Array.from({ length: Math.ceil(count / stride) }, (_, index) => index * stride);
  const options = { clusters: image.materials, seed: 0, restarts: 3 };
  const labels = clusterEmbeddings(
    cells.map((cell) => tokenOf(textureTokens, cell)),
    options,
  );
  const likeness = Array.from({ length: image.materials }, (_, cluster) => {
    const members = cells.filter((_cell, index) => labels[index] === cluster);
    return likenessMap(textureTokens, meanDirection(textureTokens, members));
  });
  const sampler = pixelSampler(textureTokens, width, height);
  const pixels = new Uint8Array(width * height);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const values = likeness.map((map) => sampler.at(map, pixel));
    pixels[pixel] = values.indexOf(Math.max(...values)) + 1;
  }
  return masksOfPixels(pixels, width, height);
}
