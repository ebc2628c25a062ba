import { expect, test } from '@jest/globals';
import {
  highlightLayer,
  layerNames,
  layerTitles,
  masksAt,
  masksLayer,
  materialsLayer,
  selectionLayer,
  shortTitles,
} from '../../../../src/web/try/layers.js';
import { drawMask } from '../../../support/draw-mask.js';
import { boostedPage, exploredPage } from '../../../support/explored-page.js';

const explored = exploredPage();

test('masks under a pixel, the smallest first; only those that are shown', () => {
  expect(masksAt(explored, [0, 1], { x: 1, y: 0 })).toEqual([1, 0]);
  expect(masksAt(explored, [0, 1], { x: 3, y: 1 })).toEqual([0]);
  expect(masksAt(explored, [1], { x: 3, y: 1 })).toEqual([]);
  expect(masksAt(explored, [7], { x: 0, y: 0 })).toEqual([]);
});

test('mask i has the colour of i, whichever are shown', () => {
  expect([...masksLayer(explored, [1]).map.values]).toEqual([2, 2, 0, 0, 0, 0, 0, 0]);
  expect(masksLayer(explored, []).map.values.every((value) => value === 0)).toBe(true);
});

test('materials are shown as they were boosted; what is not selected is darkened', () => {
  expect([...materialsLayer(boostedPage()).map.values]).toEqual([1, 2]);
  expect([...selectionLayer(boostedPage(), new Set([2])).map.values]).toEqual([1, 0]);
});

test('what is pointed at is one mask', () => {
  expect([...highlightLayer(drawMask('.#', '..')).map.values]).toEqual([0, 1, 0, 0]);
});

test('every layer has both titles', () => {
  for (const name of layerNames)
    expect([layerTitles[name], shortTitles[name]].every((title) => title !== '')).toBe(true);
});
