import {
  type EvaluatedStage,
  evaluatedStages,
  type EvaluationCase,
  type Problem,
} from '../annotations/evaluation-case.js';
import { type RegionChanges, sumChanges } from '../core/region-changes.js';
import { CalibrationBins, calibrationError } from '../metrics/calibration.js';
import { difficulties, type Difficulty } from '../metrics/difficulty.js';
import { meanOf, medianOf } from '../metrics/statistics.js';
import { type Gain, gainOf, measureIntervals } from './comparisons.js';
import type { AnnotationOutcome, CaseOutcome } from './evaluate-case.js';
import type {
  AnnotatorRecord,
  DayRecord,
  EvaluationFigures,
  ImageRecord,
  Intervals,
  LeadTimes,
  PerStage,
  Summary,
  VersionRecord,
} from './evaluation.js';
import { measuresOf, RecordMeans, weightedMeasuresOf } from './measures-record.js';
import { RecordTable } from './record-table.js';

/** Gains that are reported where both stages were measured. */
const comparedStages: readonly (readonly [from: EvaluatedStage, to: EvaluatedStage])[] = [
  ['sam', 'boosted'],
  ['sam', 'removed'],
  ['removed', 'boosted'],
  ['predicted', 'boosted'],
];

/** What is kept of one person's work. */
interface AnnotatorTally {
  images: number;
  readonly predicted: RecordMeans;
  readonly leadTimesS: number[];
  regions: RegionChanges;
}

/** Gathers the outcomes of cases and sums them up. Of each case some hundred bytes of figures are kept, never masks. */
export class EvaluationBuilder {
  readonly #problems: Problem[] = [];
  readonly #difficulties: (Difficulty | null)[] = [];
  readonly #stages = new Map<EvaluatedStage, RecordTable>();
  readonly #versions = new Map<string, RecordTable>();
  readonly #annotators = new Map<string, AnnotatorTally>();
  readonly #leadTimesS: number[] = [];
  readonly #agreement = new RecordMeans();
  readonly #confusion = new Map<string, { truth: string; predicted: string | null; area_px: number }>();
  readonly #calibration = new CalibrationBins();
  readonly #days = new Map<string, { images: number; mIoU: number }>();
  /** By what they are counted under: all, a class of difficulty, a model version. */
  readonly #regions = new Map<string, RegionChanges>();
  #editedPx = 0;
  #pixels = 0;

  get imageCount(): number {
    return this.#difficulties.length;
  }

