import { scaleLinear, scaleUtc } from 'd3-scale';
import type { CalibrationBin } from '../../metrics/calibration.js';
import type { Interval } from '../../metrics/statistics.js';
import { type Html, html } from './html.js';

/*
 * The report's plots: SVG without scripts. Colours and fonts come from the page's style sheet, so that plots follow light, dark and
 * print; every mark has a title that names its figure.
 */

/** Coordinates are made for this width; a plot then scales to its column. */
const width = 460;
const right = 14;

const dayMs = 86_400_000;

/** A value with its 95 % interval, as one row of a plot. */
export interface DotRow {
  readonly label: string;
  /** Class that gives the colour. */
  readonly series: string;
  readonly value: number;
  readonly interval: Interval | null;
  /** The figure as text. */
  readonly text: string;
}

/** What an axis shows. */
export interface Axis {
  readonly title: string;
  readonly domain: readonly [number, number];
  readonly format: (value: number) => string;
}

/** Values with intervals, one below the other; a line marks zero where the axis goes through it. */
export function dotPlot(name: string, rows: readonly DotRow[], axis: Axis): Html {
  const left = 150;
  const rowHeight = 24;
  const bottom = rows.length * rowHeight + 8;
  const x = scaleLinear()
    .domain(axis.domain)
    .range([left, width - right])
    .nice(5);
  const marks = rows.map(({ label, series, value, interval, text }, index) => {
    const y = 8 + (index + 0.5) * rowHeight;
    return html`<g class="${series}">
      <title>${label}: ${text}</title>
      <text x="${left - 10}" y="${y + 4}" text-anchor="end">${shorten(label, 20)}</text>
      ${interval && html`<line class="whisker" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="${y}" y2="${y}" />`}
      <circle class="dot" cx="${x(value)}" cy="${y}" r="5" />
    </g>`;
  });
  return svg(name, bottom + 40, html`${xAxis(x, axis, 8, bottom)}${marks}`);
}

/** How many values fall into each of equal parts of [0, 1]; one row of bars per series. */
export function histograms(
  name: string,
  rows: readonly { readonly label: string; readonly series: string; readonly counts: readonly number[] }[],
  title: string,
): Html {
  const left = 112;
  const rowHeight = 64;
  const bottom = rows.length * rowHeight + 4;
  const x = scaleLinear()
    .domain([0, 1])
    .range([left, width - right]);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...rows.flatMap(({ counts }) => counts))])
    .range([0, rowHeight - 14]);
  const marks = rows.map(({ label, series, counts }, row) => {
    const base = (row + 1) * rowHeight;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const share = 1 / counts.length;
    const bars = counts.map((count, bin) => {
      if (count === 0) return null;
      const from = bin * share;
      return html`<rect
        class="bar"
        x="${x(from) + 1}"
        y="${base - y(count)}"
        width="${x(share) - x(0) - 2}"
        height="${y(count)}"
      >
        <title>${label}, ${from.toFixed(2)} to ${(from + share).toFixed(2)}: ${count} of ${total} images</title>
      </rect>`;
    });
    return html`<g class="${series}">
      <text x="${left - 10}" y="${base - 6}" text-anchor="end">${label}</text>${bars}
      <line class="axis" x1="${left}" x2="${width - right}" y1="${base}" y2="${base}" />
    </g>`;
  });
  const axis = { title, domain: [0, 1] as const, format: (value: number) => value.toFixed(1) };
  return svg(name, bottom + 40, html`${xAxis(x, axis, 4, bottom)}${marks}`);
}

