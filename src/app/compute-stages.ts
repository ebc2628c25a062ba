import type { OpenCaseImage } from '../annotations/case-images.js';
import type { ComputedStages, EvaluationCase } from '../annotations/evaluation-case.js';
import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { maskFromRuns } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import { failure, type Result, success, valueOrThrow } from '../core/result.js';
import type { SegmentPool } from '../painting/threads/segment-pool.js';

/** Computes the stages of a case anew on its image, which must have the size of its masks. */
export function createComputeStages(
  open: OpenCaseImage,
  pool: SegmentPool,
  materials: MaterialCount,
  signal: AbortSignal,
) {
  return async (evaluated: EvaluationCase): Promise<Result<ComputedStages, SamIAmError>> => {
    try {
      const image = valueOrThrow(await open(evaluated, signal));
      const stages = valueOrThrow(await pool.stages(image, materials, signal));
      const { width, height, sam, removed, boosted } = stages;
      if (width !== evaluated.width || height !== evaluated.height) throw otherSize(evaluated, width, height);
      const masks = (runs: readonly Uint32Array[]) => runs.map((each) => maskFromRuns(width, height, each));
      return success({ sam: masks(sam), removed: masks(removed), boosted: masks(boosted) });
    } catch (thrown) {
      return failure(asSamIAmError(thrown));
    }
  };
}

function otherSize({ width, height }: EvaluationCase, imageWidth: number, imageHeight: number): SamIAmError {
  return new SamIAmError(
    'request.invalid',
    `the image is ${imageWidth} × ${imageHeight} pixels, its accepted masks are ${width} × ${height}`,
    { hint: 'Give the image that was annotated, in its own size.' },
  );
}
