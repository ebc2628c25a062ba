import { expect, test } from '@jest/globals';
import { describePixel } from '../../../../src/web/try/describe-pixel.js';
import { exploredPage, pageState } from '../../../support/explored-page.js';

const explored = exploredPage();
const at = (x: number, y: number) => ({ x, y });

test('a micrograph says nothing of its pixels', () => {
  expect(describePixel('micrograph', explored, pageState(), at(0, 0))).toEqual([]);
});

test("SAM's masks: the smallest under the pixel, its share, its scores, whether it was kept, and the others", () => {
  const lines = describePixel('sam', explored, pageState(), at(0, 0));
  expect(lines[0]).toMatch(/^Mask/);
  expect(lines[1]).toBe('25 % of the image');
  expect(lines[2]).toBe('predicted IoU 0.90, stability 0.80');
  expect(lines[3]).toMatch(/^removed: /);
  expect(lines[4]).toMatch(/^also in mask/);
  expect(describePixel('sam', explored, pageState(), at(3, 1))).toContain('kept');
  expect(describePixel('sam', { ...explored, masks: [] }, pageState(), at(0, 0))).toEqual([]);
});

test('removed masks: the rule and the reason; nothing where none was removed', () => {
  const [title, reason] = describePixel('removed', explored, pageState(), at(0, 0));
  expect(title).toMatch(/: mask/);
  expect(reason).not.toBe('');
  expect(describePixel('removed', explored, pageState(), at(3, 1))).toEqual([]);
  expect(describePixel('removed', explored, pageState({ boosted: null }), at(0, 0))).toEqual([]);
});

test('materials: read off the map, however coarse it is', () => {
  expect(describePixel('materials', explored, pageState(), at(1, 1))).toEqual([
    'Material 1',
    '50 % of the image, confidence 0.91',
    expect.stringMatching(/^shown by mask/),
  ]);
  expect(describePixel('materials', explored, pageState(), at(2, 0))[2]).toBe('a region that no mask covers');
  expect(describePixel('materials', explored, pageState({ boosted: null }), at(0, 0))).toEqual([]);
});
