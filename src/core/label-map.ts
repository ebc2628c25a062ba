import { forEachRun, type Mask, maskFromRuns, RunBuilder } from './mask.js';

/** One material number per pixel, row-major; 0 = unsegmented. Two materials can't share a pixel by construction. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array;
}

/** Paints masks in the given order, later ones over earlier ones, each with its label (1…255). */
export function paintLabelMap(
  width: number,
  height: number,
  layers: readonly { readonly mask: Mask; readonly label: number }[],
): LabelMap {
  const labels = new Uint8Array(width * height);
  for (const { mask, label } of layers) forEachRun(mask, (start, end) => labels.fill(label, start, end));
  return { width, height, labels };
}

/** The pixels of one label. */
export function maskOfLabel(map: LabelMap, label: number): Mask {
  const runs = new RunBuilder();
  const { labels } = map;
  for (let start = labels.indexOf(label); start !== -1;) {
    let end = start + 1;
    while (end < labels.length && labels[end] === label) end++;
    runs.add(start, end);
    start = labels.indexOf(label, end);
  }
  return maskFromRuns(map.width, map.height, runs.finish());
}

/** Pixels per label, indexed by label, 0 (unsegmented) included. */
export function labelAreas(map: LabelMap): number[] {
  const areas = new Array<number>(256).fill(0);
  for (const label of map.labels) areas[label] = (areas[label] as number) + 1;
  return areas;
}