/** One dot per image over the time at which it was finished, and a line through the means of the days. */
export function timePlot(
  name: string,
  images: readonly { readonly time: Date; readonly value: number; readonly title: string }[],
  days: readonly { readonly time: Date; readonly value: number }[],
): Html {
  const left = 44;
  const bottom = 190;
  const times = [...images, ...days].map(({ time }) => time.getTime());
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const x = scaleUtc()
    .domain(first === last ? [first - dayMs / 2, last + dayMs / 2] : [first, last])
    .range([left + 8, width - right - 8])
    .nice(4);
  const y = scaleLinear().domain([0, 1]).range([bottom, 10]);
  const dots = images.map(
    ({ time, value, title }) =>
      html`<circle class="faint" cx="${x(time)}" cy="${y(value)}" r="3"><title>${title}</title></circle>`,
  );
  const line = days.map(({ time, value }, index) => `${index === 0 ? 'M' : 'L'}${x(time)},${y(value)}`).join('');
  const ticks = x.ticks(4);
  const format = x.tickFormat(4, last - first < 2 * dayMs ? '%H:%M' : '%b %-d');
  return svg(
    name,
    bottom + 26,
    html`${yAxis(y, left, 'mIoU')}
      ${ticks.map((tick) => html`<text class="tick" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${format(tick)}</text>`)}
      <g class="s-predicted">
        ${dots}<path class="line" d="${line}" />
        ${days.map(({ time, value }) => html`<circle class="dot" cx="${x(time)}" cy="${y(value)}" r="4"><title>mean of the day: ${value.toFixed(3)}</title></circle>`)}
      </g>`,
  );
}

/** Mean IoU over mean score for each bin of scores; on the diagonal, a score says what the mask is worth. */
export function calibrationPlot(name: string, bins: readonly CalibrationBin[]): Html {
  const left = 44;
  const bottom = 236;
  const side = scaleLinear().domain([0, 1]);
  const x = side.copy().range([left, width - right]);
  const y = side.copy().range([bottom, 10]);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const marks = bins.map(
    ({ meanScore, meanIou, count, from, to }) =>
      html`<circle class="dot" cx="${x(meanScore)}" cy="${y(meanIou)}" r="${3 + 6 * Math.sqrt(count / most)}">
        <title>
          scores ${from.toFixed(1)} to ${to.toFixed(1)}: mean ${meanScore.toFixed(3)}, IoU ${meanIou.toFixed(3)},
          ${count} regions
        </title>
      </circle>`,
  );
  const axis = { title: 'score', domain: [0, 1] as const, format: (value: number) => value.toFixed(1) };
  return svg(
    name,
    bottom + 40,
    html`${yAxis(y, left, 'best IoU')}${xAxis(x, axis, 10, bottom)}
      <line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" /><g class="s-predicted">${marks}</g>`,
  );
}

/** Parts of a whole as one bar. */
export function shareBar(
  name: string,
  parts: readonly { readonly label: string; readonly series: string; readonly value: number }[],
): Html {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const x = scaleLinear()
    .domain([0, Math.max(1, total)])
    .range([0, width]);
  let from = 0;
  const bars = parts.map(({ label, series, value }) => {
    const start = from;
    from += value;
    if (value === 0) return null;
    return html`<rect class="bar ${series}" x="${x(start)}" y="0" width="${Math.max(0, x(value) - 2)}" height="26">
      <title>${label}: ${value} of ${total}</title>
    </rect>`;
  });
  return svg(name, 26, html`${bars}`);
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function svg(name: string, height: number, body: Html): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${body}</svg>`;
}

function xAxis(x: Scale, { title, format }: Axis, top: number, bottom: number): Html {
  const [start = 0, end = 0] = x.range();
  const ticks = x
    .ticks(5)
    .map(
      (tick) =>
        html`<line
            class="grid ${tick === 0 ? 'zero' : ''}"
            x1="${x(tick)}"
            x2="${x(tick)}"
            y1="${top}"
            y2="${bottom}"
          />
          <text class="tick" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${format(tick)}</text>`,
    );
  return html`${ticks}<text class="title" x="${(start + end) / 2}" y="${bottom + 34}" text-anchor="middle"
      >${title}</text
    >`;
}

function yAxis(y: Scale, left: number, title: string): Html {
  const ticks = y
    .ticks(5)
    .map(
      (tick) =>
        html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" />
          <text class="tick" x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${tick.toFixed(1)}</text>`,
    );
  const middle = (y(0) + y(1)) / 2;
  return html`${ticks}<text class="title" transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle"
      >${title}</text
    >`;
}

/** Versions differ at their ends, so the middle goes. */
function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = Math.floor((longest - 1) / 2);
  return `${text.slice(0, kept)}…${text.slice(-kept)}`;
}
