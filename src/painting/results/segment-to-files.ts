import type { LabelMap } from '../../core/label-map.js';
import type { Micrograph } from '../../core/micrograph.js';
import { type OverlayLayer, renderGrey, renderLabels, renderOverlay } from '../../imaging/overlay.js';
import { colourOf } from '../../imaging/palette.js';
import { toBrushResult } from '../../label-studio/brush-result.js';
import { stringifyWithBytes } from '../../label-studio/json-bytes.js';
import type { ResultMask } from '../../pipeline/result-masks.js';
import type { OutputFile } from '../threads/messages.js';
import { paintedMicrograph } from './painted-micrograph.js';

/** The files besides `masks.json` that `segment` writes for the stage `boosted` (CONTRACT, "segment"). */
export async function boostedFiles(
  micrograph: Micrograph,
  { width, height, labels }: LabelMap,
  masks: readonly ResultMask[],
  modelVersion: string,
): Promise<OutputFile[]> {
  return [
    { suffix: '.labels.png', content: await renderLabels(width, height, labels) },
    { suffix: '.task.json', content: await labelStudioTask(micrograph, masks, modelVersion) },
  ];
}

/** `NAME.overlay.png`: each mask or material in its colour, with a legend. */
export async function overlayFile(micrograph: Micrograph, masks: readonly ResultMask[]): Promise<OutputFile> {
  const painted = masks.some(({ material }) => material !== null);
  const largestFirst = [...masks].sort((a, b) => b.mask.areaPx - a.mask.areaPx);
  const layers = largestFirst.map((result, index) => overlayLayer(result, index, micrograph));
  const covered = masks.reduce((sum, { mask }) => sum + mask.areaPx, 0) / (micrograph.width * micrograph.height);
  const note = painted ? `unsegmented ${percent(1 - covered)}` : `${masks.length} masks`;
  return { suffix: '.overlay.png', content: await renderOverlay(micrograph, layers, note) };
}

function overlayLayer(
  { mask, material, name }: ResultMask,
  index: number,
  { width, height }: Micrograph,
): OverlayLayer {
  if (material === null) return { mask, colour: colourOf(index) };
  const caption = `${name ?? `material ${material}`}  ${percent(mask.areaPx / (width * height))}`;
  return { mask, colour: colourOf(material - 1), caption };
}

/** A task that Label Studio can import as it is: the image inline, and one brush region per material (label-config/). */
async function labelStudioTask(
  micrograph: Micrograph,
  masks: readonly ResultMask[],
  modelVersion: string,
): Promise<Uint8Array> {
  const image = await renderGrey(micrograph);
  const labels = masks.map(({ name, material }) => name ?? `Material ${material ?? 0}`);
  const brush = { kind: 'brush', name: 'material', toName: 'image', labels, smartOnly: false } as const;
  const target = {
    image: { name: 'image', valueKey: 'image', isList: false },
    labels: labels.map((label) => ({ brush, label })),
    unknown: undefined,
    note: undefined,
  };
  const { regions, score } = toBrushResult(paintedMicrograph(micrograph, masks, []), target);
  return stringifyWithBytes({
    data: { image: `data:image/png;base64,${image.toString('base64')}` },
    predictions: [{ model_version: modelVersion, score, result: regions }],
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
