import { describe, expect, test } from '@jest/globals';
import { materialsAtPrompt } from '../../../src/pipeline/prompted-material.js';

const click = (x: number, y: number, positive = true) => ({ x, y, positive });
const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('materialsAtPrompt', () => {
  /** Left half 1, right half 2, last column unsegmented. */
  const map = {
    width: 9,
    height: 4,
    labels: Uint8Array.from({ length: 36 }, (_, i) => (i % 9 === 8 ? 0 : i % 9 < 4 ? 1 : 2)),
  };
  const at = (prompt: Parameters<typeof materialsAtPrompt>[1]) => [...materialsAtPrompt(map, prompt)].sort();

  test.each([
    ['a click', { points: [click(0.5, 0.5)], boxes: [] }, [1]],
    ['two clicks', { points: [click(0.5, 0.5), click(5, 1)], boxes: [] }, [1, 2]],
    [
      'an Alt+click takes its material away',
      { points: [click(0.5, 0.5), click(5, 1), click(1, 1, false)], boxes: [] },
      [2],
    ],
    ['a click on nothing', { points: [click(8.5, 1)], boxes: [] }, []],
    ['a box mostly on one', { points: [], boxes: [box(2, 0, 6, 4)] }, [2]],
    ['a box beyond the image', { points: [], boxes: [box(-50, -50, 52, 200)] }, [1]],
    ['a box on nothing', { points: [], boxes: [box(8, 0, 1, 4)] }, []],
    ['a click beyond the image', { points: [click(-3, 99)], boxes: [] }, [1]],
  ])('%s', (_, prompt, expected) => expect(at(prompt)).toEqual(expected));
});
