import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { calibrate } from '../src/booster/confidence.js';
import { points } from '../src/evaluation/report/figures.js';
import { fitConfidence } from '../src/learning/training/fit-confidence.js';
import { calibrationBins, calibrationError, type ScoredOutcome } from '../src/metrics/calibration.js';
import { difficulties } from '../src/metrics/difficulty.js';
import { type Interval, meanOf } from '../src/metrics/statistics.js';
import { boosterRows, paperGains } from './booster-rows.js';
import { type ComparedRow, compareRows, ofClass } from './comparisons.js';
import type { ImageRecord } from './image-record.js';
import { calibrationFigure, differencesFigure } from './plots.js';
import { chosenCountRow, referenceRow, systemRows, unboostedRow } from './rows.js';
import { type ScoreName, scoreNames } from './scores.js';

const tokensRow = "k-means on the encoder's tokens";

/** Writes the page and, beside it in `pictures/`, its plots. */
export async function writeReport(path: string, version: string, records: readonly ImageRecord[]): Promise<void> {
  const pictures = join(dirname(path), 'pictures');
  await mkdir(pictures, { recursive: true });
  const classes = difficulties.filter((difficulty) => ofClass(records, difficulty).length > 0);
  const perClass = classes.map((difficulty) => {
    const images = ofClass(records, difficulty);
    const names = systemRows.map(({ name }) => name);
    return { difficulty, images, rows: compareRows(images, 'system', names, referenceRow) };
  });
  for (const { difficulty, rows } of perClass) {
    const figure = differencesFigure(`boosted minus each row, difficulty ${difficulty}`, rows, referenceRow);
    await writeFile(join(pictures, `ablation-${difficulty}.svg`), figure);
  }
  const outcomes = records.flatMap(({ confidences }) => confidences);
  await writeFile(join(pictures, 'ablation-confidence.svg'), calibrationFigure(calibrationBins(outcomes)));
  const text = [
    introduction(version, records),
    ...perClass.map(({ difficulty, images, rows }) => systemSection(difficulty, images, rows)),
    countSection(records),
    boosterSection(records),
    confidenceSection(records),
    timeSection(records),
  ].join('\n\n');
  const options = await resolveConfig(path, { config: await configPath() });
  await writeFile(path, await format(text, { ...options, parser: 'markdown' }));
}

/** The repository's own style, wherever the page is written. */
async function configPath(): Promise<string> {
  await readFile('package.json');
  return '.prettierrc.json';
}

function introduction(version: string, records: readonly ImageRecord[]): string {
  return `# What each part of the system is worth

Measured by \`npm run ablation\` on ${records.length} simulated micrographs with ${version}. The generator ran once per image; every row starts from the
masks that it found. The number of materials is given but where a row says otherwise; pixels of unknown truth count for nothing. In
brackets: the row "${referenceRow}" minus this row in points with its 95 % interval, a paired bootstrap over the images (of mFPR, a negative
difference is a gain). Measures: equations 3 to 6 of the paper; the boundary twin of mIoU takes pixels within 2 % of the diagonal of an outline.`;
}

function systemSection(difficulty: number, images: readonly ImageRecord[], rows: readonly ComparedRow[]): string {
  const recall = meanOf(images.map(({ pieceRecall }) => pieceRecall)) ?? 0;
  const groups = [...new Set(systemRows.map(({ group }) => group))];
  const lines = groups.flatMap((group) => [
    `| _${group}_ | | | | | |`,
    ...systemRows
      .filter((row) => row.group === group)
      .flatMap(({ name }) => rows.filter((row) => row.name === name).map(tableLine)),
  ]);
  return `## Difficulty ${difficulty} (${images.length} images)

SAM+'s best mask per true connected piece: IoU ${recall.toFixed(3)} on average.

| row | masks | ${scoreNames.join(' | ')} |
| --- | --- | ${scoreNames.map(() => '---').join(' | ')} |
${lines.join('\n')}

![Difference of mIoU between the boosted result and each row](pictures/ablation-${difficulty}.svg)`;
}

function tableLine(row: ComparedRow): string {
  const cells = scoreNames.map((score) => {
    const { mean, interval } = row.differences[score];
    const value = row.means[score].toFixed(3);
    return row.name === referenceRow ? `**${value}**` : `${value} (${points(mean)} ${bracketed(interval)})`;
  });
  return `| ${row.name} | ${row.masks.toFixed(1)} | ${cells.join(' | ')} |`;
}

function bracketed([low, high]: Interval): string {
  return `[${points(low)}, ${points(high)}]`;
}

function countSection(records: readonly ImageRecord[]): string {
  const lines = difficulties.map((difficulty) => {
    const images = ofClass(records, difficulty);
    const right = images.filter(({ chosen, materials }) => chosen === materials).length;
    const gains = [unboostedRow, tokensRow].map((name) => {
      const [row] = compareRows(images, 'system', [name], chosenCountRow);
      return row === undefined || images.length === 0 ? '–' : gainCells(row);
    });
    return `| ${difficulty} | ${right} of ${images.length} | ${gains.join(' | ')} |`;
  });
  return `## When nobody gives the number of materials

The boosted result with the number chosen per image, minus SAM+ and minus clustered tokens (which are given the number).

| difficulty | right number | minus SAM+: mIoU, mFPR | minus k-means on tokens: mIoU, mFPR |
| --- | --- | --- | --- |
${lines.join('\n')}

By the number of materials that an image truly shows:

| materials | images | right number | too few, too many | best IoU, number chosen | best IoU, number given |
| --- | --- | --- | --- | --- | --- |
${numberLines(records).join('\n')}`;
}

