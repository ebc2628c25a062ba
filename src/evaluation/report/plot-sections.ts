import { evaluatedStages } from '../../annotations/evaluation-case.js';
import { agreementNote, changesText, type RegionChanges } from '../../core/region-changes.js';
import { difficulties, type Difficulty } from '../../metrics/difficulty.js';
import type { Gain, MeasureChanges } from '../comparisons.js';
import type { EvaluationFigures } from '../evaluation.js';
import { calibrationPlot, dotPlot, type DotRow, histograms, shareBar, timePlot } from './charts.js';
import { count, percent, points } from './figures.js';
import { type Html, html, scrollTable } from './html.js';
import type { ImageOverview } from './image-overview.js';
import { stageNames } from './measure-table.js';

/** All plots for which there are figures, each with what it shows in words. */
export function plotSections(figures: EvaluationFigures, overview: ImageOverview): Html {
  return html`${gainSection(figures)}
    <h2>Accuracy</h2>
    <div class="pair">${difficultyFigure(figures)}${distributionFigure(overview)}</div>
    ${regionSection(figures)} ${timeSection(figures, overview)}`;
}

const shareAxis = { title: 'mIoU', domain: [0, 1], format: (value: number) => value.toFixed(1) } as const;

function figure(title: string, plot: Html, caption: string): Html {
  return html`<figure>
    <h3>${title}</h3>
    ${plot}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** What the booster gains over SAM+ on the same images, the paper's question. */
function gainSection({ gain }: EvaluationFigures): Html | null {
  const boosted = gain['boosted_over_sam'];
  if (boosted === undefined) return null;
  const steps: [string, Gain | undefined][] = [
    ['mask removal', gain['removed_over_sam']],
    ['mask merging', gain['boosted_over_removed']],
  ];
  return html`<h2>What the booster gains over SAM+</h2>
    <p>${gainSentence(boosted)}</p>
    <div class="pair">
      ${gainFigure('Gain in mIoU by difficulty', boosted, 'mIoU')}
      ${gainFigure('Change in mFPR by difficulty', boosted, 'mFPR')}
    </div>
    <p class="soft after">${stepSentence(steps)}</p>`;
}

function stepSentence(steps: readonly [string, Gain | undefined][]): string {
  const gains = steps.flatMap(([name, step]) =>
    step ? [`${name} ${points(step.mIoU.difference)} points of mIoU`] : [],
  );
  return gains.length === 0 ? '' : `Step by step: ${gains.join(', then ')}.`;
}

function gainSentence({ images, mIoU, too_few }: Gain): string {
  const [low, high] = mIoU.interval;
  const interval = `95 % interval ${points(low)} to ${points(high)}`;
  const certainty = too_few
    ? 'so few images that nothing can be said for certain'
    : mIoU.significant
      ? `p = ${mIoU.p_value.toPrecision(2)}`
      : `not significant, p = ${mIoU.p_value.toPrecision(2)}`;
  return `On ${images} images, boosted masks have ${points(mIoU.difference)} points of mIoU over SAM's automatic masks (${interval}; ${certainty}).`;
}

function gainFigure(title: string, gain: Gain, measure: 'mIoU' | 'mFPR'): Html {
  const classes: [string, MeasureChanges][] = [
    ['all images', gain],
    ...difficulties.flatMap((difficulty): [string, MeasureChanges][] => {
      const change = gain.by_difficulty[difficulty];
      return change === undefined ? [] : [[difficultyName(difficulty, change.images), change]];
    }),
  ];
  const rows = classes.map(([label, changes]): DotRow => {
    const { difference, interval } = changes[measure];
    const text = `${points(difference)} points (${points(interval[0])} to ${points(interval[1])})`;
    return { label, series: 's-boosted', value: 100 * difference, interval: scaled(interval), text };
  });
  const axis = { title: 'points', domain: spanOf(rows), format: (value: number) => String(value) };
  return figure(
    title,
    dotPlot(title, rows, axis),
    'Dots: means of the paired differences; bars: bootstrap 95 % intervals over images.',
  );
}

