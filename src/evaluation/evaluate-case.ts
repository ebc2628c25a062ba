import {
  type CaseAnnotation,
  type CasePrediction,
  type ComputedStages,
  type EvaluatedStage,
  evaluatedStages,
  type EvaluationCase,
} from '../annotations/evaluation-case.js';
import type { RegionChanges } from '../core/region-changes.js';
import type { ScoredOutcome } from '../metrics/calibration.js';
import { type LabelDifficulty, labelWeight } from '../metrics/difficulty.js';
import { type ConfusedPixels, confuseLabels, type LabelledMask, unionByLabel } from '../metrics/label-confusion.js';
import { type GroundTruth, groundTruth, type MaskMeasures, measureMasks } from '../metrics/measure-masks.js';
import { editedArea, type TracedRegions, traceRegions } from '../metrics/region-origins.js';
import { meanRecord, type StageRecord, stageRecord } from './measures-record.js';

/** Which labels are easy or hard; those that are not named are easy. */
export type LabelDifficulties = ReadonlyMap<string, LabelDifficulty>;

/** What one person made of a prediction. */
export interface AnnotationOutcome {
  readonly annotator: string | null;
  readonly leadTimeS: number | null;
  /** The prediction measured against this person's masks; null without one. */
  readonly predicted: StageRecord | null;
  /** What this person did with its regions. */
  readonly counts: RegionChanges;
}

/** One ground truth of a case with how each stage matched it. */
export interface MaterialOutcome {
  readonly label: string;
  readonly difficulty: LabelDifficulty;
  readonly stages: Readonly<
    Partial<Record<EvaluatedStage, { readonly measured: MaskMeasures; readonly index: number }>>
  >;
}

/** All that is measured of one case. */
export interface CaseOutcome {
  readonly stages: Readonly<Partial<Record<EvaluatedStage, StageRecord>>>;
  readonly materials: readonly MaterialOutcome[];
  readonly traced: TracedRegions;
  readonly counts: RegionChanges;
  readonly editedPx: number;
  readonly confusion: readonly ConfusedPixels[];
  readonly scored: readonly ScoredOutcome[];
  readonly annotators: readonly AnnotationOutcome[];
  /** People measured against each other, both ways round; null for one person. */
  readonly agreement: StageRecord | null;
  readonly versions: readonly { readonly version: string; readonly record: StageRecord }[];
}

/** Measures everything of one case; the first annotation is what machines are measured against. */
export function evaluateCase(
  evaluated: EvaluationCase,
  computed: ComputedStages,
  labelDifficulties: LabelDifficulties,
): CaseOutcome {
  const [reference] = evaluated.annotations;
  const truths = evaluated.annotations.map((annotation) => truthOf(annotation, labelDifficulties));
  const truth = truths[0] as CaseTruth;
  const { prediction } = reference;
  const measure = measureOnce();
  const measured = evaluatedStages.flatMap((stage) => {
    const measures =
      stage === 'predicted'
        ? prediction && measure(prediction, truth)
        : computed[stage] && measureMasks(computed[stage], truth.truth);
    return measures ? [[stage, measures] as const] : [];
  });
  const trace = ({ regions, prediction: shown }: CaseAnnotation): TracedRegions =>
    evaluated.isTraced ? traceRegions(regions, shown?.regions ?? []) : untraced;
  const traced = trace(reference);
  return {
    stages: Object.fromEntries(measured.map(([stage, measures]) => [stage, stageRecord(measures)])),
    materials: truth.labels.map(({ label, difficulty }, index) => ({
      label,
      difficulty,
      stages: Object.fromEntries(measured.map(([stage, measures]) => [stage, { measured: measures, index }])),
    })),
    traced,
    counts: countRegions(traced),
    editedPx: evaluated.isTraced ? editedArea(reference.regions, prediction?.regions ?? []) : 0,
    confusion: prediction === null ? [] : confuseLabels(prediction.regions, reference.regions),
    scored: scoredOutcomes(prediction, measured.find(([stage]) => stage === 'predicted')?.[1]),
    annotators: evaluated.annotations.map((annotation, index) =>
      annotationOutcome(annotation, truths[index] as CaseTruth, measure, countRegions(trace(annotation))),
    ),
    agreement: agreementOf(truths),
    versions: evaluated.versions.flatMap((version) => {
      const measures = measure(version, truth);
      return measures === undefined ? [] : [{ version: version.version, record: stageRecord(measures) }];
    }),
  };
}

const untraced: TracedRegions = { regions: [], rejected: [] };

interface CaseTruth {
  readonly labels: readonly (LabelledMask & { readonly difficulty: LabelDifficulty })[];
  readonly truth: GroundTruth;
}

/** One ground truth per label. */
function truthOf({ regions }: CaseAnnotation, difficulties: LabelDifficulties): CaseTruth {
  const labels = unionByLabel(regions).map((each) => ({ ...each, difficulty: difficulties.get(each.label) ?? 'easy' }));
  const masks = labels.map(({ mask }) => mask);
  return {
    labels,
    truth: groundTruth(
      masks,
      labels.map(({ difficulty }) => labelWeight(difficulty)),
    ),
  };
}

type Measure = (prediction: CasePrediction, truth: CaseTruth) => MaskMeasures | undefined;

/** Measures predictions, each against each truth once: what a person was shown is also what its version says of the image. */
function measureOnce(): Measure {
  const known = new Map<CaseTruth, Map<CasePrediction, MaskMeasures | undefined>>();
  return (prediction, truth) => {
    const measured = known.get(truth) ?? new Map<CasePrediction, MaskMeasures | undefined>();
    known.set(truth, measured);
    if (!measured.has(prediction)) measured.set(prediction, measureMasks(masksOf(prediction), truth.truth));
    return measured.get(prediction);
  };
}

function masksOf({ regions }: CasePrediction) {
  return regions.map(({ mask }) => mask);
}

function countRegions({ regions, rejected }: TracedRegions): RegionChanges {
  const count = (origin: string): number => regions.filter((region) => region.origin === origin).length;
  return { accepted: count('accepted'), edited: count('edited'), rejected: rejected.length, drawn: count('drawn') };
}

function scoredOutcomes(prediction: CasePrediction | null, measured: MaskMeasures | undefined): ScoredOutcome[] {
  return (prediction?.regions ?? []).flatMap(({ score }, index) => {
    const iou = measured?.maskIous[index];
    return score === null || iou === undefined ? [] : [{ score, iou }];
  });
}

function annotationOutcome(
  annotation: CaseAnnotation,
  truth: CaseTruth,
  measure: Measure,
  counts: RegionChanges,
): AnnotationOutcome {
  const { annotator, leadTimeS, prediction } = annotation;
  const measured = prediction === null ? undefined : measure(prediction, truth);
  return {
    annotator,
    leadTimeS,
    predicted: measured === undefined ? null : stageRecord(measured),
    counts,
  };
}

/** The mean over all ordered pairs of people, so that it does not depend on who is called the truth. */
function agreementOf(truths: readonly CaseTruth[]): StageRecord | null {
  const pairs = truths.flatMap(({ truth }, index) =>
    truths.flatMap((other, otherIndex) => (index === otherIndex ? [] : (measureMasks(other.truth.masks, truth) ?? []))),
  );
  const mean = meanRecord(pairs.map(stageRecord));
  return mean === undefined ? null : { ...mean, images: 1 };
}
