import { describe, expect, test } from '@jest/globals';
import { boostAgain } from '../../../src/booster/boost-again.js';
import type { FoundMasks, SamplePool } from '../../../src/booster/found-masks.js';
import { foundMasksFromJson, foundMasksToJson } from '../../../src/booster/found-masks-json.js';
import { defaultRemovalOptions } from '../../../src/booster/removal-options.js';
import { shrinkFound } from '../../../src/booster/shrink-found.js';
import { maskFromBox, maskIou } from '../../../src/core/mask.js';
import { shrinkMaskTo } from '../../../src/core/shrink-mask.js';
import { pipelineParameters } from '../../../src/pipeline/pipeline-parameters.js';

const [width, height] = [120, 90];
const samplesEach = 4;
const threeTimes = [samplesEach, samplesEach, samplesEach];

/** Two halves of one texture, a middle of another, and a small mask in the first half. */
function threeBands(): FoundMasks {
  const boxes = [
    { x: 0, y: 0, width: 50, height },
    { x: 50, y: 0, width: 20, height },
    { x: 70, y: 0, width: 50, height },
    { x: 10, y: 10, width: 10, height: 10 },
  ];
  const textures = [
    [1, 0],
    [0, 1],
    [1, 0],
    [0, 1],
  ];
  const pool = (values: readonly (readonly number[])[]): SamplePool => ({
    dimensions: 2,
    centres: Uint32Array.from(
      boxes.flatMap(({ x, y }) => new Array<number>(samplesEach).fill((y + 1) * width + x + 1)),
    ),
    owners: Int32Array.from(boxes.flatMap((_, index) => new Array<number>(samplesEach).fill(index))),
    values: Float64Array.from(values.flatMap((each) => new Array(samplesEach).fill(each).flat() as number[])),
    traits: new Float32Array(),
  });
  return {
    width,
    height,
    tokens: null,
    masks: boxes.map((box) => {
      return { mask: maskFromBox(width, height, box), predictedIou: 0.9, stabilityScore: 1, score: 0.9, point: null };
    }),
    samples: pool(textures),
    cropSize: 32,
    described: { kept: [0, 1, 2], counts: threeTimes },
  };
}

const options = { materials: 'auto', seed: 0, removal: defaultRemovalOptions } as const;

describe('boostAgain', () => {
  test('with the usual thresholds, the small mask goes and the halves are one material', () => {
    const { removal, microstructure } = boostAgain(threeBands(), options, pipelineParameters);
    expect(removal.removals.map(({ rule }) => rule)).toEqual(['tiny-child']);
    expect(microstructure.materials.map(({ areaPx }) => areaPx)).toEqual([100 * height, 20 * height]);
  });

  test('with a lower threshold the small mask stays, with the texture that was described for it', () => {
    const removal = { ...defaultRemovalOptions, tinyChildShare: 0.01 };
    const { microstructure } = boostAgain(threeBands(), { ...options, removal }, pipelineParameters);
    expect(microstructure.materials.map(({ areaPx }) => areaPx)).toEqual([100 * height - 100, 20 * height + 100]);
  });

  test('one material is all there is', () => {
    const { microstructure } = boostAgain(threeBands(), { ...options, materials: 1 }, pipelineParameters);
    expect(microstructure.materials.map(({ areaPx }) => areaPx)).toEqual([width * height]);
  });

  test('warns as the pipeline does: of materials that are not there, and of masks smaller than a crop', () => {
    const { merging } = pipelineParameters;
    const parameters = { ...pipelineParameters, merging: { ...merging, cropsPerMask: samplesEach } };
    const warningsOf = (materials: number, cropSize: number) =>
      boostAgain({ ...threeBands(), cropSize }, { ...options, materials }, parameters).warnings;
    expect(warningsOf(2, 32)).toEqual([]);
    expect(warningsOf(5, 32)).toEqual(['5 materials were asked for, 3 found in 3 masks']);
    expect(warningsOf(2, 60)).toEqual([expect.stringMatching(/^1 mask smaller than a crop of 60 × 60 pixels/)]);
  });

  test('what was seen around the samples counts as it did in the pipeline', () => {
    const found = threeBands();
    const { centres, owners } = found.samples;
    // The encoders take the halves for one material; their greys differ.
    const rows = [...centres].flatMap((centre, index) => {
      return [centre % width, Math.floor(centre / width), 1, 0.2 + 0.3 * (owners[index] ?? 0), 0.01, -1, -2];
    });
    const seen = { ...found, samples: { ...found.samples, traits: Float32Array.from(rows) } };
    const { merging } = pipelineParameters;
    const looks = { bias: 0, encoders: 1, contrast: -3, pattern: 0 };
    const parameters = { ...pipelineParameters, merging: { ...merging, likeness: { ...merging.likeness, looks } } };
    const areas = boostAgain(seen, options, parameters).microstructure.materials.map(({ areaPx }) => areaPx);
    expect(areas).toEqual([50 * height, 50 * height, 20 * height]);
    const sent = foundMasksFromJson(JSON.parse(JSON.stringify(foundMasksToJson(seen))) as never);
    expect(sent).toEqual(seen);
    expect(boostAgain(sent, options, parameters)).toEqual(boostAgain(seen, options, parameters));
  });

  test('comes out the same after a way over the wire', () => {
    const there = foundMasksFromJson(JSON.parse(JSON.stringify(foundMasksToJson(threeBands()))) as never);
    expect(there).toEqual(threeBands());
    expect(boostAgain(there, options, pipelineParameters)).toEqual(
      boostAgain(threeBands(), options, pipelineParameters),
    );
  });
});

describe('shrinkFound', () => {
  test('shows the same materials more coarsely', () => {
    const coarse = shrinkFound(threeBands(), 60);
    expect([coarse.width, coarse.height]).toEqual([60, 45]);
    const { microstructure } = boostAgain(coarse, options, pipelineParameters);
    expect(microstructure.materials.map(({ areaPx }) => areaPx)).toEqual([50 * 45, 10 * 45]);
  });

  test('leaves small micrographs as they are', () => {
    const found = threeBands();
    expect(shrinkFound(found, 400)).toBe(found);
  });

  test('a mask between the coarse pixels keeps one of them', () => {
    const speck = maskFromBox(width, height, { x: 119, y: 89, width: 1, height: 1 });
    expect(shrinkMaskTo(speck, 12, 9).areaPx).toBe(1);
  });

  test('a mask that is shrunk covers what it covered', () => {
    const mask = maskFromBox(120, 90, { x: 30, y: 18, width: 60, height: 36 });
    expect(maskIou(shrinkMaskTo(mask, 40, 30), maskFromBox(40, 30, { x: 10, y: 6, width: 20, height: 12 }))).toBe(1);
  });
});
