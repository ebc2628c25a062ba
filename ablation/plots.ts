import { calibrationPlot, dotPlot } from '../src/evaluation/report/charts.js';
import { points } from '../src/evaluation/report/figures.js';
import type { Html } from '../src/evaluation/report/html.js';
import type { CalibrationBin } from '../src/metrics/calibration.js';
import type { ComparedRow } from './comparisons.js';

/** Pictures stand alone: they bring the style that a report's page would give them. */
const style = `<style>text { fill: #1b1f24; font: 11px system-ui, sans-serif; } .tick, .title { fill: #59636e; }
.grid { stroke: #d9dee4; } .zero, .axis, .ideal { stroke: #59636e; } .ideal { stroke-dasharray: 4 4; }
.gain, .s-predicted { --c: #00845f; } .loss { --c: #d55e00; } .dot { fill: var(--c); }
.whisker { stroke: var(--c); stroke-width: 3; stroke-linecap: round; opacity: .55; }</style>`;

/** By how much the reference's mIoU exceeds each row's. */
export function differencesFigure(name: string, rows: readonly ComparedRow[], reference: string): string {
  const dots = rows
    .filter((row) => row.name !== reference)
    .map(({ name: label, differences }) => {
      const { mean, interval } = differences.mIoU;
      const series = mean >= 0 ? 'gain' : 'loss';
      return { label, series, value: mean, interval, text: points(mean) };
    });
  const ends = dots.flatMap(({ interval }) => interval);
  const domain = [Math.min(0, ...ends), Math.max(0, ...ends)] as const;
  return standalone(dotPlot(name, dots, { title: 'difference of mIoU in points', domain, format: points }));
}

/** How well masks of each score really fit, as an SVG. */
export function calibrationFigure(bins: readonly CalibrationBin[]): string {
  return standalone(calibrationPlot('IoU over score', bins));
}

function standalone({ html }: Html): string {
  return html
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('>', `>${style}<rect width="100%" height="100%" fill="#fff"/>`);
}
