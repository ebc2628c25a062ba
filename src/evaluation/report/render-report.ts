import { type EvaluatedStage, evaluatedStages } from '../../annotations/evaluation-case.js';
import { agreementNote, changesText } from '../../core/region-changes.js';
import type { EvaluationFigures, ImageRecord } from '../evaluation.js';
import { primaryStage } from '../gate.js';
import { count, percent, seconds } from './figures.js';
import { differenceKinds, type GalleryImage } from './gallery.js';
import { type Html, html, scrollTable } from './html.js';
import type { ImageOverview } from './image-overview.js';
import { measureTable, stageNames } from './measure-table.js';
import { plotSections } from './plot-sections.js';
import { problemNote, problemSection } from './problem-section.js';
import { reportStyle } from './style.js';

/** What a report is made of. */
export interface ReportInput {
  /** What was measured. */
  readonly title: string;
  readonly figures: EvaluationFigures;
  readonly overview: ImageOverview;
  readonly worst: readonly GalleryImage[];
  readonly best: readonly GalleryImage[];
  /** Why the gate is closed; empty if it is open or none was asked for. */
  readonly gate: readonly string[];
}

/** `report.html`: one page without scripts or requests. */
export function renderReport(input: ReportInput): string {
  const { figures, overview, gate } = input;
  const title = `Accuracy: ${input.title}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${{ html: reportStyle }}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="soft">
            How good the predictions were, measured on what people accepted. ${problemNote(figures.problems)}
          </p>
          ${listBox('gate', 'The gate is closed', gate)}
          ${overview.images === 0 ? html`<p>Nothing could be measured.</p>` : sections(input)}
          ${problemSection(figures.problems)}
        </main>
      </body>
    </html>`;
  return `${page.html.replace(/\n\s+/g, '\n')}\n`;
}

function sections({ figures, overview, worst, best }: ReportInput): Html {
  return html`${headline(figures, overview)} ${plotSections(figures, overview)} ${annotatorSection(figures)}
    <h2>All measures</h2>
    <p class="soft">Means over images, with bootstrap 95 % intervals over images below. ${changesOf(figures)}</p>
    ${measureTable(figures)} ${gallery('The worst images', worst)} ${gallery('The best images', best)}
    ${imageTable(figures, overview)}`;
}

function changesOf({ regions }: EvaluationFigures): string {
  const changes = changesText(regions);
  return changes === undefined ? '' : `${changes}.`;
}

function headline(figures: EvaluationFigures, overview: ImageOverview): Html {
  const stage = primaryStage(figures);
  const record = stage && figures.summary[stage];
  if (stage === undefined || record === undefined)
    return html`<p>No image has a prediction that could be measured.</p>`;
  const interval = figures.intervals[stage]?.mIoU;
  const changes = changesText(figures.regions);
  const { accepted, edited, rejected } = figures.regions;
  const predicted = accepted + edited + rejected;
  const unmeasured = overview.images - record.images;
  const lead = figures.lead_time_s;
  const cards: [string, string][] = [
    [count(record.images), `images measured${unmeasured > 0 ? `, ${count(unmeasured)} more without prediction` : ''}`],
    [
      percent(record.mIoU),
      `mIoU ${stageNames[stage]}${interval ? `, ${interval.map((end) => (100 * end).toFixed(1)).join(' to ')}` : ''}`,
    ],
    [percent(record.best_iou), 'best IoU'],
    [percent(record.mFPR), 'mFPR, small is good'],
    ...(predicted > 0
      ? [[percent(accepted / predicted), 'of predicted regions accepted unchanged: agreement'] as [string, string]]
      : []),
    ...(predicted > 0 ? [[percent(figures.edited.share), 'of all pixels edited'] as [string, string]] : []),
    ...(lead ? [[seconds(lead.median), 'median lead time'] as [string, string]] : []),
  ];
  return html`<ul class="cards">
      ${cards.map(([figure, meaning]) => html`<li class="card"><b>${figure}</b><small>${meaning}</small></li>`)}
    </ul>
    ${changes !== undefined && html`<p class="soft"><strong>${changes}.</strong> ${agreementNote}</p>`}`;
}

