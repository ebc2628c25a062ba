import { z } from 'zod';
import { subtract } from '../src/core/mask.js';
import type { ScoredOutcome } from '../src/metrics/calibration.js';
import { difficulties } from '../src/metrics/difficulty.js';
import { measureMasks } from '../src/metrics/measure-masks.js';
import type { LoadedModels } from '../src/pipeline/loaded-models.js';
import { pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { boosterMasks } from './booster-rows.js';
import { seedOf } from './erring-masks.js';
import type { GeneratorCache } from './generator-cache.js';
import { keptMasks, materialMasks, mergeAs, openImage } from './image-context.js';
import { systemRows } from './rows.js';
import { pieceRecall, scoreMasks, scoreNames, truthOf } from './scores.js';
import type { SimulatedImage } from './simulated-set.js';

const scores = z.record(z.enum([...scoreNames, 'masks']), z.number());

/** All that one image gives; written to disk, so that a run can be taken up again. */
export const imageRecord = z.object({
  name: z.string(),
  difficulty: z.literal(difficulties),
  materials: z.number(),
  chosen: z.number(),
  /** Best IoU of SAM+'s masks per true connected piece. */
  pieceRecall: z.number(),
  system: z.record(z.string(), scores),
  booster: z.record(z.string(), scores),
  /** Raw scores of the materials of the boosted result with the IoU that each turned out to have. */
  confidences: z.array(z.object({ score: z.number(), iou: z.number() })),
  milliseconds: z.object({ generator: z.number(), booster: z.number() }),
});

/** What is kept of an image that was measured. */
export type ImageRecord = z.infer<typeof imageRecord>;

/** The scores of one row on one image as they are kept. */
export type ImageScores = ImageRecord['system'][string];

/** Runs the generator once and every row on what it found. */
export async function recordImage(
  models: LoadedModels,
  image: SimulatedImage,
  cache: GeneratorCache,
): Promise<ImageRecord> {
  const context = await openImage(models, image, cache);
  const truth = truthOf(image);
  const system: ImageRecord['system'] = {};
  for (const row of systemRows) system[row.name] = scoreMasks(await row.masks(context), image.unknown, truth);
  const booster: ImageRecord['booster'] = {};
  for (const [name, masks] of await boosterMasks(context, seedOf(image.name))) {
    booster[name] = scoreMasks(masks, image.unknown, truth);
  }
  const merging = stopwatch();
  const parameters = { ...pipelineParameters, confidence: [] };
  const boosted = await mergeAs(context, keptMasks(context), { materials: 'auto', parameters });
  const boosterMs = merging();
  return {
    name: image.name,
    difficulty: image.difficulty,
    materials: image.materials,
    chosen: boosted.materials.length,
    pieceRecall: pieceRecall(
      context.proposals.map(({ mask }) => mask),
      image,
    ),
    system,
    booster,
    confidences: outcomesOf(image, boosted),
    milliseconds: { generator: context.generatorMs, booster: boosterMs },
  };
}

/** The score of each material with the IoU that it turned out to have. */
export function outcomesOf(
  image: Pick<SimulatedImage, 'materialMasks' | 'unknown'>,
  boosted: Awaited<ReturnType<typeof mergeAs>>,
): ScoredOutcome[] {
  const masks = materialMasks(boosted).map((mask) => subtract(mask, image.unknown));
  const ious = measureMasks(masks, truthOf(image))?.maskIous ?? [];
  return boosted.materials.map(({ score }, index) => ({ score, iou: ious[index] ?? 0 }));
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}
