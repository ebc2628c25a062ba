import { describe, expect, test } from '@jest/globals';
import { confuseLabels } from '../../../src/metrics/label-confusion.js';
import { editedArea, type RegionOrigin, traceRegions } from '../../../src/metrics/region-origins.js';
import { drawMask } from '../../support/draw-mask.js';

const left = drawMask('##..', '##..');
const right = drawMask('..##', '..##');
const top = drawMask('##..', '....');
const all = drawMask('####', '####');

const predicted = [
  { id: 'p1', label: 'STO', mask: left },
  { id: 'p2', label: 'Ge', mask: right },
];
const accepted = (id: string, label: string, mask = left, recordedOrigin: RegionOrigin | null = null) => ({
  id,
  label,
  mask,
  recordedOrigin,
});

describe('where regions come from', () => {
  test('the same pixels and label: accepted; what is absent was rejected', () => {
    const { regions, rejected } = traceRegions([accepted('p1', 'STO')], predicted);
    expect(regions).toEqual([{ origin: 'accepted', editedPx: 0 }]);
    expect(rejected.map(({ id }) => id)).toEqual(['p2']);
  });

  test('other pixels: edited, by so many', () => {
    expect(traceRegions([accepted('p1', 'STO', top)], predicted).regions).toEqual([{ origin: 'edited', editedPx: 2 }]);
  });

  test('pixels decide against a record that says accepted', () => {
    expect(traceRegions([accepted('p1', 'STO', top, 'accepted')], predicted).regions[0]?.origin).toBe('edited');
  });

  test('another label: edited, though no pixel differs', () => {
    expect(traceRegions([accepted('p1', 'Ge')], predicted).regions).toEqual([{ origin: 'edited', editedPx: 0 }]);
  });

  test('an unknown id is drawn by hand, all of it', () => {
    expect(traceRegions([accepted('x', 'STO')], predicted).regions).toEqual([{ origin: 'drawn', editedPx: 4 }]);
  });

  test('where the prediction is lost, the record counts', () => {
    const lost = [accepted('p1', 'STO', left, 'accepted'), accepted('p2', 'Ge', top, 'edited')];
    expect(traceRegions(lost, []).regions.map(({ origin }) => origin)).toEqual(['accepted', 'edited']);
  });
});

describe('the edited area', () => {
  test('nothing changed: 0', () => {
    expect(editedArea(predicted, predicted)).toBe(0);
  });

  test('a pixel that went from one label to another counts once', () => {
    expect(editedArea([{ label: 'STO', mask: all }], predicted)).toBe(4);
  });

  test('without a prediction, it is what was drawn', () => {
    expect(editedArea(predicted, [])).toBe(8);
  });

  test('without anything on either side, 0', () => {
    expect(editedArea([], [])).toBe(0);
  });
});

describe('the confusion of labels', () => {
  test('counts the pixels of a true label by predicted label, and those without any', () => {
    expect(confuseLabels([{ label: 'Ge', mask: top }], [{ label: 'STO', mask: left }])).toEqual([
      { truth: 'STO', predicted: 'Ge', areaPx: 2 },
      { truth: 'STO', predicted: null, areaPx: 2 },
    ]);
  });

  test('regions of one label are one', () => {
    const truths = [
      { label: 'STO', mask: left },
      { label: 'STO', mask: right },
    ];
    expect(confuseLabels([{ label: 'STO', mask: all }], truths)).toEqual([
      { truth: 'STO', predicted: 'STO', areaPx: 8 },
    ]);
  });
});
