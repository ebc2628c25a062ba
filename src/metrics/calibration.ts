/** A predicted region: its score, and how good it turned out to be. Both in [0, 1]. */
export interface ScoredOutcome {
  readonly score: number;
  /** Best IoU with a ground truth. */
  readonly iou: number;
}

/** Masks whose scores lie in one tenth, and how well they really fit. */
export interface CalibrationBin {
  /** Scores from `from` on, below `to` (the last bin takes 1 too). */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanScore: number;
  readonly meanIou: number;
}

const binCount = 10;

/** How well scores foretell IoU: means in ten bins of the score. Only sums are kept. */
export class CalibrationBins {
  readonly #bins = Array.from({ length: binCount }, () => ({ count: 0, score: 0, iou: 0 }));

  add({ score, iou }: ScoredOutcome): void {
    const bin = this.#bins[Math.max(0, Math.min(binCount - 1, Math.floor(score * binCount)))];
    if (bin === undefined) return;
    bin.count++;
    bin.score += score;
    bin.iou += iou;
  }

  /** Regions in all bins. */
  get count(): number {
    return this.#bins.reduce((sum, { count }) => sum + count, 0);
  }

  /** Those that are not empty. */
  filled(): CalibrationBin[] {
    return this.#bins.flatMap(({ count, score, iou }, index) => {
      if (count === 0) return [];
      const range = { from: index / binCount, to: (index + 1) / binCount };
      return [{ ...range, count, meanScore: score / count, meanIou: iou / count }];
    });
  }
}

/** The bins of outcomes that are at hand all at once. */
export function calibrationBins(outcomes: readonly ScoredOutcome[]): CalibrationBin[] {
  const bins = new CalibrationBins();
  for (const outcome of outcomes) bins.add(outcome);
  return bins.filled();
}

/** Expected calibration error: mean distance of score and IoU over the bins, weighted by their counts; 0 without outcomes. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, meanScore, meanIou }) => sum + (count * Math.abs(meanScore - meanIou)) / total, 0);
}
