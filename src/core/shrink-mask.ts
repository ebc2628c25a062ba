import { forEachRowRun, type Mask, maskFromRuns, RunBuilder } from './mask.js';

/** Of every `step` rows and columns the first: the mask of a picture that was made smaller so. */
export function shrinkMask(mask: Mask, step: number): Mask {
  if (step === 1) return mask;
  const [width, height] = [Math.ceil(mask.width / step), Math.ceil(mask.height / step)];
  const runs = new RunBuilder();
  forEachRowRun(mask, (start, end, row) => {
    if (row % step !== 0) return;
    const left = row * mask.width;
    const line = (row / step) * width;
    runs.add(line + Math.ceil((start - left) / step), line + Math.ceil((end - left) / step));
  });
  return maskFromRuns(width, height, runs.finish());
}
