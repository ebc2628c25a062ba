import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeCocoRle } from '../../src/core/coco-rle.js';
import { type Mask, maskIou } from '../../src/core/mask.js';
import { generateMasks, type GeneratorOptions, type MeasureStep } from '../../src/sam/automatic-mask-generator.js';
import { thresholdLogits } from '../../src/sam/logit-threshold.js';
import {
  type MaskLogits,
  type Prompt,
  promptLabels,
  type PromptPoint,
  type SamModel,
} from '../../src/sam/sam-model.js';
import { type Pattern, patternImage, readSamReference, type TinyLayout, tinySams } from '../support/tiny-sams.js';

// Graphs are loaded and run here: on a busy machine that takes its time.
jest.setTimeout(300_000);

/* Recorded by training/fixtures/record_sam_references.py from Meta's own predictor and generator, on the same weights. */

interface Answer {
  readonly scores: number[];
  readonly sample: number[][][];
}

interface PromptCase {
  readonly name: string;
  readonly image: Pattern;
  readonly points: [number, number, number][];
  readonly box: [number, number, number, number] | null;
  readonly three: Answer & { readonly areas: number[] };
  readonly one: Answer & { readonly areas: number[] };
  readonly refined: Answer;
}

interface GeneratorCase {
  readonly image: Pattern;
  readonly pointsPerSide: number;
  readonly layers: number;
  readonly leastRegionPx: number;
  readonly masks: {
    readonly counts: string;
    readonly iou: number;
    readonly stability: number;
    readonly point: [number, number];
    readonly crop: [number, number, number, number];
  }[];
}

const promptCases = readSamReference('prompts') as PromptCase[];
const generatorCases = readSamReference('generator') as GeneratorCase[];
const untimed: MeasureStep = (_, work) => work();

/** Largest difference from Meta's logits at the recorded places, as a share of the largest of them. */
function difference(ours: readonly MaskLogits[], { sample }: Answer): number {
  const largest = Math.max(1, ...sample.flat(2).map(Math.abs));
  const differences = sample.flatMap((mask, index) =>
    mask.flatMap((row, y) =>
      row.map((logit, x) => {
        const { logits, columns } = ours[index]?.map ?? { logits: new Float32Array(), columns: 0 };
        return Math.abs((logits[(3 + 7 * y) * columns + 5 + 7 * x] ?? NaN) - logit);
      }),
    ),
  );
  return Math.max(...differences) / largest;
}

function promptOf({ points, box }: PromptCase): Prompt {
  const clicks = points.map(([x, y, label]) => ({ x, y, label: label === 1 ? 1 : 0 }) satisfies PromptPoint);
  if (box === null) return clicks;
  const [left, top, right, bottom] = box;
  return [
    ...clicks,
    { x: left, y: top, label: promptLabels.boxTopLeft },
    { x: right, y: bottom, label: promptLabels.boxBottomRight },
  ];
}

describe.each(['staged', 'meta'] as const)("Meta's predictor and the %s layout", (layout) => {
  let model: SamModel;
  beforeAll(async () => {
    model = await tinySams[layout]();
  });
  afterAll(() => model.release());

  test.each(promptCases)('$name on $image', async (reference) => {
    const image = patternImage(reference.image);
    const embedding = await model.encode(image);
    for (const output of ['three', 'one'] as const) {
      const [masks = []] = await model.decode(embedding, [promptOf(reference)], { output });
      expect(masks).toHaveLength(reference[output].scores.length);
      masks.forEach(({ predictedIou, map }, index) => {
        expect(predictedIou).toBeCloseTo(reference[output].scores[index] ?? NaN, 4);
        const { width, height } = image;
        const window = { x: 0, y: 0, width, height };
        const { mask } = thresholdLogits(map, { imageWidth: width, imageHeight: height, window });
        expect(Math.abs(mask.areaPx - (reference[output].areas[index] ?? NaN))).toBeLessThanOrEqual(2);
      });
      expect(difference(masks, reference[output])).toBeLessThan(1e-4);
    }
    const [[first] = []] = await model.decode(embedding, [promptOf(reference)], { output: 'one' });
    if (first === undefined) throw new Error('no mask');
    const options = { output: 'one', earlierMask: first.map } as const;
    const [refined = []] = await model.decode(embedding, [promptOf(reference)], options);
    expect(refined[0]?.predictedIou).toBeCloseTo(reference.refined.scores[0] ?? NaN, 3);
    expect(difference(refined, reference.refined)).toBeLessThan(1e-3);
  });
});

