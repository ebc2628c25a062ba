import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { calibrationPlot, dotPlot, histograms, shareBar, timePlot } from '../../../../src/evaluation/report/charts.js';
import type { Html } from '../../../../src/evaluation/report/html.js';

const markupOf = ({ html }: Html): string => html;
const numbers = (text: string, attribute: string): number[] =>
  [...text.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map(([, value]) => Number(value));
const axis = { title: 'mIoU', domain: [0, 1] as const, format: (value: number) => value.toFixed(1) };
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('no plot leaves its frame, whatever the figures', () => {
  const inside = (svg: string): void => {
    const [, width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    expect(width).toBeGreaterThan(0);
    for (const x of [...numbers(svg, 'cx'), ...numbers(svg, 'x1'), ...numbers(svg, 'x2')]) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(width);
    }
    for (const y of [...numbers(svg, 'cy'), ...numbers(svg, 'y1'), ...numbers(svg, 'y2')]) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  };

  test('dots with intervals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share, share), { maxLength: 12 }), (rows) => {
        const drawn = rows.map(([value, low, high], index) => ({
          label: `row ${index}`,
          series: 's-sam',
          value,
          interval: [Math.min(low, high), Math.max(low, high)] as const,
          text: value.toFixed(3),
        }));
        inside(markupOf(dotPlot('dots', drawn, axis)));
      }),
    );
  });

  test('means over time, also of one moment', () => {
    const times = fc.array(
      fc.tuple(fc.date({ min: new Date(2020, 0), max: new Date(2027, 0), noInvalidDate: true }), share),
      {
        minLength: 1,
        maxLength: 9,
      },
    );
    fc.assert(
      fc.property(times, (points) => {
        const images = points.map(([time, value]) => ({ time, value, title: 'an image' }));
        inside(markupOf(timePlot('time', images, images)));
      }),
    );
  });

  test('scores against what they are worth', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share, fc.nat(500)), { maxLength: 10 }), (bins) => {
        const drawn = bins.map(([meanScore, meanIou, count]) => ({ from: 0, to: 0.1, meanScore, meanIou, count }));
        inside(markupOf(calibrationPlot('calibration', drawn)));
      }),
    );
  });
});

test('bars are as high as their counts, and empty parts have none', () => {
  const svg = markupOf(histograms('counts', [{ label: 'SAM', series: 's-sam', counts: [4, 0, 2, 1] }], 'mIoU'));
  const heights = [...svg.matchAll(/<rect[^>]* height="([^"]+)"/g)].map(([, height]) => Number(height));
  expect(heights).toHaveLength(3);
  expect((heights[0] ?? 0) / (heights[1] ?? 1)).toBeCloseTo(2, 9);
  expect((heights[1] ?? 0) / (heights[2] ?? 1)).toBeCloseTo(2, 9);
  expect(svg).toContain('4 of 7 images');
});

test('parts of a whole lie side by side, and parts of nothing are left out', () => {
  const parts = [
    { label: 'accepted', series: 'a', value: 3 },
    { label: 'edited', series: 'b', value: 0 },
    { label: 'drawn', series: 'c', value: 1 },
  ];
  const svg = markupOf(shareBar('origins', parts));
  expect([...svg.matchAll(/<rect class="bar (\w)" x="([^"]+)"/g)].map(([, series, x]) => [series, Number(x)])).toEqual([
    ['a', 0],
    ['c', 345],
  ]);
  expect(svg).toContain('accepted: 3 of 4');
});

test('labels are escaped, and long ones lose their middle', () => {
  const row = { series: 's', value: 0.5, interval: null, text: '0.500' };
  const svg = markupOf(dotPlot('<script>', [{ ...row, label: '<b> & a very long name of a version 12.5' }], axis));
  expect(svg).not.toMatch(/<script>|<b>/);
  expect(svg).toMatch(/…/);
});
