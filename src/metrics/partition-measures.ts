import { overlapAt, type OverlapTable } from './overlap-table.js';

/** How two partitions of the labelled pixels differ, names left aside. */
export interface PartitionMeasures {
  /** 1 − F1 of the Rand precision and recall over pairs of pixels (Arganda-Carreras et al., 2015), in [0, 1]. */
  readonly adaptedRandError: number;
  /** H(predicted | truth) in bits: materials cut apart (Meilă, 2007). */
  readonly splitBits: number;
  /** H(truth | predicted) in bits: materials run together. */
  readonly mergeBits: number;
}

/**
 * Compares the predicted partition with the true one over the pixels that the ground truths cover; those that no mask covers count
 * as one more predicted segment. Neither masks nor ground truths may overlap among themselves. Undefined without ground truth.
 */
export function comparePartitions(table: OverlapTable): PartitionMeasures | undefined {
  const cells = contingency(table);
  const total = sumOf(table.truthAreas);
  if (total === 0) return undefined;
  const segments = table.truthAreas.length === 0 ? [] : transpose(cells).map(sumOf);
  const squares = (values: readonly number[]): number => sumOf(values.map((value) => value * value));
  const both = squares(cells.flat());
  const [trueSquares, segmentSquares] = [squares(table.truthAreas), squares(segments)];
  // Pairs of different pixels only; single pixels make none.
  const [pairs, truePairs, segmentPairs] = [both - total, trueSquares - total, segmentSquares - total];
  const precision = segmentPairs > 0 ? pairs / segmentPairs : 1;
  const recall = truePairs > 0 ? pairs / truePairs : 1;
  const entropy = (values: readonly number[]): number =>
    sumOf(values.map((value) => (value > 0 ? -(value / total) * Math.log2(value / total) : 0)));
  const joint = entropy(cells.flat());
  return {
    adaptedRandError: precision + recall > 0 ? 1 - (2 * precision * recall) / (precision + recall) : 1,
    splitBits: Math.max(0, joint - entropy(table.truthAreas)),
    mergeBits: Math.max(0, joint - entropy(segments)),
  };
}

/** One row per ground truth: its overlap with each mask, and last what no mask covers. */
function contingency(table: OverlapTable): number[][] {
  return table.truthAreas.map((area, truth) => {
    const covered = table.maskAreas.map((_, mask) => overlapAt(table, mask, truth));
    return [...covered, area - sumOf(covered)];
  });
}

function transpose(rows: readonly (readonly number[])[]): number[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
