import { describe, expect, test } from '@jest/globals';
import { assignLabels } from '../../../src/label-studio/assign-labels.js';

const assign = (names: (string | null)[], ruledOut: string[] = [], hasUnknown = false) =>
  assignLabels({ names, ruledOut }, { labels: ['Ge', 'Pt', 'WO3'], hasUnknown }, (label) => label);

describe('labels of materials, the largest first', () => {
  test('without names: in the order of the config', () => {
    expect(assign([null, null])).toEqual(['Ge', 'Pt']);
  });

  test('with names: these, whatever the order', () => {
    expect(assign(['WO3', 'Ge'], ['Ge', 'Pt', 'WO3'])).toEqual(['WO3', 'Ge']);
  });

  test('what is unlike anything seen gets a label that was not learned, rather than one that was', () => {
    expect(assign([null, 'Ge'], ['Ge', 'Pt'])).toEqual(['WO3', 'Ge']);
  });

  test('or, where all were learned, the first that is left, unless there is a label for unknown ones', () => {
    expect(assign([null, 'Ge'], ['Ge', 'Pt', 'WO3'])).toEqual(['Pt', 'Ge']);
    expect(assign([null, 'Ge'], ['Ge', 'Pt', 'WO3'], true)).toEqual([undefined, 'Ge']);
  });

  test('a name that the label config has no more counts as none', () => {
    expect(assign(['SrTiO3', 'Ge'], ['SrTiO3', 'Ge'])).toEqual(['Pt', 'Ge']);
  });

  test('nothing beyond the last label', () => {
    expect(assign([null, null, null, null])).toEqual(['Ge', 'Pt', 'WO3', undefined]);
  });
});