function difficultyFigure({ summary, intervals, regions, regions_by_difficulty }: EvaluationFigures): Html {
  const classes = difficulties.filter((difficulty) => summary.by_difficulty[difficulty] !== undefined);
  const rows = [undefined, ...classes].flatMap((difficulty) =>
    evaluatedStages.flatMap((stage): DotRow[] => {
      const record = difficulty === undefined ? summary[stage] : summary.by_difficulty[difficulty]?.[stage];
      const interval = (difficulty === undefined ? intervals : intervals.by_difficulty[difficulty])?.[stage]?.mIoU;
      if (record === undefined) return [];
      const where = difficulty === undefined ? 'all' : `class ${difficulty}`;
      const label = `${where}, ${stageNames[stage]}`;
      const counted = difficulty === undefined ? regions : regions_by_difficulty[difficulty];
      const text = stage === 'predicted' ? withChanges(percent(record.mIoU), counted) : percent(record.mIoU);
      return [{ label, series: `s-${stage}`, value: record.mIoU, interval: interval ?? null, text }];
    }),
  );
  const caption =
    classes.length === 0
      ? 'No image says how difficult it is: add a Choices control or a task field named difficulty with 1, 2 or 3.'
      : 'Class 1 is clear, class 3 has near-identical textures. Bars: bootstrap 95 % intervals.';
  const changed = classes.map((difficulty) => [`class ${difficulty}`, regions_by_difficulty[difficulty]] as const);
  const said = changeList([['all', regions], ...changed]);
  return figure('mIoU by difficulty', dotPlot('mIoU by difficulty', rows, shareAxis), `${caption}${said}`);
}

function distributionFigure({ distributions }: ImageOverview): Html {
  const rows = evaluatedStages.flatMap((stage) => {
    const counts = distributions[stage];
    return counts === undefined ? [] : [{ label: stageNames[stage], series: `s-${stage}`, counts }];
  });
  return figure(
    'Distribution over images',
    histograms('Distribution of mIoU', rows, 'mIoU'),
    'Number of images by their mIoU.',
  );
}

/** What became of the predicted regions, and which labels were mistaken for each other. */
function regionSection({ regions, edited, summary, label_confusion, calibration }: EvaluationFigures): Html | null {
  if (summary.predicted === undefined) return null;
  const parts = [
    { label: 'accepted unchanged', series: 's-accepted', value: regions.accepted },
    { label: 'edited', series: 's-edited', value: regions.edited },
    { label: 'deleted', series: 's-rejected', value: regions.rejected },
    { label: 'drawn by hand', series: 's-drawn', value: regions.drawn },
  ];
  const isTraced = parts.some(({ value }) => value > 0);
  const origins =
    isTraced &&
    html`<figure>
      <h3>Where regions come from</h3>
      ${shareBar('Regions by origin', parts)}
      <ul class="legend">
        ${parts.map(({ label, series, value }) => html`<li class="${series}"><span class="swatch"></span>${label}: ${value}</li>`)}
      </ul>
      <figcaption>
        Predicted regions that people kept, changed or removed, and those that they drew themselves. People changed the
        label of ${count(edited.px)} pixels, ${percent(edited.share)} of all. ${agreementNote}
      </figcaption>
    </figure>`;
  const scored =
    calibration.regions === 0
      ? null
      : figure(
          'Does the score tell the accuracy?',
          calibrationPlot('Calibration of the score', calibration.bins),
          `Mean best IoU of predicted regions over their score; on the dashed line a score is worth its number. Expected error: ${percent(calibration.error)}.`,
        );
  return html`<h2>Regions and labels</h2>
    <div class="pair">${origins}${scored}</div>
    ${confusionTable(label_confusion)}`;
}

