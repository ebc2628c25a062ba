import type { ScoredOutcome } from '../metrics/calibration.js';
import { calibrationBins, calibrationError } from '../metrics/calibration.js';
import { difficulties } from '../metrics/difficulty.js';
import { meanOf, medianOf } from '../metrics/statistics.js';
import type { Gain, RecordPair } from './comparisons.js';
import { gainOf, measureIntervals } from './comparisons.js';
import type { AnnotationOutcome, CaseOutcome, RegionCounts } from './evaluate-case.js';
import type {
  AnnotatorRecord,
  DayRecord,
  Evaluation,
  ImageRecord,
  Intervals,
  LeadTimes,
  PerStage,
  Summary,
  VersionRecord,
} from './evaluation.js';
import type { EvaluatedStage, EvaluationCase, Problem } from './evaluation-case.js';
import { evaluatedStages } from './evaluation-case.js';
import type { StageRecord } from './measures-record.js';
import { meanRecord, measuresOf, weightedMeasuresOf } from './measures-record.js';

/** Gains that are reported where both stages were measured. */
const comparedStages: readonly (readonly [from: EvaluatedStage, to: EvaluatedStage])[] = [
  ['sam', 'boosted'],
  ['sam', 'removed'],
  ['removed', 'boosted'],
  ['predicted', 'boosted'],
];

