import { seededRandom } from '../src/core/seeded-random.js';
import type { Difficulty } from '../src/metrics/difficulty.js';
import { bootstrapIntervals, type Interval, meanOf } from '../src/metrics/statistics.js';
import type { ImageRecord, ImageScores } from './image-record.js';
import { type ScoreName, scoreNames } from './scores.js';

/** A row of a table for the images of one class: means, and the reference minus the row, image by image. */
export interface ComparedRow {
  readonly name: string;
  readonly masks: number;
  readonly means: Readonly<Record<ScoreName, number>>;
  readonly differences: Readonly<Record<ScoreName, { readonly mean: number; readonly interval: Interval }>>;
}

/** The whole pipeline against ground truth, or the booster alone on the same masks. */
export type Table = 'system' | 'booster';

/** The images of one difficulty. */
export function ofClass(records: readonly ImageRecord[], difficulty: Difficulty): ImageRecord[] {
  return records.filter((record) => record.difficulty === difficulty);
}

/** Compares rows with a reference over some images; paired bootstrap over the images, 95 %. */
export function compareRows(
  records: readonly ImageRecord[],
  table: Table,
  names: readonly string[],
  reference: string,
): ComparedRow[] {
  return names.map((name) => {
    const pairs = records.flatMap((record) => {
      const [row, other] = [record[table][name], record[table][reference]];
      return row === undefined || other === undefined ? [] : [{ row, other }];
    });
    const of = (scores: ImageScores, score: ScoreName): number => scores[score];
    const differences = pairs.map(({ row, other }) => scoreNames.map((score) => of(other, score) - of(row, score)));
    const intervals = bootstrapIntervals(Float64Array.from(differences.flat()), scoreNames.length, seededRandom(0));
    const perScore = <Value>(value: (score: ScoreName, index: number) => Value): Record<ScoreName, Value> =>
      Object.fromEntries(scoreNames.map((score, index) => [score, value(score, index)])) as Record<ScoreName, Value>;
    return {
      name,
      masks: meanOf(pairs.map(({ row }) => row.masks)) ?? 0,
      means: perScore((score) => meanOf(pairs.map(({ row }) => of(row, score))) ?? 0),
      differences: perScore((_, index) => ({
        mean: meanOf(differences.map((row) => row[index] ?? 0)) ?? 0,
        interval: intervals[index] ?? [0, 0],
      })),
    };
  });
}
