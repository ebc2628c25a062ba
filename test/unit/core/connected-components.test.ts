import { expect, test } from '@jest/globals';
import { connectedComponents } from '../../../src/core/connected-components.js';
import { outlineLength } from '../../../src/core/outline-length.js';
import { drawMask, showMask } from '../../support/draw-mask.js';

test('parts hang together over edges, not over corners', () => {
  const parts = connectedComponents(drawMask('##..#', '.#..#', '..#.#', '#####'));
  expect(parts.map(showMask)).toEqual([
    ['##...', '.#...', '.....', '.....'],
    ['....#', '....#', '..#.#', '#####'],
  ]);
});

test('a run over the end of a row does not join its two sides', () => {
  expect(connectedComponents(drawMask('..##', '##..'))).toHaveLength(2);
});

test('an empty mask has no parts', () => {
  expect(connectedComponents(drawMask('...'))).toEqual([]);
});

test.each([
  [['#'], 4],
  [['##', '##'], 8],
  [['#.#', '###'], 12],
  [['###', '#.#', '###'], 16],
  [['..', '..'], 0],
])('%j has an outline of %d pixel edges', (rows, length) => {
  expect(outlineLength(drawMask(...rows))).toBe(length);
});