function annotatorSection({ annotators, agreement }: EvaluationFigures): Html | null {
  const names = Object.entries(annotators);
  if (names.length === 0) return null;
  const rows = names.map(
    ([name, { images, predicted, lead_time_s, regions }]) =>
      html`<tr>
        <th>${name}</th>
        <td class="n">${images}</td>
        <td class="n">${predicted ? percent(predicted.mIoU) : '–'}</td>
        <td class="n">${predicted ? percent(predicted.best_iou) : '–'}</td>
        <td>${changesText(regions) ?? '–'}</td>
        <td class="n">${lead_time_s ? seconds(lead_time_s.median) : '–'}</td>
      </tr>`,
  );
  const ceiling =
    agreement === null
      ? html`No image has several annotators, so that their agreement is not known.`
      : html`Where several people annotated an image (${agreement.images}), their masks agree with each other at mIoU
        ${percent(agreement.mIoU)}, best IoU ${percent(agreement.best_iou)}: no machine can be expected to do better.`;
  return html`<h2>Annotators</h2>
    <p>${ceiling}</p>
    ${scrollTable(['Annotator', 'Images', 'mIoU of predictions', 'Best IoU', 'What they changed', 'Median lead time'], rows)}`;
}

function gallery(title: string, images: readonly GalleryImage[]): Html | null {
  if (images.length === 0) return null;
  const panel = ({ file, size }: GalleryImage, uri: string, caption: string): Html =>
    html`<div>
      <img src="${uri}" width="${size.width}" height="${size.height}" alt="${caption} of ${file}" />${caption}
    </div>`;
  const colour = (channels: readonly number[]): string => `--c: rgb(${channels.join(' ')})`;
  return html`<h2>${title}</h2>
    <ul class="legend">
      ${differenceKinds.map((kind) => html`<li><span class="swatch" style="${colour(kind.colour)}"></span>difference: ${kind.meaning}</li>`)}
    </ul>
    <div class="pair gallery">
      ${images.map(
        (image) =>
          html`<figure class="shot">
            <h3>
              ${image.file} ${image.id !== image.file && html`<small>#${image.id}</small>`} · mIoU
              ${percent(image.mIoU)}${changesText(image.regions) && html` <small>${changesText(image.regions)}</small>`}
            </h3>
            <div class="panels">
              ${panel(image, image.truth, 'ground truth')} ${panel(image, image.predicted, stageNames[image.stage])}
              ${panel(image, image.difference, 'difference')}
            </div>
            <ul class="legend">
              ${image.legend.map(({ label, colour: shown }) => html`<li><span class="swatch" style="${colour(shown)}"></span>${label}</li>`)}
            </ul>
          </figure>`,
      )}
    </div>`;
}

function imageTable(figures: EvaluationFigures, { images, worst }: ImageOverview): Html {
  const stages = evaluatedStages.filter((stage) => figures.summary[stage] !== undefined);
  const value = (image: ImageRecord, of: EvaluatedStage): string => (image[of] ? percent(image[of].mIoU) : '–');
  const rows = worst.map(
    (image) =>
      html`<tr>
        <td>${image.id}</td>
        <td>${image.file}</td>
        <td class="n">${image.difficulty ?? '–'}</td>
        ${stages.map((each) => html`<td class="n">${value(image, each)}</td>`)}
        <td class="n">
          ${image.regions.accepted} / ${image.regions.edited} / ${image.regions.rejected} / ${image.regions.drawn}
        </td>
        <td class="n">${percent(image.edited_share)}</td>
      </tr>`,
  );
  const shown = images > worst.length ? `the worst ${worst.length} of ${count(images)} images` : 'all images';
  const headings = [
    ...['Image', 'File', 'Difficulty'],
    ...stages.map((each) => stageNames[each]),
    ...['Accepted / edited / deleted / drawn', 'Edited'],
  ];
  return html`<details>
    <summary>mIoU of ${shown}, the worst first; everything is in metrics.json and regions.csv</summary>
    ${scrollTable(headings, rows)}
  </details>`;
}

function listBox(kind: string, title: string, lines: readonly string[]): Html | null {
  if (lines.length === 0) return null;
  return html`<section class="${kind}">
    <strong>${title}</strong>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}
