import type { AccuracyAnswer } from '../../backend/api/project-schemas.js';
import { type RegionChanges, sumChanges } from '../../core/region-changes.js';

/** The measures of one annotation. */
export type AccuracyEntry = AccuracyAnswer['annotations'][number];

/** Mean accuracy with a 95 % interval; `low` and `high` are the mean where one annotation is all there is. */
export interface MeanAccuracy {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const quantiles = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13];
const normalQuantile = 1.96;

/** The mean of shares, with the interval of Student's t, kept within [0, 1]. */
export function meanAccuracy(values: readonly number[]): MeanAccuracy {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  if (count < 2) return { mean, low: mean, high: mean, count };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = (quantiles[count - 2] ?? normalQuantile) * Math.sqrt(variance / count);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half), count };
}

/** The mean accuracy of one model version. */
export interface VersionAccuracy extends MeanAccuracy {
  readonly version: string;
  readonly regions: RegionChanges;
}

/** By the version that predicted, in the order in which versions came. */
export function accuracyByVersion(entries: readonly AccuracyEntry[]): VersionAccuracy[] {
  const groups = new Map<string, AccuracyEntry[]>();
  for (const entry of inOrder(entries)) {
    groups.set(entry.modelVersion, [...(groups.get(entry.modelVersion) ?? []), entry]);
  }
  return [...groups].map(([version, group]) => ({
    version,
    regions: sumChanges(group.map(({ regions }) => regions)),
    ...meanAccuracy(group.map(iouOf)),
  }));
}

/** The one figure by which annotations are shown and sorted: 0 to 1. */
export function iouOf({ measures }: AccuracyEntry): number {
  return measures.best_iou;
}

/** As they were made, the oldest first. */
export function inOrder(entries: readonly AccuracyEntry[]): AccuracyEntry[] {
  return [...entries].sort((a, b) => a.at.localeCompare(b.at));
}

/** Those that fit worst, at most so many. */
export function worstFirst(entries: readonly AccuracyEntry[], most: number): AccuracyEntry[] {
  return [...entries].sort((a, b) => iouOf(a) - iouOf(b)).slice(0, most);
}

/** Where, in order of time, another version than before predicted: indices of the first annotations of each but the first. */
export function versionChanges(entries: readonly AccuracyEntry[]): number[] {
  const versions = inOrder(entries).map(({ modelVersion }) => modelVersion);
  return [...versions.keys()].slice(1).filter((index) => versions[index] !== versions[index - 1]);
}

/** Mean of the last few annotations at each of them, oldest first. */
export function runningMeans(entries: readonly AccuracyEntry[], last: number): MeanAccuracy[] {
  const values = inOrder(entries).map(iouOf);
  return values.map((_, index) => meanAccuracy(values.slice(Math.max(0, index + 1 - last), index + 1)));
}
