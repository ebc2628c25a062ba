import { expect, test } from '@jest/globals';
import { buildMicrostructure, type MaterialMask } from '../../../src/booster/build-microstructure.js';
import { drawMask } from '../../support/draw-mask.js';

const options = { childShare: 0.8 };
const rows = (labels: Uint8Array, width: number): string[] =>
  Array.from({ length: labels.length / width }, (_, y) => [...labels.subarray(y * width, (y + 1) * width)].join(''));

function build(...masks: MaterialMask[]) {
  const first = masks[0];
  if (first === undefined) throw new Error('draw a mask');
  return buildMicrostructure(first.mask.width, first.mask.height, masks, options);
}

const piece = (material: number, score: number, ...drawn: string[]): MaterialMask => ({
  mask: drawMask(...drawn),
  material,
  score,
  margin: 1,
});

test('a child of another material keeps its pixels, whatever the scores', () => {
  const { map } = build(piece(0, 0.99, '#####', '#####', '#####'), piece(1, 0.5, '.....', '.##..', '.....'));
  expect(rows(map.labels, 5)).toEqual(['11111', '12211', '11111']);
});

test('a partial overlap goes to the higher score', () => {
  const left = ['####..', '####..'];
  const right = ['...###', '...###'];
  expect(rows(build(piece(0, 0.9, ...left), piece(1, 0.8, ...right)).map.labels, 6)).toEqual(['111122', '111122']);
  expect(rows(build(piece(0, 0.8, ...left), piece(1, 0.9, ...right)).map.labels, 6)).toEqual(['111222', '111222']);
});

test('a tie goes to the smaller mask', () => {
  const { map } = build(piece(0, 0.9, '####..'), piece(1, 0.9, '...###'));
  expect(rows(map.labels, 6)).toEqual(['111222']);
});

test('material 1 is the largest; masks of one material are one region', () => {
  const { map, materials } = build(piece(3, 0.5, '#.....'), piece(1, 0.8, '..##..'), piece(1, 0.6, '.....#'));
  expect(rows(map.labels, 6)).toEqual(['201101']);
  expect(materials.map(({ label, areaPx, members }) => [label, areaPx, members.length])).toEqual([
    [1, 3, 2],
    [2, 1, 1],
  ]);
  expect(materials[0]?.score).toBeCloseTo((2 * 0.8 + 0.6) / 3, 12);
});

test('a material painted over entirely is left out', () => {
  const { materials } = build(piece(0, 0.9, '###'), piece(1, 0.5, '###'));
  expect(materials).toHaveLength(1);
});

test('grandchildren are painted over children over parents', () => {
  const { map } = build(
    piece(2, 0.1, '.......', '..###..', '.......'),
    piece(1, 0.9, '.#####.', '.#####.', '.#####.'),
    piece(0, 0.5, '#######', '#######', '#######'),
  );
  expect(rows(map.labels, 7)).toEqual(['2111112', '2133312', '2111112'].map((row) => row));
});

test('no masks, nothing painted', () => {
  const { map, materials } = buildMicrostructure(3, 2, [], options);
  expect([...map.labels]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(materials).toEqual([]);
});
