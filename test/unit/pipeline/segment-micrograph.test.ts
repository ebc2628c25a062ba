import { describe, expect, test } from '@jest/globals';
import { decodeCocoRle } from '../../../src/core/coco-rle.js';
import { intersectionArea } from '../../../src/core/mask.js';
import { masksReport } from '../../../src/painting/results/masks-report.js';
import type { LoadedModels } from '../../../src/pipeline/loaded-models.js';
import {
  defaultSegmentOptions,
  type PipelineParameters,
  pipelineParameters,
  type SegmentOptions,
} from '../../../src/pipeline/pipeline-parameters.js';
import { resultMasks } from '../../../src/pipeline/result-masks.js';
import { segmentMicrograph } from '../../../src/pipeline/segment-micrograph.js';
import { Stopwatch } from '../../../src/pipeline/timings.js';
import type { SamModel } from '../../../src/sam/sam-model.js';
import type { TextureEncoder } from '../../../src/texture/texture-encoder.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';
import { meanGreyEncoder } from '../../support/mean-grey-encoder.js';

// Three layers, the first and the last of one material.
const micrograph = greyImage(64, 64, (_, y) => (y < 20 || y >= 44 ? 0 : 1));
const models: LoadedModels = {
  sam: diskSam({ radii: [200], sameGreyOnly: true }),
  thresholds: { predictedIou: 0.88, stabilityScore: 0.5, boxNms: null, maskNms: 0.7 },
  texture: meanGreyEncoder(8),
  textureSha256: '0'.repeat(64),
  namingSpread: () => Promise.resolve(undefined),
  weights: 'none',
};

const run = async (changed: Partial<SegmentOptions>, given = models, image = micrograph) => {
  const options = { ...defaultSegmentOptions, pointsPerSide: 4, ...changed };
  const stopwatch = new Stopwatch();
  const result = await segmentMicrograph(given, image, options, pipelineParameters, stopwatch);
  const masks = resultMasks(result);
  const about = { stage: options.stage, timings: stopwatch.timings(), warnings: result.warnings };
  const file = { ...image, pixelSizeNm: null, frame: 0, frames: 1 };
  return { result, masks, report: masksReport(file, masks, { modelVersion: 'model-1', ...about }) };
};

describe('each stage gives what it promises', () => {
  test("sam: SAM's masks as they are, with their prompts", async () => {
    const { report, result } = await run({ stage: 'sam' });
    expect(report).toMatchObject({
      stage: 'sam',
      materials: null,
      image: { file: 'drawn.png', width: 64, height: 64 },
    });
    expect(report.masks).toHaveLength(2);
    expect(report.masks.every(({ point, material }) => point !== null && material === null)).toBe(true);
    expect(result.removal).toBeNull();
  });

  test('removed: the masks that mask removal keeps', async () => {
    const { report, result } = await run({ stage: 'removed' });
    expect(report.masks).toHaveLength(result.removal?.kept.length ?? -1);
    expect(result.microstructure).toBeNull();
  });

  test('boosted: one mask per material, no shared pixel, the largest first', async () => {
    const { report, masks } = await run({ stage: 'boosted' });
    expect(report.materials).toBe(2);
    expect(report.masks.map(({ material, area }) => [material, area])).toEqual([
      [1, 64 * 40],
      [2, 64 * 24],
    ]);
    const [first, second] = masks;
    expect(first && second && intersectionArea(first.mask, second.mask)).toBe(0);
    expect(report.masks.every(({ score }) => score > 0 && score <= 1)).toBe(true);
  });
});

test('scores are read off the curve of confidence', async () => {
  const parameters: PipelineParameters = {
    ...pipelineParameters,
    confidence: [
      [0, 0.2],
      [1, 0.2],
    ],
  };
  const options = { ...defaultSegmentOptions, pointsPerSide: 4 };
  const result = await segmentMicrograph(models, micrograph, options, parameters, new Stopwatch());
  expect(resultMasks(result).map(({ score }) => score)).toEqual([0.2, 0.2]);
});