function numberLines(records: readonly ImageRecord[]): string[] {
  const numbers = [...new Set(records.map(({ materials }) => materials))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const images = records.filter(({ materials }) => materials === number);
    const count = (holds: (chosen: number) => boolean): number => images.filter(({ chosen }) => holds(chosen)).length;
    const iou = (row: string): string =>
      (meanOf(images.flatMap(({ system }) => system[row]?.['best IoU'] ?? [])) ?? 0).toFixed(3);
    const right = count((chosen) => chosen === number);
    const wrong = `${count((chosen) => chosen < number)}, ${count((chosen) => chosen > number)}`;
    const cells = [number, images.length, right, wrong, iou(chosenCountRow), iou(referenceRow)];
    return `| ${cells.join(' | ')} |`;
  });
}

function gainCells({ differences }: ComparedRow): string {
  const cell = (score: ScoreName): string =>
    `${points(differences[score].mean)} ${bracketed(differences[score].interval)}`;
  return `${cell('mIoU')}, ${cell('mFPR')}`;
}

function boosterSection(records: readonly ImageRecord[]): string {
  const lines = difficulties.flatMap((difficulty, index) => {
    const images = ofClass(records, difficulty);
    const gainOver = (from: string, to: string): string => {
      const [row] = compareRows(images, 'booster', [from], to);
      return row === undefined || images.length === 0 ? '–' : gainCells(row);
    };
    const { unboosted, removal, merging, both, cropsAlone, verbatim } = boosterRows;
    const means = compareRows(images, 'booster', [unboosted, both], both);
    const paper = `${points((paperGains.mIoU[index] ?? 0) / 100)}, ${points((paperGains.mFPR[index] ?? 0) / 100)}`;
    const value = (row: ComparedRow | undefined): string =>
      row === undefined ? '–' : `${row.means.mIoU.toFixed(3)}, ${row.means.mFPR.toFixed(3)}`;
    return [
      `| ${difficulty} | ${value(means[0])} | ${value(means[1])} | ${gainOver(unboosted, both)} | ${paper} | ${gainOver(unboosted, removal)} | ${gainOver(unboosted, merging)} | ${gainOver(removal, both)} | ${gainOver(cropsAlone, both)} | ${gainOver(verbatim, both)} |`,
    ];
  });
  return `## The booster by itself

On mask sets made from the truth as vanilla SAM errs (\`ablation/erring-masks.ts\` says how, seeded): pieces cut at defects and shading, parents over
children, near duplicates, scraps, missed pieces, ragged edges. Each cell: mIoU, mFPR; gains in points with their 95 % intervals; the paper's
are of SAM-I-Am minus SAM+ (ViT-L) on 82 annotated micrographs.

| difficulty | unboosted | boosted | gain | the paper's gain | removal alone | merging alone | merging after removal | tokens and gap filling | ours minus verbatim rules |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}`;
}

/** Curves are judged on images that they were not fitted on: two halves, each by the other's curve. */
function confidenceSection(records: readonly ImageRecord[]): string {
  const raw = records.flatMap(({ confidences }) => confidences);
  const halves = [0, 1].map((half) =>
    records.filter((_, index) => index % 2 === half).flatMap(({ confidences }) => confidences),
  );
  const crossed = halves.flatMap((outcomes, half) => {
    const curve = fitConfidence(halves[1 - half] ?? []);
    return outcomes.map(({ score, iou }): ScoredOutcome => ({ score: calibrate(score, curve), iou }));
  });
  const error = (outcomes: readonly ScoredOutcome[]): string => calibrationError(calibrationBins(outcomes)).toFixed(3);
  return `## Confidence

A material's score is vote margin × predicted IoU × stability, averaged over the area of its masks; a prediction's is the mean of its materials',
weighted by area. Expected calibration error against the best IoU: ${error(raw)} as it is, ${error(crossed)} by a curve fitted on the other half of
the images. Rank correlation of score and IoU over ${raw.length} materials: ${rankCorrelation(raw).toFixed(2)}.

![IoU over score](pictures/ablation-confidence.svg)

The curve over all images, for \`confidence\` in \`src/pipeline/pipeline-parameters.ts\` (to be taken from the validation set only):
\`${JSON.stringify(fitConfidence(raw))}\``;
}

/** Spearman's; equal values share a rank. */
function rankCorrelation(outcomes: readonly ScoredOutcome[]): number {
  const ranks = (values: readonly number[]): number[] =>
    values.map(
      (value) =>
        values.filter((other) => other < value).length + (values.filter((other) => other === value).length - 1) / 2,
    );
  const [x, y] = [ranks(outcomes.map(({ score }) => score)), ranks(outcomes.map(({ iou }) => iou))];
  const mean = (outcomes.length - 1) / 2;
  const sum = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((total, value, index) => total + (value - mean) * ((b[index] ?? 0) - mean), 0);
  return sum(x, y) / (Math.sqrt(sum(x, x) * sum(y, y)) || 1);
}

function timeSection(records: readonly ImageRecord[]): string {
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const generator = median(records.map(({ milliseconds }) => milliseconds.generator));
  const booster = median(records.map(({ milliseconds }) => milliseconds.booster));
  return `## Time

Median wall time on the machine of this run: generator ${generator.toFixed(0)} ms, booster (removal and merging) ${booster.toFixed(0)} ms.`;
}
