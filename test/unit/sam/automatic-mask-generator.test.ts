import { describe, expect, test } from '@jest/globals';
import type { GeneratorOptions, MeasureStep } from '../../../src/sam/automatic-mask-generator.js';
import { generateMasks } from '../../../src/sam/automatic-mask-generator.js';
import { diskSam } from '../../support/disk-sam.js';
import { greyImage } from '../../support/grey-image.js';

const untimed: MeasureStep = (_, work) => work();
const image = greyImage(64, 64, () => 0);
const options: GeneratorOptions = {
  pointsPerSide: 4,
  layers: 0,
  pointsDownscale: 1,
  pointsPerBatch: 5,
  thresholds: { predictedIou: 0.88, stabilityScore: 0.5, boxNms: 0.7, maskNms: null },
};

describe('the filters', () => {
  test('one mask per grid point where disks do not overlap', async () => {
    const { proposals } = await generateMasks(diskSam({ radii: [5.5] }), image, options, untimed);
    expect(proposals).toHaveLength(16);
    expect(proposals.map(({ point }) => point)).toContainEqual({ x: 8, y: 8 });
    for (const { mask, stabilityScore } of proposals) {
      expect(mask.areaPx).toBeGreaterThan(60);
      expect(mask.areaPx).toBeLessThan(100);
      expect(stabilityScore).toBeGreaterThan(0.9);
    }
  });

  test('predicted IoU must be above its threshold', async () => {
    const { proposals } = await generateMasks(diskSam({ radii: [5.5], predictedIou: 0.88 }), image, options, untimed);
    expect(proposals).toHaveLength(0);
  });

  test('soft edges are unstable', async () => {
    const soft = diskSam({ radii: [5.5], steepness: 0.3 });
    const strict = { ...options, thresholds: { ...options.thresholds, stabilityScore: 0.95 } };
    expect((await generateMasks(soft, image, strict, untimed)).proposals).toHaveLength(0);
  });

  test('near duplicates are suppressed', async () => {
    const { proposals } = await generateMasks(diskSam({ radii: [5.5, 5.6, 2.5] }), image, options, untimed);
    expect(proposals).toHaveLength(32);
  });

  test('by the masks themselves where boxes coincide', async () => {
    const crossed = { ...options, thresholds: { ...options.thresholds, boxNms: null, maskNms: 0.7 } };
    const { proposals } = await generateMasks(diskSam({ radii: [5.5, 5.6, 2.5] }), image, crossed, untimed);
    expect(proposals).toHaveLength(32);
  });

  test('a mask without pixels is no mask', async () => {
    const { proposals } = await generateMasks(diskSam({ radii: [-3] }), image, options, untimed);
    expect(proposals).toHaveLength(0);
  });
});

test('crop layers add the masks of their crops, cut ones left out', async () => {
  const steps: string[] = [];
  const counted: MeasureStep = (step, work) => {
    steps.push(step);
    return work();
  };
  const small = diskSam({ radii: [4] });
  const { proposals } = await generateMasks(
    small,
    greyImage(300, 300, () => 0),
    { ...options, layers: 1 },
    counted,
  );
  expect(steps.filter((step) => step === 'encode')).toHaveLength(5);
  expect(proposals.length).toBeGreaterThan(16);
  for (const { mask, cropBox } of proposals) expect(mask.box.x).toBeGreaterThanOrEqual(cropBox.x);
});

test('a tall image is prompted over its whole height', async () => {
  const { proposals } = await generateMasks(
    diskSam({ radii: [3] }),
    greyImage(32, 128, () => 0),
    options,
    untimed,
  );
  expect(Math.max(...proposals.map(({ point }) => point?.y ?? 0))).toBe(112);
  expect(Math.max(...proposals.map(({ point }) => point?.x ?? 0))).toBe(28);
});
