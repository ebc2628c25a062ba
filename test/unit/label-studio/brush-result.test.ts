import { describe, expect, test } from '@jest/globals';
import { newRegionId, toBrushResult, toBrushResultWithLabel } from '../../../src/label-studio/brush-result.js';
import type { LabelControl } from '../../../src/label-studio/label-config.js';

const brush: LabelControl = { kind: 'brush', name: 'material', toName: 'image', labels: ['A', 'B'], smartOnly: false };
const layer = (areaPx: number, score: number, byte: number) => ({ areaPx, score, brushRle: Uint8Array.of(byte) });
const painted = { width: 30, height: 20, materials: [layer(300, 0.9, 1), layer(100, 0.5, 2)] };

describe('toBrushResult', () => {
  test('paints the k-th largest material with the k-th label', () => {
    let id = 0;
    const { regions, score, warnings } = toBrushResult(painted, brush, () => `id-${++id}`);
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
    const { regions, score, warnings } = toBrushResult(three, brush);
    expect(regions.map((region) => region.value.brushlabels[0])).toEqual(['A', 'B']);
    expect(score).toBeCloseTo(0.8, 12);
    expect(warnings).toEqual([
      expect.stringContaining('1 more materials than the 2 labels of <BrushLabels name="material">'),
    ]);
  });

  test('an image without materials has an empty result of score 0', () => {
    expect(toBrushResult({ ...painted, materials: [] }, brush)).toEqual({ regions: [], score: 0, warnings: [] });
  });
});

test('toBrushResultWithLabel keeps the label that the user picked', () => {
  const { regions, score } = toBrushResultWithLabel({ ...painted, materials: [layer(9, 0.7, 4)] }, brush, 'B');
  expect(regions).toHaveLength(1);
  expect(regions[0]).toMatchObject({ from_name: 'material', score: 0.7, value: { brushlabels: ['B'] } });
  expect(score).toBeCloseTo(0.7, 12);
});

test('region ids differ and use an alphabet that is safe in addresses', () => {
  const ids = Array.from({ length: 1000 }, newRegionId);
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every((id) => /^[\w-]{12}$/.test(id))).toBe(true);
});
