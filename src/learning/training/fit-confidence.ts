import type { ConfidenceCurve } from '../../booster/confidence.js';
import type { ScoredOutcome } from '../../metrics/calibration.js';

interface Block {
  readonly scores: readonly number[];
  readonly ious: readonly number[];
}

/** Outcomes are gathered into groups of at least this many before a curve is drawn through them. */
const leastPerPoint = 8;

/** The ascending curve nearest to the outcomes (pool adjacent violators), one point per group of scores. */
export function fitConfidence(outcomes: readonly ScoredOutcome[]): ConfidenceCurve {
  const sorted = outcomes.toSorted((a, b) => a.score - b.score);
  let blocks: Block[] = [];
  for (let start = 0; start < sorted.length; start += leastPerPoint) {
    // What is left at the end joins the last group.
    const end = sorted.length - start < 2 * leastPerPoint ? sorted.length : start + leastPerPoint;
    const group = sorted.slice(start, end);
    blocks = pooled(blocks, { scores: group.map(({ score }) => score), ious: group.map(({ iou }) => iou) });
    if (end === sorted.length) break;
  }
  return blocks.map(({ scores, ious }) => [rounded(mean(scores)), rounded(mean(ious))] as const);
}

/** A group that falls below the one before it joins it. */
function pooled(blocks: readonly Block[], next: Block): Block[] {
  const last = blocks.at(-1);
  if (last === undefined || mean(last.ious) <= mean(next.ious)) return [...blocks, next];
  const joined = { scores: [...last.scores, ...next.scores], ious: [...last.ious, ...next.ious] };
  return pooled(blocks.slice(0, -1), joined);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