describe.each(['edge-sam', 'transformers'] as const)("Meta's predictor and the %s layout", (layout: TinyLayout) => {
  const points = promptCases.filter(({ box }) => box === null);
  test.each(points)('$name on $image', async (reference) => {
    const model = await tinySams[layout]();
    const embedding = await model.encode(patternImage(reference.image));
    const [masks = []] = await model.decode(embedding, [promptOf(reference)]);
    expect(difference(masks, reference.three)).toBeLessThan(1e-4);
    await model.release();
  });
});

test('samexporter prepares the image in the graph and gets the same embedding', async () => {
  const [plain, interleaved] = [await tinySams.staged(), await tinySams.anylabeling()];
  for (const { image } of promptCases) {
    const [ours, theirs] = [await plain.encode(patternImage(image)), await interleaved.encode(patternImage(image))];
    const features = (embedding: object) => (embedding as { features: { data: Float32Array } }).features.data;
    const worst = features(ours).reduce((most, v, i) => Math.max(most, Math.abs(v - (features(theirs)[i] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-4);
  }
  await Promise.all([plain.release(), interleaved.release()]);
});

describe("Meta's automatic mask generator", () => {
  let model: SamModel;
  beforeAll(async () => {
    model = await tinySams.staged();
  });
  afterAll(() => model.release());

  test.each(generatorCases)(
    'the same masks: $image, $pointsPerSide points, layers $layers, regions from $leastRegionPx px',
    async ({ image, pointsPerSide, layers, leastRegionPx, masks }) => {
      const options: GeneratorOptions = {
        pointsPerSide,
        layers,
        leastRegionPx,
        pointsDownscale: 1,
        pointsPerBatch: 8,
        schedule: 'full',
        followUp: null,
        thresholds: { predictedIou: 0.85, stabilityScore: 0.8, boxNms: 0.7, maskNms: null },
      };
      const { proposals } = await generateMasks(model, patternImage(image), options, untimed);
      const [width, height] = image;
      const expected = masks.map(({ counts }) => decodeCocoRle({ size: [height, width], counts }));
      expect(Math.abs(proposals.length - expected.length)).toBeLessThanOrEqual(1);
      const matched = matchOneToOne(
        proposals.map(({ mask }) => mask),
        expected,
      );
      expect(matched.size).toBeGreaterThanOrEqual(Math.floor(0.99 * expected.length));
      for (const [ours, theirs] of matched) {
        const [proposal, record] = [proposals[ours], masks[theirs]];
        expect(proposal?.predictedIou).toBeCloseTo(Math.min(1, record?.iou ?? NaN), 5);
        // A share of pixels, so it moves in steps where a logit lies at a threshold: by up to 1.9e-4 on these images.
        expect(proposal?.stabilityScore).toBeCloseTo(record?.stability ?? NaN, 3);
        expect([proposal?.point?.x, proposal?.point?.y]).toEqual(record?.point);
        const { x, y, width: across, height: down } = proposal?.cropBox ?? { x: 0, y: 0, width: 0, height: 0 };
        expect([x, y, across, down]).toEqual(record?.crop);
      }
    },
    300_000,
  );
});

/** Pairs of masks with an IoU of at least 0.99, each mask in one pair at most: our index to Meta's. */
function matchOneToOne(ours: readonly Mask[], theirs: readonly Mask[]): Map<number, number> {
  const taken = new Set<number>();
  const pairs = new Map<number, number>();
  ours.forEach((mask, index) => {
    const match = theirs.findIndex((other, at) => !taken.has(at) && maskIou(mask, other) >= 0.99);
    if (match < 0) return;
    taken.add(match);
    pairs.set(index, match);
  });
  return pairs;
}