function confusionTable(cells: EvaluationFigures['label_confusion']): Html {
  const truths = [...new Set(cells.map(({ truth }) => truth))];
  const named = [...new Set(cells.flatMap(({ predicted }) => predicted ?? []))].toSorted(
    (a, b) => (truths.indexOf(a) + 1 || Infinity) - (truths.indexOf(b) + 1 || Infinity),
  );
  const columns = [...named, null];
  const areaOf = (truth: string, predicted: string | null): number =>
    cells.find((cell) => cell.truth === truth && cell.predicted === predicted)?.area_px ?? 0;
  const row = (truth: string): Html => {
    const total = columns.reduce((sum, predicted) => sum + areaOf(truth, predicted), 0);
    return html`<tr>
      <th>${truth}</th>
      ${columns.map((predicted) => {
        const share = total === 0 ? 0 : areaOf(truth, predicted) / total;
        return html`<td class="heat" style="--share: ${(55 * share).toFixed(0)}%">${percent(share)}</td>`;
      })}
    </tr>`;
  };
  return html`<h3>Label confusion: pixels of each accepted label (rows) by predicted label</h3>
    ${scrollTable(['accepted as', ...columns.map((label) => label ?? 'not painted')], truths.map(row), 'heats')}`;
}

function timeSection(
  { over_time, versions, version_changes }: EvaluationFigures,
  { timeline }: ImageOverview,
): Html | null {
  const finished = timeline.map(({ file, completedAt, mIoU, regions }) => ({
    time: new Date(completedAt),
    value: mIoU,
    title: `${file}: ${withChanges(percent(mIoU), regions)}`,
  }));
  const named = Object.entries(versions);
  if (finished.length === 0 && named.length === 0) return null;
  const days = over_time.map(({ day, mIoU }) => ({ time: new Date(`${day}T12:00:00Z`), value: mIoU }));
  const rows = named.map(([version, { predicted, intervals, regions }]): DotRow => ({
    label: version,
    series: 's-predicted',
    value: predicted.mIoU,
    interval: intervals.mIoU,
    text: withChanges(`${percent(predicted.mIoU)} on ${predicted.images} images`, regions),
  }));
  const said = changeList(named.map(([version, { regions }]) => [version, regions]));
  return html`<h2>Over time and by model version</h2>
    <div class="pair">
      ${finished.length > 0 && figure('Accuracy over time', timePlot('mIoU over time', finished, days), 'Dots: images by the day on which people finished them; line: means of the days.')}
      ${rows.length > 0 && figure('By model version', dotPlot('mIoU by model version', rows, shareAxis), `mIoU of the newest prediction of each version. Bars: bootstrap 95 % intervals.${said}`)}
    </div>
    <ul>
      ${version_changes.map(({ from, to, change }) => html`<li>${changeSentence(from, to, change)}</li>`)}
    </ul>`;
}

/** A figure of what people were shown, and what they changed of it. */
function withChanges(figure: string, regions: RegionChanges | undefined): string {
  const changes = regions === undefined ? undefined : changesText(regions);
  return changes === undefined ? figure : `${figure}; ${changes}`;
}

/** What people changed, group by group, as the end of a caption. */
function changeList(groups: readonly (readonly [name: string, regions: RegionChanges | undefined])[]): string {
  const known = groups.flatMap(([name, regions]) => {
    const changes = regions === undefined ? undefined : changesText(regions);
    return changes === undefined ? [] : [`${name}: ${changes}`];
  });
  return known.length === 0 ? '' : ` What people changed: ${known.join('; ')}.`;
}

function changeSentence(from: string, to: string, { images, mIoU, too_few }: Gain): string {
  const verdict = too_few
    ? 'too few images to tell'
    : mIoU.significant
      ? `a significant change, p = ${mIoU.p_value.toPrecision(2)}`
      : `no significant change, p = ${mIoU.p_value.toPrecision(2)}`;
  return `From ${from} to ${to}: ${points(mIoU.difference)} points of mIoU on ${images} images (${verdict}).`;
}

function difficultyName(difficulty: Difficulty, images: number): string {
  return `class ${difficulty} (${images})`;
}

function scaled([low, high]: readonly [number, number]): readonly [number, number] {
  return [100 * low, 100 * high];
}

/** From the lowest to the highest end of any interval, zero included. */
function spanOf(rows: readonly DotRow[]): readonly [number, number] {
  const ends = rows.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  return [Math.min(0, ...ends), Math.max(1, ...ends)];
}
