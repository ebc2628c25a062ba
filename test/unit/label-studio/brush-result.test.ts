import { describe, expect, test } from '@jest/globals';
import {
  joinBrushResults,
  newRegionId,
  toBrushResult,
  toBrushResultWithLabel,
} from '../../../src/label-studio/brush-result.js';
import type { LabelControl, PaintTarget } from '../../../src/label-studio/label-config.js';

const brush: LabelControl = { kind: 'brush', name: 'material', toName: 'image', labels: ['A', 'B'], smartOnly: false };
const target: PaintTarget = {
  image: { name: 'image', valueKey: 'image', isList: false },
  labels: brush.labels.map((label) => ({ brush, label })),
  unknown: undefined,
  note: undefined,
};
const layer = (areaPx: number, score: number, byte: number) => ({ areaPx, score, brushRle: Uint8Array.of(byte) });
const painted = { width: 30, height: 20, materials: [layer(300, 0.9, 1), layer(100, 0.5, 2)] };

describe('toBrushResult', () => {
  test('paints the k-th largest material with the k-th label', () => {
    let id = 0;
    const { regions, score, warnings } = toBrushResult(painted, target, { newId: () => `id-${++id}` });
    expect(regions[0]).toEqual({
      id: 'id-1',
      type: 'brushlabels',
      from_name: 'material',
      to_name: 'image',
      original_width: 30,
      original_height: 20,
      image_rotation: 0,
      origin: 'prediction',
      score: 0.9,
      value: { format: 'rle', rle: Uint8Array.of(1), brushlabels: ['A'] },
    });
    expect(regions[1]).toMatchObject({ id: 'id-2', score: 0.5, value: { rle: Uint8Array.of(2), brushlabels: ['B'] } });
    expect(score).toBeCloseTo((0.9 * 300 + 0.5 * 100) / 400, 12);
    expect(warnings).toEqual([]);
  });

  test('leaves out materials that no label is left for, and says so', () => {
    const three = { ...painted, materials: [...painted.materials, layer(50, 0.1, 3)] };
    const { regions, score, warnings } = toBrushResult(three, target);
    expect(regions.map((region) => region.value.brushlabels[0])).toEqual(['A', 'B']);
    expect(score).toBeCloseTo(0.8, 12);
    expect(warnings).toEqual([
      expect.stringContaining('1 more material than the 2 labels for "image": the smallest are left out'),
    ]);
  });

  test('paints them as unknown where the config has a label for that, and notes it where it has a field', () => {
    const three = { ...painted, materials: [...painted.materials, layer(50, 0.1, 3)] };
    const withUnknown = { ...target, unknown: { brush, label: '?' }, note: 'sam-i-am' };
    const { regions, notes, warnings } = toBrushResult(three, withUnknown, { itemIndex: 2 });
    expect(regions.map(({ value, item_index }) => [value.brushlabels[0], item_index])).toEqual([
      ['A', 2],
      ['B', 2],
      ['?', 2],
    ]);
    expect(warnings[0]).toContain('painted as "?"');
    expect(notes).toMatchObject([
      { type: 'textarea', from_name: 'sam-i-am', to_name: 'image', value: { text: warnings } },
    ]);
  });

  test('the results of several images are one prediction', () => {
    const one = toBrushResult(painted, target);
    const other = toBrushResult({ ...painted, materials: [layer(400, 0.2, 1)] }, target);
    const joined = joinBrushResults([one, other]);
    expect(joined.regions).toHaveLength(3);
    expect(joined.score).toBeCloseTo((0.9 * 300 + 0.5 * 100 + 0.2 * 400) / 800, 12);
    expect(joinBrushResults([]).score).toBe(0);
  });

  test('an image without materials has an empty result of score 0', () => {
    expect(toBrushResult({ ...painted, materials: [] }, target)).toEqual({
      regions: [],
      notes: [],
      score: 0,
      areaPx: 0,
      warnings: [],
    });
  });
});

test('toBrushResultWithLabel keeps the label that the user picked', () => {
  const { regions, score } = toBrushResultWithLabel(
    { ...painted, materials: [layer(9, 0.7, 4)] },
    { brush, label: 'B', image: target.image },
  );
  expect(regions).toHaveLength(1);
  expect(regions[0]).toMatchObject({ from_name: 'material', score: 0.7, value: { brushlabels: ['B'] } });
  expect(score).toBeCloseTo(0.7, 12);
});

test('region ids differ and use an alphabet that is safe in addresses', () => {
  const ids = Array.from({ length: 1000 }, newRegionId);
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every((id) => /^[\w-]{12}$/.test(id))).toBe(true);
});
