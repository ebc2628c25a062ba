import { type EvaluatedStage, evaluatedStages, type EvaluationCase } from '../annotations/evaluation-case.js';
import { csvLine } from '../core/csv-line.js';
import type { CaseOutcome } from './evaluate-case.js';

const regionColumns = [
  ...['image', 'file', 'difficulty', 'annotator', 'region', 'label', 'label_difficulty', 'origin'],
  ...['area_px', 'edited_px', 'material_px'],
] as const;

const stageColumns = ['involved', 'mean_iou', 'best_iou', 'best_dice', 'boundary_best_iou'] as const;

/** The first line of `regions.csv`. Stage columns tell how the region's material, that is all regions of its label, was matched. */
export function regionsHeader(): string {
  return csvLine([
    ...regionColumns,
    ...evaluatedStages.flatMap((stage) => stageColumns.map((column) => `${stage}_${column}`)),
  ]);
}

/** One line per ground-truth region of a case; columns of stages that were not measured stay empty. */
export function regionLines(evaluated: EvaluationCase, { materials, traced }: CaseOutcome): string[] {
  const [{ regions, annotator }] = evaluated.annotations;
  return regions.map(({ id, label, mask }, index) => {
    const material = materials.find((each) => each.label === label);
    const { origin, editedPx } = traced.regions[index] ?? { origin: '', editedPx: '' };
    const figures = (stage: EvaluatedStage): (string | number)[] => {
      const found = material?.stages[stage];
      const plain = found?.measured.materials[found.index];
      const boundary = found?.measured.boundaryMaterials[found.index];
      if (plain === undefined || boundary === undefined) return stageColumns.map(() => '');
      return [plain.involved, plain.meanIou, plain.bestIou, plain.bestDice, boundary.bestIou];
    };
    const materialPx = regions
      .filter((other) => other.label === label)
      .reduce((sum, other) => sum + other.mask.areaPx, 0);
    return csvLine([
      ...[evaluated.id, evaluated.file, evaluated.difficulty ?? '', annotator ?? '', id, label],
      ...[material?.difficulty ?? '', origin, mask.areaPx, editedPx, materialPx],
      ...evaluatedStages.flatMap(figures),
    ]);
  });
}
