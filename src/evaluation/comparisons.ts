import { seededRandom } from '../core/seeded-random.js';
import { difficulties, type Difficulty } from '../metrics/difficulty.js';
import type { MeasureName } from '../metrics/region-measures.js';
import { bootstrapIntervals, type Interval, meanOf, type PairedTest, signFlipTest } from '../metrics/statistics.js';
import { comparableColumns, fromComparable } from './measures-record.js';
import type { ComparableRows } from './record-table.js';

/** One seed for all resampling: the same annotations give the same report. */
const seed = 20240923;

/** The interval of each measure, of whole masks and of their boundaries. */
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

/** How each measure differs between two evaluations of the same images. */
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

/** Bootstrap 95 % intervals of the means over images; undefined without images. */
export function measureIntervals(rows: ComparableRows): MeasureIntervals | undefined {
  if (rows.count === 0) return undefined;
  return fromComparable(bootstrapIntervals(rows.values(), comparableColumns, seededRandom(seed)));
}

/** What differences, one row for each image, come to; undefined without images. */
export function measureChanges(differences: ComparableRows): MeasureChanges | undefined {
  if (differences.count === 0) return undefined;
  const random = seededRandom(seed);
  const intervals = bootstrapIntervals(differences.values(), comparableColumns, random);
  const tests: PairedTest[] = [];
  const changes = intervals.map((interval, column) => {
    const ofMeasure = differences.column(column);
    const test = signFlipTest(ofMeasure, random);
    tests.push(test);
    return changeOf(ofMeasure, interval, test);
  });
  const tooFew = tests[0]?.tooFew ?? true;
  return { ...fromComparable(changes), images: differences.count, too_few: tooFew };
}

/** The same for one measure; undefined without images. */
export function measureChange(differences: Float64Array): (MeasureChange & { readonly too_few: boolean }) | undefined {
  const random = seededRandom(seed);
  const [interval] = bootstrapIntervals(differences, 1, random);
  if (interval === undefined) return undefined;
  const test = signFlipTest(differences, random);
  return { ...changeOf(differences, interval, test), too_few: test.tooFew };
}

function changeOf(differences: Float64Array, interval: Interval, { pValue, significant }: PairedTest): MeasureChange {
  return { difference: meanOf(differences) ?? 0, interval, p_value: pValue, significant };
}

/** Changes of all images, and of each class of difficulty apart. */
export function gainOf(
  differences: ComparableRows,
  difficultyOf: (image: number) => Difficulty | null,
): Gain | undefined {
  const all = measureChanges(differences);
  if (all === undefined) return undefined;
  const classes = difficulties.flatMap((difficulty) => {
    const changes = measureChanges(differences.filter((image) => difficultyOf(image) === difficulty));
    return changes === undefined ? [] : [[difficulty, changes] as const];
  });
  return { ...all, by_difficulty: Object.fromEntries(classes) };
}