  addProblems(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** Gives what `metrics.json` says of the image. */
  add(evaluated: EvaluationCase, outcome: CaseOutcome): ImageRecord {
    const record = imageRecord(evaluated, outcome);
    const image = this.#difficulties.push(evaluated.difficulty) - 1;
    for (const stage of evaluatedStages) {
      const measured = record[stage];
      if (measured !== undefined) tableOf(this.#stages, stage).add(image, measured);
    }
    for (const { version, record: measured } of outcome.versions) tableOf(this.#versions, version).add(image, measured);
    if (outcome.agreement !== null) this.#agreement.add(outcome.agreement);
    for (const annotation of outcome.annotators) this.#addAnnotation(annotation);
    for (const scored of outcome.scored) this.#calibration.add(scored);
    this.#addConfusion(outcome);
    this.#addDay(record);
    const groups = ['all', `difficulty ${evaluated.difficulty}`, `version ${record.model_version}`];
    for (const group of groups) this.#regions.set(group, sumChanges([this.#regionsOf(group), outcome.counts]));
    this.#editedPx += outcome.editedPx;
    this.#pixels += evaluated.width * evaluated.height;
    return record;
  }

  build(): EvaluationFigures {
    const agreement = this.#agreement.mean();
    const bins = this.#calibration.filled();
    return {
      summary: this.#summary(),
      intervals: this.#intervals(),
      gain: this.#gains(),
      versions: this.#versionRecords(),
      version_changes: this.#versionChanges(),
      annotators: this.#annotatorRecords(),
      agreement: agreement === undefined ? null : measuresOf(agreement),
      regions: this.#regionsOf('all'),
      regions_by_difficulty: Object.fromEntries(
        difficulties
          .filter((difficulty) => this.#difficulties.includes(difficulty))
          .map((difficulty) => [difficulty, this.#regionsOf(`difficulty ${difficulty}`)] as const),
      ),
      edited: { px: this.#editedPx, share: this.#pixels === 0 ? 0 : this.#editedPx / this.#pixels },
      lead_time_s: leadTimes(this.#leadTimesS),
      label_confusion: [...this.#confusion.values()],
      calibration: { bins, error: calibrationError(bins), regions: this.#calibration.count },
      over_time: this.#dayRecords(),
      problems: this.#problems,
    };
  }

  #regionsOf(group: string): RegionChanges {
    return this.#regions.get(group) ?? noRegions;
  }

  #addAnnotation({ annotator, leadTimeS, predicted, counts }: AnnotationOutcome): void {
    if (leadTimeS !== null) this.#leadTimesS.push(leadTimeS);
    if (annotator === null) return;
    const tally = this.#annotators.get(annotator) ?? newTally();
    this.#annotators.set(annotator, tally);
    tally.images++;
    tally.regions = sumChanges([tally.regions, counts]);
    if (predicted !== null) tally.predicted.add(predicted);
    if (leadTimeS !== null) tally.leadTimesS.push(leadTimeS);
  }

  #addConfusion({ confusion }: CaseOutcome): void {
    for (const { truth, predicted, areaPx } of confusion) {
      const key = JSON.stringify([truth, predicted]);
      const cell = this.#confusion.get(key) ?? { truth, predicted, area_px: 0 };
      cell.area_px += areaPx;
      this.#confusion.set(key, cell);
    }
  }

  #addDay({ completed_at, predicted }: ImageRecord): void {
    if (completed_at === null || predicted === undefined) return;
    const day = completed_at.slice(0, 10);
    const sums = this.#days.get(day) ?? { images: 0, mIoU: 0 };
    this.#days.set(day, { images: sums.images + 1, mIoU: sums.mIoU + predicted.mIoU });
  }

  #summary(): Summary {
    const means = (isIn?: (image: number) => boolean) =>
      this.#perStage((table) => {
        const mean = table.mean(isIn);
        return mean && measuresOf(mean);
      });
    return {
      ...means(),
      by_difficulty: this.#perDifficulty(means),
      weighted: this.#perStage((table) => {
        const mean = table.mean();
        return mean && weightedMeasuresOf(mean);
      }),
      further: this.#perStage((table) => table.mean()?.further),
    };
  }

  #intervals(): Intervals {
    const intervals = (isIn?: (image: number) => boolean) =>
      this.#perStage((table) => measureIntervals(table.comparable(isIn)));
    return { ...intervals(), by_difficulty: this.#perDifficulty(intervals) };
  }

  #gains(): Record<string, Gain> {
    const entries = comparedStages.flatMap(([from, to]) => {
      const [before, after] = [this.#stages.get(from), this.#stages.get(to)];
      const gain = before && after && this.#gain(before, after);
      return gain === undefined ? [] : [[`${to}_over_${from}`, gain] as const];
    });
    return Object.fromEntries(entries);
  }

  #gain(before: RecordTable, after: RecordTable): Gain | undefined {
    return gainOf(after.changesSince(before), (image) => this.#difficulties[image] ?? null);
  }

  /** For each stage that any image has. */
  #perStage<Value>(value: (table: RecordTable) => Value | undefined): PerStage<Value> {
    const entries = evaluatedStages.flatMap((stage) => {
      const table = this.#stages.get(stage);
      const found = table && value(table);
      return found === undefined ? [] : [[stage, found] as const];
    });
    return Object.fromEntries(entries);
  }

  /** For each class that any image has. */
  #perDifficulty<Value>(value: (isIn: (image: number) => boolean) => Value) {
    const entries = difficulties
      .filter((difficulty) => this.#difficulties.includes(difficulty))
      .map((difficulty) => [difficulty, value((image) => this.#difficulties[image] === difficulty)] as const);
    return Object.fromEntries(entries);
  }

  #versionRecords(): Record<string, VersionRecord> {
    const entries = [...this.#versions].flatMap(([version, table]) => {
      const [mean, intervals] = [table.mean(), measureIntervals(table.comparable())];
      const regions = this.#regionsOf(`version ${version}`);
      return mean && intervals ? [[version, { predicted: measuresOf(mean), intervals, regions }] as const] : [];
    });
    return Object.fromEntries(entries);
  }

  #versionChanges(): { from: string; to: string; change: Gain }[] {
    const versions = [...this.#versions];
    return versions.slice(1).flatMap(([to, after], index) => {
      const [from, before] = versions[index] ?? ['', after];
      const change = this.#gain(before, after);
      return change === undefined ? [] : [{ from, to, change }];
    });
  }

  #annotatorRecords(): Record<string, AnnotatorRecord> {
    const entries = [...this.#annotators].map(([name, { images, predicted, leadTimesS, regions }]) => {
      const mean = predicted.mean();
      const measured = mean ? measuresOf(mean) : null;
      return [name, { images, predicted: measured, lead_time_s: leadTimes(leadTimesS), regions }] as const;
    });
    return Object.fromEntries(entries);
  }

  #dayRecords(): DayRecord[] {
    return [...this.#days]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, { images, mIoU }]) => ({ day, images, mIoU: mIoU / images }));
  }
}

const noRegions: RegionChanges = { accepted: 0, edited: 0, rejected: 0, drawn: 0 };

function newTally(): AnnotatorTally {
  return { images: 0, predicted: new RecordMeans(), leadTimesS: [], regions: noRegions };
}

function tableOf<Key>(tables: Map<Key, RecordTable>, key: Key): RecordTable {
  const table = tables.get(key) ?? new RecordTable();
  tables.set(key, table);
  return table;
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

function leadTimes(seconds: readonly number[]): LeadTimes | null {
  const [mean, median] = [meanOf(seconds), medianOf(seconds)];
  return mean === undefined || median === undefined ? null : { mean, median, annotations: seconds.length };
}
