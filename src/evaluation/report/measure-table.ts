import { type EvaluatedStage, evaluatedStages } from '../../annotations/evaluation-case.js';
import type { FurtherMeasures } from '../../metrics/measure-masks.js';
import { type MeasureName, measureNames } from '../../metrics/region-measures.js';
import type { EvaluationFigures } from '../evaluation.js';
import { percent } from './figures.js';
import { type Html, html, scrollTable } from './html.js';

/** What stages are called in the report. */
export const stageNames: Readonly<Record<EvaluatedStage, string>> = {
  predicted: 'predicted',
  sam: 'SAM+',
  removed: 'masks removed',
  boosted: 'boosted',
};

/** What each measure means, in one sentence. */
const meanings: Readonly<Record<MeasureName, string>> = {
  mIoU: 'Mean overlap (intersection over union) of every mask that has to do with a material, averaged over materials and images.',
  mRecall: 'Of the pixels of a material, the share that its masks cover.',
  mPrecision: 'Of the pixels of the masks, the share that lies in their material.',
  mFPR: 'How much masks overlap a material that a better mask stands for already: small is good, 0 means one mask per material.',
  best_iou: 'Overlap of each material with the one mask that fits it best, whatever else was predicted.',
};

const furtherMeanings: Readonly<Record<keyof FurtherMeasures, readonly [name: string, meaning: string]>> = {
  dice: ['Dice', 'Twice the overlap over the sum of both areas, for the mask that fits best.'],
  panoptic_quality: ['panoptic quality', 'Overlap of the materials that were found, times their F1 score.'],
  segmentation_quality: [
    '· segmentation quality',
    'Mean overlap of the materials that were found (IoU above one half).',
  ],
  recognition_quality: ['· recognition quality', 'F1 score of finding materials.'],
  objective: ['Objective 1', 'Sum of the overlaps of one mask per material, less a tenth for every mask.'],
  splits: ['splits', 'Masks beyond the first that a material is cut into, per image.'],
  merges: ['merges', 'Materials beyond the first that a mask takes in, per image.'],
  adapted_rand_error: [
    'adapted Rand error',
    'Share of pixel pairs that are together in one partition only: 0 is perfect.',
  ],
  split_bits: ['variation: split', 'Bits needed to tell into which masks a material was cut: 0 is perfect.'],
  merge_bits: ['variation: merge', 'Bits needed to tell which materials a mask took in: 0 is perfect.'],
};

const shares = new Set<string>(['dice', 'panoptic_quality', 'segmentation_quality', 'recognition_quality']);

/** All measures of all stages with their intervals and meanings. */
export function measureTable(evaluation: EvaluationFigures): Html {
  const stages = evaluatedStages.filter((stage) => evaluation.summary[stage] !== undefined);
  const names = Object.keys(furtherMeanings) as (keyof FurtherMeasures)[];
  return scrollTable(
    ['Measure', ...stages.map((stage) => stageNames[stage]), 'Meaning'],
    [
      ...measureNames.map((name) => plainRow(evaluation, stages, name, false)),
      ...measureNames.map((name) => plainRow(evaluation, stages, name, true)),
      ...measureNames.map((name) => weightedRow(evaluation, stages, name)),
      ...names.map((name) => furtherRow(evaluation, stages, name)),
    ],
    'measures',
  );
}

function plainRow(
  { summary, intervals }: EvaluationFigures,
  stages: readonly EvaluatedStage[],
  name: MeasureName,
  isBoundary: boolean,
): Html {
  const cells = stages.map((stage) => {
    const [record, interval] = [summary[stage], intervals[stage]];
    const value = (isBoundary ? record?.boundary : record)?.[name] ?? 0;
    const [low, high] = (isBoundary ? interval?.boundary : interval)?.[name] ?? [value, value];
    return html`<td class="n">
      ${percent(value)} <small>${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}</small>
    </td>`;
  });
  const meaning = isBoundary ? `The same near outlines: within 2 % of the image's diagonal.` : meanings[name];
  return html`<tr>
    <th>${isBoundary ? `boundary ${name}` : name}</th>
    ${cells}
    <td class="meaning">${meaning}</td>
  </tr>`;
}

function weightedRow({ summary }: EvaluationFigures, stages: readonly EvaluatedStage[], name: MeasureName): Html {
  const cells = stages.map((stage) => html`<td class="n">${percent(summary.weighted[stage]?.[name] ?? 0)}</td>`);
  return html`<tr>
    <th>weighted ${name}</th>
    ${cells}
    <td class="meaning">The same, easy labels counting ten times as much as hard ones.</td>
  </tr>`;
}

function furtherRow(
  { summary }: EvaluationFigures,
  stages: readonly EvaluatedStage[],
  name: keyof FurtherMeasures,
): Html {
  const [title, meaning] = furtherMeanings[name];
  const cells = stages.map((stage) => {
    const value = summary.further[stage]?.[name] ?? null;
    const text = value === null ? 'masks overlap' : shares.has(name) ? percent(value) : value.toFixed(3);
    return html`<td class="n">${text}</td>`;
  });
  return html`<tr>
    <th>${title}</th>
    ${cells}
    <td class="meaning">${meaning}</td>
  </tr>`;
}