test('masks are written as COCO run lengths with inclusive boxes', async () => {
  const { report } = await run({ stage: 'boosted' });
  for (const { rle, area, bbox } of report.masks) {
    const mask = decodeCocoRle(rle);
    expect(rle.size).toEqual([64, 64]);
    expect(mask.areaPx).toBe(area);
    expect(bbox).toEqual([mask.box.x, mask.box.y, mask.box.width, mask.box.height]);
  }
});

test('the timings name every step', async () => {
  const { report } = await run({});
  expect(Object.keys(report.timings_ms)).toEqual(['decode', 'encode', 'prompt', 'removal', 'merging', 'total']);
  expect(report.timings_ms.total).toBeGreaterThanOrEqual(report.timings_ms.prompt);
});

describe('poor input gives a defined result and a warning that says what happened', () => {
  test('no mask', async () => {
    const { result, report } = await run({}, { ...models, sam: diskSam({ radii: [] }) });
    expect(report.masks).toEqual([]);
    expect(result.warnings).toEqual(['no mask was found in drawn.png: nothing is painted']);
  });

  test('an image of one grey', async () => {
    const black = greyImage(64, 64, () => 0);
    for (const stage of ['sam', 'removed', 'boosted'] as const) {
      const { result, report } = await run({ stage }, models, black);
      expect(report.masks).toEqual([]);
      expect(result.warnings).toEqual([
        'drawn.png is of one grey throughout: there is nothing to segment, nothing is painted',
      ]);
    }
  });

  test('one mask', async () => {
    // The disk reaches over the whole image: nothing is left uncovered.
    const { result, report } = await run({}, { ...models, sam: diskSam({ radii: [200] }) });
    expect(report.masks.map(({ material, area }) => [material, area])).toEqual([[1, 64 * 64]]);
    expect(result.warnings).toContain('only one mask was found: it is painted as the only material');
  });

  test('more materials asked for than there are masks', async () => {
    const { result, report } = await run({ materials: 5 });
    expect(report.materials).toBe(2);
    expect(result.warnings).toEqual(['5 materials were asked for, 2 found in 2 masks']);
  });

  test('masks smaller than a crop', async () => {
    const { result, report } = await run({}, { ...models, texture: meanGreyEncoder(60) });
    expect(report.materials).toBe(2);
    expect(result.warnings).toEqual(['2 masks smaller than a crop of 60 × 60 pixels: the material is less certain']);
  });

  test('an image smaller than a crop', async () => {
    const { report } = await run({}, { ...models, texture: meanGreyEncoder(100) });
    expect(report.materials).toBe(2);
  });

  test('embeddings that are not numbers', async () => {
    const { result, report } = await run({}, { ...models, texture: brokenEncoder(() => true) });
    expect(report.masks).toEqual([]);
    expect(result.warnings).toEqual(['2 masks not painted: the texture encoder gave no numbers for them']);
  });

  test('some embeddings that are not numbers', async () => {
    const { result, report } = await run({}, { ...models, texture: brokenEncoder((crop) => crop % 2 === 0) });
    expect(report.materials).toBe(2);
    expect(result.warnings).toEqual(['for 2 masks the texture encoder gave numbers for some crops only']);
  });

  test('tokens that are not numbers', async () => {
    const { sam } = models;
    const tokens = { columns: 1, rows: 1, columnsPerPixel: 1 / 64, rowsPerPixel: 1 / 64, dimensions: 1 };
    const textureTokens = { ...tokens, tokens: Float32Array.of(NaN) };
    const broken: SamModel = { ...sam, encode: async (image) => ({ ...(await sam.encode(image)), textureTokens }) };
    const { result, report } = await run({}, { ...models, sam: broken });
    expect(report.materials).toBe(2);
    expect(result.warnings).toEqual([
      "the image encoder's texture tokens are not numbers: materials are told by crops alone",
    ]);
  });
});

/** Gives no numbers for some crops. */
function brokenEncoder(isBroken: (crop: number) => boolean): TextureEncoder {
  const encoder = meanGreyEncoder(8);
  return {
    ...encoder,
    async describe(crops, count) {
      const embeddings = await encoder.describe(crops, count);
      return embeddings.map((value, index) => (isBroken(Math.floor(index / encoder.dimensions)) ? NaN : value));
    },
  };
}
