import { seededRandom } from '../core/seeded-random.js';
import type { Difficulty } from '../metrics/difficulty.js';
import { difficulties } from '../metrics/difficulty.js';
import type { MeasureName, Measures } from '../metrics/region-measures.js';
import { measureNames } from '../metrics/region-measures.js';
import type { Interval, PairedTest } from '../metrics/statistics.js';
import { bootstrapIntervals, meanOf, signFlipTest } from '../metrics/statistics.js';

/** One seed for all resampling: the same annotations give the same report. */
const seed = 20240923;

/** The part of a record that intervals and tests are made for. */
export type ComparableRecord = Measures & { readonly boundary: Measures };

export type MeasureIntervals = Readonly<Record<MeasureName, Interval>> & {
  readonly boundary: Readonly<Record<MeasureName, Interval>>;
};

/** How a measure changes between two stages or versions on the same images. */
export interface MeasureChange {
  readonly difference: number;
  readonly interval: Interval;
  readonly p_value: number;
  readonly significant: boolean;
}

export type MeasureChanges = Readonly<Record<MeasureName, MeasureChange>> & {
  readonly boundary: Readonly<Record<MeasureName, MeasureChange>>;
  readonly images: number;
  /** So few images that no change can be significant. */
  readonly too_few: boolean;
};

/** A change with its classes of difficulty apart. */
export type Gain = MeasureChanges & {
  readonly by_difficulty: Readonly<Partial<Record<Difficulty, MeasureChanges>>>;
};

/** Two measurements of one image. */
export interface RecordPair {
  readonly difficulty: Difficulty | null;
  readonly from: ComparableRecord;
  readonly to: ComparableRecord;
}

/** Bootstrap 95 % intervals of the means over images; undefined without images. */
export function measureIntervals(records: readonly ComparableRecord[]): MeasureIntervals | undefined {
  if (records.length === 0) return undefined;
  const intervals = bootstrapIntervals(records.map(flatten), seededRandom(seed));
  return unflatten(intervals) as MeasureIntervals;
}

/** Paired changes from one measurement to another; undefined without images. */
export function measureChanges(pairs: readonly Omit<RecordPair, 'difficulty'>[]): MeasureChanges | undefined {
  if (pairs.length === 0) return undefined;
  const random = seededRandom(seed);
  const rows = pairs.map(({ from, to }) => {
    const before = flatten(from);
    return flatten(to).map((value, column) => value - (before[column] ?? 0));
  });
  const intervals = bootstrapIntervals(rows, random);
  const tests: PairedTest[] = [];
  const changes = intervals.map((interval, column): MeasureChange => {
    const differences = rows.map((row) => row[column] ?? 0);
    const test = signFlipTest(differences, random);
    tests.push(test);
    return {
      difference: meanOf(differences) ?? 0,
      interval,
      p_value: test.pValue,
      significant: test.significant,
    };
  });
  const tooFew = tests[0]?.tooFew ?? true;
  return { ...(unflatten(changes) as MeasureChanges), images: pairs.length, too_few: tooFew };
}

export function gainOf(pairs: readonly RecordPair[]): Gain | undefined {
  const all = measureChanges(pairs);
  if (all === undefined) return undefined;
  const classes = difficulties.flatMap((difficulty) => {
    const changes = measureChanges(pairs.filter((pair) => pair.difficulty === difficulty));
    return changes === undefined ? [] : [[difficulty, changes] as const];
  });
  return { ...all, by_difficulty: Object.fromEntries(classes) };
}

function flatten(record: ComparableRecord): number[] {
  return [...measureNames.map((name) => record[name]), ...measureNames.map((name) => record.boundary[name])];
}

function unflatten(values: readonly unknown[]): unknown {
  const named = (offset: number): Record<string, unknown> =>
    Object.fromEntries(measureNames.map((name, index) => [name, values[offset + index]]));
  return { ...named(0), boundary: named(measureNames.length) };
}
