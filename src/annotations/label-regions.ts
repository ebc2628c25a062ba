import { maskFromRuns, RunBuilder } from '../core/mask.js';
import type { PredictedRegion } from './evaluation-case.js';
import type { LabelLegend } from './label-legend.js';
import type { LabelPixels } from './label-pixel-values.js';

/** More labels are no label image but a photograph, or colours that were smoothed. */
const mostColours = 256;
const mostNumbers = 10_000;

/** The colour of what is unlabelled, unless a legend names it. */
const black = '#000000';

/** Names in legends for what is not labelled. */
const unlabelled = /^(background|unlabell?ed|void|ignore)$/i;

/**
 * A region per number or colour of a label image, in the order of their values; 0, black and what the legend calls background are unlabelled. Throws a
 * TypeError for too many, and for values that a legend does not have.
 */
export function regionsOfPixels(pixels: LabelPixels, legend: LabelLegend | undefined): PredictedRegion[] {
  const { width, height, areColours } = pixels;
  const runs = runsByValue(pixels);
  const regions = [...runs]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([value, builder]): PredictedRegion[] => {
      const key = areColours ? `#${(value - 1).toString(16).padStart(6, '0')}` : String(value);
      const name = legend?.get(key);
      if (name === undefined ? key === black : unlabelled.test(name)) return [];
      if (legend !== undefined && name === undefined) throw new TypeError(`the legend has no label for ${key}`);
      return [
        { id: `label-${key}`, label: name ?? key, mask: maskFromRuns(width, height, builder.finish()), score: null },
      ];
    });
  return regions;
}

function runsByValue({ values, areColours }: LabelPixels): Map<number, RunBuilder> {
  const runs = new Map<number, RunBuilder>();
  const most = areColours ? mostColours : mostNumbers;
  for (let start = 0; start < values.length;) {
    const value = values[start] as number;
    let end = start + 1;
    while (end < values.length && values[end] === value) end++;
    if (value !== 0) {
      const builder = runs.get(value) ?? new RunBuilder();
      builder.add(start, end);
      runs.set(value, builder);
      if (runs.size > most) {
        throw new TypeError(
          `it has more than ${most} ${areColours ? 'colours' : 'numbers'}: it is no label image, or its borders were smoothed`,
        );
      }
    }
    start = end;
  }
  return runs;
}
