import { describe, expect, test } from '@jest/globals';
import { maskHasPixel, maskIou } from '../../../src/core/mask.js';
import { nonMaximumSuppression } from '../../../src/core/non-maximum-suppression.js';
import { generateMasks, type GeneratorOptions, type MeasureStep } from '../../../src/sam/automatic-mask-generator.js';
import type { SamModel } from '../../../src/sam/sam-model.js';
import { diskSam } from '../../support/disk-sam.js';
import { drawMap } from '../../support/draw-logits.js';
import { greyImage } from '../../support/grey-image.js';
import { tokenGrid } from '../../support/token-grid.js';

const untimed: MeasureStep = (_, work) => work();
const image = greyImage(64, 64, () => 0);
const options: GeneratorOptions = {
  pointsPerSide: 4,
  layers: 0,
  pointsDownscale: 1,
  pointsPerBatch: 5,
  leastRegionPx: 0,
  schedule: 'full',
  followUp: null,
  thresholds: { predictedIou: 0.88, stabilityScore: 0.5, boxNms: 0.7, maskNms: null },
};

/** Hills of a few kinds, so that many masks are near duplicates, with scores that tell them apart. */
function hillySam(): SamModel {
  return {
    ...diskSam({ radii: [] }),
    decode: (_, prompts) => {
      const masksOf = (point: number) =>
        [0, 1, 2].map((mask) => {
          const map = drawMap(16, 16, (point + mask) % 5, image);
          const logits = map.logits.map((logit) => 2 * logit + (point % 7) / 10);
          return { predictedIou: 0.5 + ((37 * point + 11 * mask) % 40) / 100, map: { ...map, logits } };
        });
      return Promise.resolve(prompts.map(([point]) => masksOf(Math.floor((point?.x ?? 0) + (point?.y ?? 0) / 4))));
    },
  };
}

function byIou({ predictedIou }: { readonly predictedIou: number }): number {
  return predictedIou;
}

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

  test('masks that are suppressed without being made change nothing', async () => {
    const sam = hillySam();
    const filters = { predictedIou: 0, stabilityScore: 0.3, boxNms: null };
    const all = await generateMasks(sam, image, { ...options, thresholds: { ...filters, maskNms: null } }, untimed);
    const proposals = [...all.proposals].sort((a, b) => b.predictedIou - a.predictedIou);
    for (const maskNms of [0.1, 0.3, 0.6]) {
      const expected = nonMaximumSuppression(proposals, byIou, (a, b) => maskIou(a.mask, b.mask), maskNms);
      const distinct = await generateMasks(sam, image, { ...options, thresholds: { ...filters, maskNms } }, untimed);
      expect(distinct.proposals).toEqual(expected);
      expect(expected.length).toBeLessThan(all.proposals.length);
    }
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

describe('coarse to fine', () => {
  const coarse = { ...options, pointsPerSide: 12, schedule: 'coarse-to-fine' } as const;

  const textureTokens = tokenGrid(64, 8, () => [1, 0]);

  test('one large mask ends the prompting early, after a second look at a few points', async () => {
    const model = diskSam({ radii: [100], textureTokens });
    const { prompts, proposals } = await generateMasks(model, image, coarse, untimed);
    expect(proposals).toHaveLength(1);
    expect(prompts).toBeGreaterThan(9);
    expect(prompts).toBeLessThanOrEqual(9 + 8 + 8);
  });

  test('without tokens, which tell where a mask explains nothing, every point is prompted', async () => {
    const { prompts } = await generateMasks(diskSam({ radii: [100] }), image, coarse, untimed);
    expect(prompts).toBe(144);
  });

  test('where nothing is found, every point is prompted once', async () => {
    const { prompts } = await generateMasks(diskSam({ radii: [-1], textureTokens }), image, coarse, untimed);
    expect(prompts).toBe(144);
  });

  test('the full grid prompts every point whatever is found', async () => {
    const full = { ...coarse, schedule: 'full' } as const;
    expect((await generateMasks(diskSam({ radii: [100] }), image, full, untimed)).prompts).toBe(144);
  });
});

describe('small regions', () => {
  /** A disk of radius 14 with a hole of radius 2, and a speck beside it. */
  const spotted: SamModel = {
    ...diskSam({ radii: [] }),
    decode: (_, prompts) => {
      const logits = Float32Array.from({ length: 64 * 64 }, (_value, index) => {
        const [x, y] = [index % 64, Math.floor(index / 64)];
        const fromCentre = Math.hypot(x - 32, y - 32);
        return (fromCentre < 14 && fromCentre > 2) || (x === 4 && y === 4) ? 10 : -10;
      });
      const map = { columns: 64, rows: 64, columnsPerPixel: 1, rowsPerPixel: 1, logits };
      return Promise.resolve(prompts.map(() => [{ predictedIou: 0.95, map }]));
    },
  };

  test('holes are filled and islands dropped where asked for', async () => {
    const kept = async (leastRegionPx: number) => {
      const { proposals } = await generateMasks(spotted, image, { ...options, leastRegionPx }, untimed);
      return proposals[0]?.mask;
    };
    const [before, after] = [await kept(0), await kept(30)];
    expect(before && maskHasPixel(before, 4 * 64 + 4)).toBe(true);
    expect(before && maskHasPixel(before, 32 * 64 + 32)).toBe(false);
    expect(after && maskHasPixel(after, 4 * 64 + 4)).toBe(false);
    expect(after && maskHasPixel(after, 32 * 64 + 32)).toBe(true);
  });
});
