import { describe, expect, test } from '@jest/globals';
import type { LoadedModels } from '../../../src/app/load-models.js';
import { masksReport, resultMasks } from '../../../src/app/masks-report.js';
import type { SegmentOptions } from '../../../src/app/pipeline-parameters.js';
import { defaultSegmentOptions, pipelineParameters } from '../../../src/app/pipeline-parameters.js';
import { segmentMicrograph } from '../../../src/app/segment-micrograph.js';
import { Stopwatch } from '../../../src/app/timings.js';
import { decodeCocoRle } from '../../../src/core/coco-rle.js';
import { intersectionArea } from '../../../src/core/mask.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';
import { meanGreyEncoder } from '../../support/mean-grey-encoder.js';

// Three layers, the first and the last of one material.
const micrograph = greyImage(64, 64, (_, y) => (y < 20 || y >= 44 ? 0 : 1));
const models: LoadedModels = {
  sam: diskSam({ radii: [200], sameGreyOnly: true }),
  thresholds: { predictedIou: 0.88, stabilityScore: 0.5, boxNms: null, maskNms: 0.7 },
  texture: meanGreyEncoder(8),
  weights: 'none',
};

const run = async (changed: Partial<SegmentOptions>, given = models) => {
  const options = { ...defaultSegmentOptions, pointsPerSide: 4, ...changed };
  const stopwatch = new Stopwatch();
  const result = await segmentMicrograph(given, micrograph, options, pipelineParameters, stopwatch);
  const masks = resultMasks(result);
  return { result, masks, report: masksReport(micrograph, 'model-1', options.stage, masks, stopwatch.timings()) };
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

test('an image without masks is an empty result with a warning', async () => {
  const { result, report } = await run({}, { ...models, sam: diskSam({ radii: [] }) });
  expect(report.masks).toEqual([]);
  expect(result.warnings).toEqual([expect.stringContaining('no mask was found')]);
});
