import { forEachRowRun, type Mask, maskFromRuns, RunBuilder } from './mask.js';

/** Which pixels of a mask a coarser one is made of: those that lie `at` (0: first, 0.5: centre) in each of its pixels. */
interface Sampling {
  /** Size of the coarser mask in its pixels. */
  readonly width: number;
  readonly height: number;
  /** Columns and rows of the mask to one of the coarser one. */
  readonly columns: number;
  readonly rows: number;
  readonly at: 0 | 0.5;
}

/** Of every `step` rows and columns the first: the mask of a picture that was made smaller so. What falls between them is lost. */
export function shrinkMaskBy(mask: Mask, step: number): Mask {
  if (step === 1) return mask;
  const [width, height] = [Math.ceil(mask.width / step), Math.ceil(mask.height / step)];
  return sampled(mask, { width, height, columns: step, rows: step, at: 0 });
}

/** What lies under the centres of the pixels of a smaller image of this size; a mask that falls between them keeps one pixel. */
export function shrinkMaskTo(mask: Mask, width: number, height: number): Mask {
  const [columns, rows] = [mask.width / width, mask.height / height];
  const shrunk = sampled(mask, { width, height, columns, rows, at: 0.5 });
  return shrunk.areaPx > 0 || mask.areaPx === 0 ? shrunk : onePixel(mask, width, height);
}

function sampled(mask: Mask, { width, height, columns, rows, at }: Sampling): Mask {
  const coarseRow = new Int32Array(mask.height).fill(-1);
  for (let y = 0; y < height; y++) coarseRow[Math.floor((y + at) * rows)] = y;
  const runs = new RunBuilder();
  forEachRowRun(mask, (start, end, row) => {
    const y = coarseRow[row] as number;
    if (y < 0) return;
    const firstOfRow = row * mask.width;
    const left = Math.max(0, Math.ceil((start - firstOfRow) / columns - at));
    const right = Math.min(width, Math.ceil((end - firstOfRow) / columns - at));
    runs.add(y * width + left, y * width + right);
  });
  return maskFromRuns(width, height, runs.finish());
}

function onePixel(mask: Mask, width: number, height: number): Mask {
  const first = mask.runs[0] ?? 0;
  const x = Math.min(width - 1, Math.floor((first % mask.width) * (width / mask.width)));
  const y = Math.min(height - 1, Math.floor(Math.floor(first / mask.width) * (height / mask.height)));
  const pixel = y * width + x;
  return maskFromRuns(width, height, Uint32Array.of(pixel, pixel + 1));
}
