import type { CasePrediction, ComputedStages, EvaluationCase } from '../../src/annotations/evaluation-case.js';
import { type Mask, maskFromBox } from '../../src/core/mask.js';
import { evaluateCase } from '../../src/evaluation/evaluate-case.js';
import type { Evaluation, ImageRecord } from '../../src/evaluation/evaluation.js';
import { EvaluationBuilder } from '../../src/evaluation/evaluation-builder.js';
import { ImageOverviewBuilder } from '../../src/evaluation/report/image-overview.js';
import { renderReport } from '../../src/evaluation/report/render-report.js';
import type { Difficulty } from '../../src/metrics/difficulty.js';

const size = 40;
const half = (x: number) => maskFromBox(size, size, { x, y: 0, width: size / 2, height: size });

/** A film of two halves whose interface was predicted so many columns too far to the right. */
export function filmCase(id: string, shift: number, more: Partial<EvaluationCase> = {}): EvaluationCase {
  const regions = [
    { id: `${id}-a`, label: 'STO', mask: half(0) },
    { id: `${id}-b`, label: 'Ge', mask: half(size / 2) },
  ];
  return {
    id,
    file: `${id}.png`,
    width: size,
    height: size,
    difficulty: null,
    annotations: [
      {
        id: `annotation-${id}`,
        annotator: 'ann@lab.example',
        completedAt: '2026-11-02T10:00:00Z',
        leadTimeS: 30,
        regions: regions.map((region) => ({ ...region, recordedOrigin: null })),
        prediction: filmPrediction(id, shift),
      },
    ],
    versions: [filmPrediction(id, shift)],
    isTraced: true,
    imageAddress: null,
    ...more,
  };
}

export function filmPrediction(id: string, shift: number, version = 'v1'): CasePrediction {
  const boxes = [
    { x: 0, y: 0, width: size / 2 + shift, height: size },
    { x: size / 2 + shift, y: 0, width: size / 2 - shift, height: size },
  ];
  return {
    id: `prediction-${id}`,
    version,
    regions: boxes.map((box, index) => ({
      id: `${id}-${index === 0 ? 'a' : 'b'}`,
      label: index === 0 ? 'STO' : 'Ge',
      mask: maskFromBox(size, size, box),
      score: 0.9,
    })),
  };
}

/** Masks of a film in pieces: what SAM might find. */
export function filmPieces(): Mask[] {
  return [0, 10, 20, 30].map((x) => maskFromBox(size, size, { x, y: 0, width: 10, height: size }));
}

export function filmHalves(): Mask[] {
  return [half(0), half(size / 2)];
}

/** An evaluation of films whose interfaces were missed by these columns. */
export function evaluateFilms(
  shifts: readonly number[],
  more: (index: number) => {
    difficulty?: Difficulty;
    stages?: ComputedStages;
    case?: Partial<EvaluationCase>;
  } = () => ({}),
): Evaluation {
  const builder = new EvaluationBuilder();
  const images = shifts.map((shift, index): ImageRecord => {
    const { difficulty, stages = {}, case: changes } = more(index);
    const evaluated = filmCase(String(index + 1), shift, { ...(difficulty && { difficulty }), ...changes });
    return builder.add(evaluated, evaluateCase(evaluated, stages, new Map([['Ge', 'hard']])));
  });
  return { source: 'films', images, ...builder.build() };
}

/** The report of an evaluation, without pictures. */
export function reportOf(figures: Evaluation, gate: readonly string[] = []): string {
  const overview = new ImageOverviewBuilder();
  for (const image of figures.images) overview.add(image);
  return renderReport({ title: figures.source, figures, overview: overview.build(), worst: [], best: [], gate });
}
