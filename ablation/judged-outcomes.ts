import { unionOf } from '../src/core/mask.js';
import type { ScoredOutcome } from '../src/metrics/calibration.js';
import type { mergeAs } from './image-context.js';
import { outcomesOf } from './image-record.js';
import type { JudgedImage } from './labelled-set.js';

/** Of so large a share of the pixels that count the class is known where all materials can be judged. */
const leastJudged = 0.95;

/** The score and IoU of each material; nothing where only some of the materials are labelled: who knows how good the others are? */
export function judgedOutcomes(image: JudgedImage, painted: Awaited<ReturnType<typeof mergeAs>>): ScoredOutcome[] {
  const [first, ...others] = image.materialMasks;
  if (first === undefined) return [];
  const { width, height } = image.micrograph;
  const isLabelled = unionOf(first, ...others).areaPx >= leastJudged * (width * height - image.unknown.areaPx);
  return isLabelled ? outcomesOf(image, painted) : [];
}
