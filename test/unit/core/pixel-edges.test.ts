import { describe, expect, test } from '@jest/globals';
import { type Corner, enclosedArea, lineLength, PixelEdges, simplifyLine } from '../../../src/core/pixel-edges.js';

/** The edges around the `#` of a drawing. */
function edgesAround(...rows: readonly string[]): PixelEdges {
  const width = rows[0]?.length ?? 0;
  const edges = new PixelEdges(width);
  const at = (x: number, y: number): boolean => rows[y]?.[x] === '#';
  for (let y = 0; y <= rows.length; y++) {
    for (let x = 0; x <= width; x++) {
      if (at(x, y) !== at(x - 1, y)) edges.addLeftOf(x, y);
      if (at(x, y) !== at(x, y - 1)) edges.addAbove(x, y);
    }
  }
  return edges;
}

const isClosed = (line: readonly Corner[]): boolean => JSON.stringify(line[0]) === JSON.stringify(line.at(-1));

describe('lines along pixel edges', () => {
  test('a rectangle is one closed line with four corners', () => {
    const [line = [], ...more] = edgesAround('....', '.##.', '.##.', '....').takeLines();
    expect(more).toEqual([]);
    expect([isClosed(line), enclosedArea(line), lineLength(line)]).toEqual([true, 4, 8]);
    expect(simplifyLine(line, 0).slice(0, -1)).toHaveLength(4);
  });

  test('a ring has a line outside and one inside, also at the border of the image', () => {
    const lines = edgesAround('###', '#.#', '###').takeLines();
    expect(lines.map(enclosedArea).sort()).toEqual([1, 9]);
    expect(lines.every(isClosed)).toBe(true);
  });

  test('pieces that meet in a corner lose no edge', () => {
    const lines = edgesAround('#.', '.#').takeLines();
    expect(lines.reduce((sum, line) => sum + lineLength(line), 0)).toBe(8);
  });

  test('an open line goes from end to end', () => {
    const edges = new PixelEdges(5);
    for (const y of [0, 1, 2]) edges.addLeftOf(2, y);
    expect(edges.takeLines()).toEqual([[[2, 0], [2, 1], [2, 2], [2, 3]]]); // prettier-ignore
    expect(edges.takeLines()).toEqual([]);
  });
});

test('a staircase becomes a straight line, its ends and sharp corners stay', () => {
  const stairs: Corner[] = Array.from({ length: 21 }, (_, i) => [Math.ceil(i / 2), Math.floor(i / 2)]);
  expect(simplifyLine(stairs, 1)).toEqual([stairs[0], stairs[20]]);
  expect(simplifyLine([[0, 0], [5, 0], [5, 5]], 1)).toHaveLength(3); // prettier-ignore
});
