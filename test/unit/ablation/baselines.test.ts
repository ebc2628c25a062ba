import { expect, test } from '@jest/globals';
import { clusterWindows } from '../../../ablation/baselines/sliding-window.js';
import { clusterSuperpixels } from '../../../ablation/baselines/superpixels.js';
import { clusterTokens } from '../../../ablation/baselines/token-clusters.js';
import { floodBasins } from '../../../ablation/baselines/watershed.js';
import type { ImageContext } from '../../../ablation/image-context.js';
import { maskFromBox, maskIou } from '../../../src/core/mask.js';
import { greyImage } from '../../support/grey-image.js';
import { meanGreyEncoder } from '../../support/mean-grey-encoder.js';

const side = 192;
const edge = 72;
const left = maskFromBox(side, side, { x: 0, y: 0, width: edge, height: side });
const right = maskFromBox(side, side, { x: edge, y: 0, width: side - edge, height: side });
const cells = 24;
// Every baseline must find two plain halves; the tokens tell left from right, too.
const context: ImageContext = {
  image: {
    name: 'halves',
    difficulty: 1,
    materials: 2,
    micrograph: { ...greyImage(side, side, (x) => (x < edge ? 0.2 : 0.8)), name: 'halves.png' },
    materialMasks: [left, right],
    pieces: [],
    unknown: maskFromBox(side, side, { x: 0, y: 0, width: 0, height: 0 }),
  },
  texture: meanGreyEncoder(8),
  embedding: {
    image: { width: side, height: side },
    textureTokens: {
      columns: cells,
      rows: cells,
      columnsPerPixel: cells / side,
      rowsPerPixel: cells / side,
      dimensions: 2,
      tokens: Float32Array.from({ length: 2 * cells * cells }, (_, index) => {
        const isLeft = ((index % cells) * side) / cells < edge;
        return isLeft === index < cells * cells ? 1 : 0;
      }),
    },
  },
  proposals: [],
  generatorMs: 0,
};

test.each([
  ['clustered tokens', clusterTokens],
  ['superpixels', clusterSuperpixels],
  ['sliding windows', clusterWindows],
  ['watershed', floodBasins],
])('%s tell two halves apart', async (_, baseline) => {
  const masks = await baseline(context);
  expect(masks).toHaveLength(2);
  for (const half of [left, right]) {
    expect(Math.max(...masks.map((mask) => maskIou(mask, half)))).toBeGreaterThan(0.9);
  }
});
