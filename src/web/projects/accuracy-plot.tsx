import type { JSX } from 'preact';
import { changesText, sumChanges } from '../../core/region-changes.js';
import { type AccuracyEntry, inOrder, iouOf, runningMeans, versionChanges } from './accuracy.js';

const [width, height] = [640, 200];
const [left, right, top, bottom] = [40, 12, 12, 26];
/** Annotations that a point of the line is the mean of. */
const lastOnes = 10;
/** An interval of two would fill the plot and say nothing. */
const leastForBand = 3;

/** Best-match IoU of each accepted annotation over time, and the mean of the last ten with its interval. */
export function AccuracyPlot({ entries }: { readonly entries: readonly AccuracyEntry[] }): JSX.Element {
  const ordered = inOrder(entries);
  const x = (index: number) => left + ((width - left - right) * (index + 0.5)) / ordered.length;
  const y = (value: number) => top + (height - top - bottom) * (1 - value);
  const means = runningMeans(ordered, lastOnes);
  const line = means.map(({ mean }, index) => `${x(index)},${y(mean)}`).join(' ');
  const sure = means.flatMap((mean, index) => (mean.count < leastForBand ? [] : [{ ...mean, x: x(index) }]));
  const band = [
    ...sure.map(({ high, x: across }) => `${across},${y(high)}`),
    ...sure.map(({ low, x: across }) => `${across},${y(low)}`).reverse(),
  ].join(' ');
  const newest = means.at(-1);
  const changes = changesText(sumChanges(ordered.slice(-lastOnes).map(({ regions }) => regions)));
  const says = newest === undefined ? '' : `${newest.mean.toFixed(2)} over the last ${newest.count}, ${changes}`;
  return (
    <figure>
      <svg
        class="plot"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Best-match IoU of accepted annotations over time: ${says}.`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((value) => (
          <g key={value}>
            <line class="grid" x1={left} x2={width - right} y1={y(value)} y2={y(value)} />
            <text x={left - 8} y={y(value) + 4} text-anchor="end">
              {value}
            </text>
          </g>
        ))}
        {versionChanges(ordered).map((index) => (
          <line key={index} class="change" x1={x(index - 0.5)} x2={x(index - 0.5)} y1={top} y2={height - bottom} />
        ))}
        <polygon class="band" points={band} />
        <polyline class="line" points={line} />
        {ordered.map((entry, index) => (
          <circle key={entry.annotation} cx={x(index)} cy={y(iouOf(entry))} r="2.5">
            <title>{`Task ${entry.task}: ${iouOf(entry).toFixed(3)}; ${changesText(entry.regions) ?? 'no regions'}`}</title>
          </circle>
        ))}
        <text x={left} y={height - 6}>
          {ordered[0]?.at.slice(0, 10)}
        </text>
        <text x={width - right} y={height - 6} text-anchor="end">
          {ordered.at(-1)?.at.slice(0, 10)}
        </text>
      </svg>
      <figcaption class="hint">
        Dots: accepted annotations, in the order of time. Line: mean of the last {lastOnes}, with its 95 % interval.
        Dashed: from here on another version predicted. {says}.
      </figcaption>
    </figure>
  );
}