/** Gathers the outcomes of cases and sums them up. Of each case only figures are kept, never masks. */
export class EvaluationBuilder {
  readonly #source: string;
  readonly #images: ImageRecord[] = [];
  readonly #problems: Problem[] = [];
  readonly #annotations: AnnotationOutcome[] = [];
  readonly #agreements: StageRecord[] = [];
  readonly #versions = new Map<string, Map<string, StageRecord>>();
  readonly #confusion = new Map<string, { truth: string; predicted: string | null; area_px: number }>();
  readonly #scored: ScoredOutcome[] = [];
  #pixels = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get imageCount(): number {
    return this.#images.length;
  }

  addProblems(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  add(evaluated: EvaluationCase, outcome: CaseOutcome): ImageRecord {
    const record = imageRecord(evaluated, outcome);
    this.#images.push(record);
    this.#annotations.push(...outcome.annotators);
    this.#scored.push(...outcome.scored);
    this.#pixels += evaluated.width * evaluated.height;
    if (outcome.agreement !== null) this.#agreements.push(outcome.agreement);
    for (const { version, record } of outcome.versions) {
      const images = this.#versions.get(version) ?? new Map<string, StageRecord>();
      this.#versions.set(version, images.set(evaluated.id, record));
    }
    for (const { truth, predicted, areaPx } of outcome.confusion) {
      const key = JSON.stringify([truth, predicted]);
      const cell = this.#confusion.get(key) ?? { truth, predicted, area_px: 0 };
      cell.area_px += areaPx;
      this.#confusion.set(key, cell);
    }
    return record;
  }

  build(): Evaluation {
    const images = this.#images;
    const agreement = meanRecord(this.#agreements);
    const bins = calibrationBins(this.#scored);
    const editedPx = images.reduce((sum, { edited_px }) => sum + edited_px, 0);
    return {
      source: this.#source,
      images,
      summary: summarise(images),
      intervals: intervalsOf(images),
      gain: gainsOf(images),
      versions: this.#versionRecords(),
      version_changes: this.#versionChanges(),
      annotators: annotatorRecords(this.#annotations),
      agreement: agreement === undefined ? null : measuresOf(agreement),
      regions: sumCounts(images.map(({ regions }) => regions)),
      edited: { px: editedPx, share: this.#pixels === 0 ? 0 : editedPx / this.#pixels },
      lead_time_s: leadTimes(this.#annotations),
      label_confusion: [...this.#confusion.values()],
      calibration: { bins, error: calibrationError(bins), regions: this.#scored.length },
      over_time: dayRecords(images),
      problems: this.#problems,
    };
  }

  #versionRecords(): Record<string, VersionRecord> {
    const entries = [...this.#versions].flatMap(([version, images]) => {
      const records = [...images.values()];
      const [mean, intervals] = [meanRecord(records), measureIntervals(records)];
      return mean && intervals ? [[version, { predicted: measuresOf(mean), intervals }] as const] : [];
    });
    return Object.fromEntries(entries);
  }

  #versionChanges(): { from: string; to: string; change: Gain }[] {
    const versions = [...this.#versions];
    const difficultyOf = new Map(this.#images.map(({ id, difficulty }) => [id, difficulty]));
    return versions.slice(1).flatMap(([to, after], index) => {
      const [from, before] = versions[index] ?? ['', new Map<string, StageRecord>()];
      const pairs = [...after].flatMap(([id, record]): RecordPair[] => {
        const earlier = before.get(id);
        return earlier === undefined ? [] : [{ difficulty: difficultyOf.get(id) ?? null, from: earlier, to: record }];
      });
      const change = gainOf(pairs);
      return change === undefined ? [] : [{ from, to, change }];
    });
  }
}

function imageRecord(evaluated: EvaluationCase, outcome: CaseOutcome): ImageRecord {
  const [reference] = evaluated.annotations;
  return {
    id: evaluated.id,
    file: evaluated.file,
    difficulty: evaluated.difficulty,
    annotator: reference.annotator,
    completed_at: reference.completedAt,
    model_version: reference.prediction?.version ?? null,
    lead_time_s: reference.leadTimeS,
    regions: outcome.counts,
    edited_px: outcome.editedPx,
    edited_share: outcome.editedPx / (evaluated.width * evaluated.height),
    ...outcome.stages,
  };
}

/** For each stage that any image has. */
function perStage<Value>(
  images: readonly ImageRecord[],
  value: (records: readonly StageRecord[]) => Value | undefined,
): PerStage<Value> {
  const entries = evaluatedStages.flatMap((stage) => {
    const found = value(images.flatMap((image) => image[stage] ?? []));
    return found === undefined ? [] : [[stage, found] as const];
  });
  return Object.fromEntries(entries);
}

/** For each class that any image has. */
function perDifficulty<Value>(images: readonly ImageRecord[], value: (images: readonly ImageRecord[]) => Value) {
  const entries = difficulties.flatMap((difficulty) => {
    const ofClass = images.filter((image) => image.difficulty === difficulty);
    return ofClass.length === 0 ? [] : [[difficulty, value(ofClass)] as const];
  });
  return Object.fromEntries(entries);
}

function summarise(images: readonly ImageRecord[]): Summary {
  const means = (some: readonly ImageRecord[]) =>
    perStage(some, (records) => {
      const mean = meanRecord(records);
      return mean === undefined ? undefined : measuresOf(mean);
    });
  return {
    ...means(images),
    by_difficulty: perDifficulty(images, means),
    weighted: perStage(images, (records) => {
      const mean = meanRecord(records);
      return mean === undefined ? undefined : weightedMeasuresOf(mean);
    }),
    further: perStage(images, (records) => meanRecord(records)?.further),
  };
}

function intervalsOf(images: readonly ImageRecord[]): Intervals {
  const intervals = (some: readonly ImageRecord[]) => perStage(some, measureIntervals);
  return { ...intervals(images), by_difficulty: perDifficulty(images, intervals) };
}

function gainsOf(images: readonly ImageRecord[]): Record<string, Gain> {
  const entries = comparedStages.flatMap(([from, to]) => {
    const pairs = images.flatMap((image): RecordPair[] => {
      const [before, after] = [image[from], image[to]];
      return before && after ? [{ difficulty: image.difficulty, from: before, to: after }] : [];
    });
    const gain = gainOf(pairs);
    return gain === undefined ? [] : [[`${to}_over_${from}`, gain] as const];
  });
  return Object.fromEntries(entries);
}

function annotatorRecords(annotations: readonly AnnotationOutcome[]): Record<string, AnnotatorRecord> {
  const names = [...new Set(annotations.flatMap(({ annotator }) => annotator ?? []))];
  const entries = names.map((name) => {
    const own = annotations.filter(({ annotator }) => annotator === name);
    const mean = meanRecord(own.flatMap(({ predicted }) => predicted ?? []));
    const predicted = mean === undefined ? null : measuresOf(mean);
    return [name, { images: own.length, predicted, lead_time_s: leadTimes(own) }] as const;
  });
  return Object.fromEntries(entries);
}

function leadTimes(annotations: readonly AnnotationOutcome[]): LeadTimes | null {
  const seconds = annotations.flatMap(({ leadTimeS }) => leadTimeS ?? []);
  const [mean, median] = [meanOf(seconds), medianOf(seconds)];
  return mean === undefined || median === undefined ? null : { mean, median, annotations: seconds.length };
}

function sumCounts(counts: readonly RegionCounts[]): RegionCounts {
  const sum = (of: (count: RegionCounts) => number): number => counts.reduce((total, count) => total + of(count), 0);
  return {
    accepted: sum(({ accepted }) => accepted),
    edited: sum(({ edited }) => edited),
    rejected: sum(({ rejected }) => rejected),
    drawn: sum(({ drawn }) => drawn),
  };
}

function dayRecords(images: readonly ImageRecord[]): DayRecord[] {
  const days = new Map<string, number[]>();
  for (const { completed_at, predicted } of images) {
    if (completed_at === null || predicted === undefined) continue;
    const day = completed_at.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), predicted.mIoU]);
  }
  return [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, values]) => ({ day, images: values.length, mIoU: meanOf(values) ?? 0 }));
}
