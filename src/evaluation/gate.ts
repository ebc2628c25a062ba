import { z } from 'zod';
import { type EvaluatedStage, evaluatedStages } from '../annotations/evaluation-case.js';
import { SamIAmError } from '../core/errors.js';
import { parseJson } from '../core/parse-json.js';
import { isSmallerBetter, type MeasureName, measureNames } from '../metrics/region-measures.js';
import { measureChange } from './comparisons.js';
import type { EvaluationFigures, ImageRecord } from './evaluation.js';
import type { ComparableRecord } from './measures-record.js';

/** What a pipeline must not fall below: `mIoU=0.8`, `boosted.mIoU=0.8`, `predicted.boundary.mIoU=0.6`. */
export interface Threshold {
  /** Undefined: what Label Studio stores, or, where only that was measured, what was computed anew. */
  readonly stage: EvaluatedStage | undefined;
  readonly isBoundary: boolean;
  readonly measure: MeasureName;
  readonly limit: number;
}

/** An earlier `metrics.json`, as far as it is compared. */
export interface Baseline {
  readonly images: readonly {
    readonly id: string;
    readonly predicted?: ComparableRecord | undefined;
    readonly boosted?: ComparableRecord | undefined;
  }[];
}

/** With too few images for any test, a fall by more than this counts. */
const smallProjectTolerance = 0.01;

/** Reads a threshold as a user writes it; undefined if it is none. */
export function parseThreshold(text: string): Threshold | undefined {
  const [path = '', value = ''] = text.split('=', 2);
  const parts = path.trim().split('.');
  const measure = measureNames.find((name) => name === parts.at(-1));
  const stage = evaluatedStages.find((name) => name === parts[0]);
  const isBoundary = parts.includes('boundary');
  const isWhole = parts.length === 1 + Number(stage !== undefined) + Number(isBoundary);
  const limit = value.trim() === '' ? NaN : Number(value);
  if (measure === undefined || !isWhole || !(limit >= 0 && limit <= 1)) return undefined;
  return { stage, isBoundary, measure, limit };
}

/** Why thresholds are not met, one sentence each; empty if all are. Of measures that are better when small, the threshold is a ceiling. */
export function failedThresholds(evaluation: EvaluationFigures, thresholds: readonly Threshold[]): string[] {
  return thresholds.flatMap(({ stage: asked, isBoundary, measure, limit }) => {
    const stage = asked ?? primaryStage(evaluation);
    const record = stage === undefined ? undefined : evaluation.summary[stage];
    const name = `${stage ?? asked ?? 'predicted'}.${isBoundary ? 'boundary.' : ''}${measure}`;
    if (record === undefined) return [`${name} was not measured, so it can't be at ${limit}`];
    const value = (isBoundary ? record.boundary : record)[measure];
    const isFailed = isSmallerBetter(measure) ? value > limit : value < limit;
    const side = isSmallerBetter(measure) ? 'above' : 'below';
    return isFailed ? [`${name} is ${value.toFixed(4)}, ${side} ${limit}`] : [];
  });
}

const gatedStages = ['predicted', 'boosted'] as const;

/**
 * Compares images with those of an earlier evaluation as they are measured, and tells why this one is worse. Compared is mIoU on the
 * images that both have: a significant fall fails, and, where there are too few images for a test, any fall by more than a point.
 */
export class BaselineComparison {
  readonly #earlier: ReadonlyMap<string, Baseline['images'][number]>;
  /** Of mIoU, image by image. */
  readonly #differences: Record<(typeof gatedStages)[number], number[]> = { predicted: [], boosted: [] };

  constructor({ images }: Baseline) {
    this.#earlier = new Map(images.map((image) => [image.id, image]));
  }

  add(image: Pick<ImageRecord, 'id' | (typeof gatedStages)[number]>): void {
    for (const stage of gatedStages) {
      const [from, to] = [this.#earlier.get(image.id)?.[stage], image[stage]];
      if (from && to) this.#differences[stage].push(to.mIoU - from.mIoU);
    }
  }

  /** One sentence for each stage that fell; empty if none did. */
  falls(): string[] {
    const changes = gatedStages.flatMap((stage) => {
      const mIoU = measureChange(Float64Array.from(this.#differences[stage]));
      return mIoU === undefined ? [] : [{ stage, mIoU, images: this.#differences[stage].length }];
    });
    if (changes.length === 0) return ['the baseline and this evaluation have no measured image in common'];
    return changes.flatMap(({ stage, mIoU, images }) => {
      const { too_few } = mIoU;
      const isWorse = mIoU.difference < 0 && (too_few ? mIoU.difference < -smallProjectTolerance : mIoU.significant);
      if (!isWorse) return [];
      const [low, high] = mIoU.interval.map(points);
      const certainty = too_few
        ? 'too few for a test'
        : `95 % interval ${low ?? ''} to ${high ?? ''}, p = ${mIoU.p_value.toPrecision(2)}`;
      return [`${stage}.mIoU changed by ${points(mIoU.difference)} points on ${images} images (${certainty})`];
    });
  }
}

/** What thresholds and plots are about unless a stage is named. */
export function primaryStage({ summary }: Pick<EvaluationFigures, 'summary'>): EvaluatedStage | undefined {
  return (['predicted', 'boosted', 'removed', 'sam'] as const).find((stage) => summary[stage] !== undefined);
}

const measuresSchema = z.object(
  Object.fromEntries(measureNames.map((name) => [name, z.number()])) as Record<MeasureName, z.ZodNumber>,
);
const recordSchema = measuresSchema.extend({ boundary: measuresSchema }).optional();
const baselineSchema = z.object({
  images: z.array(z.object({ id: z.string(), predicted: recordSchema, boosted: recordSchema })),
});

/** Checks what `--baseline` names. */
export function parseBaseline(text: string, path: string): Baseline {
  const parsed = baselineSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SamIAmError('usage.invalid', `${path} is no metrics.json`, {
    hint: 'Give --baseline the metrics.json of an earlier evaluation.',
  });
}

function points(difference: number): string {
  return (100 * difference).toFixed(2);
}
