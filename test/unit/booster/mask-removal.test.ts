import { describe, expect, test } from '@jest/globals';
import { removeMasks } from '../../../src/booster/mask-removal.js';
import { defaultRemovalOptions } from '../../../src/booster/removal-options.js';
import type { TextureJudge } from '../../../src/booster/texture-judge.js';
import { maskFromBox, unionOf } from '../../../src/core/mask.js';

const box = (x: number, y: number, width: number, height: number, score = 0.9) => ({
  mask: maskFromBox(100, 100, { x, y, width, height }),
  score,
});

describe('redundant', () => {
  test('of masks that nearly coincide the largest stays', () => {
    const larger = box(0, 0, 50, 50);
    const smaller = box(0, 0, 50, 45);
    const { kept, removals } = removeMasks([smaller, larger]);
    expect(kept).toEqual([larger]);
    expect(removals).toEqual([{ rule: 'redundant', removed: smaller, causes: [larger], ratio: 0.9 }]);
  });

  test('of equal masks the one that SAM trusts more stays', () => {
    const better = box(0, 0, 50, 50, 0.95);
    expect(removeMasks([box(0, 0, 50, 50, 0.8), better]).kept).toEqual([better]);
  });

  test('a clearly smaller mask is no twin', () => {
    expect(removeMasks([box(0, 0, 50, 50), box(0, 0, 50, 30)]).kept).toHaveLength(2);
  });
});

describe('compound', () => {
  test('a mask that two others fill goes', () => {
    const film = box(0, 0, 100, 50);
    const halves = [box(0, 0, 48, 50), box(50, 0, 50, 50)];
    const { kept, removals } = removeMasks([film, ...halves]);
    expect(kept).toEqual(halves);
    expect(removals).toMatchObject([{ rule: 'compound', removed: film, ratio: 0.98 }]);
    expect(removals[0]?.causes).toHaveLength(2);
  });

  test('children that overlap count once', () => {
    const film = box(0, 0, 100, 50);
    const { kept } = removeMasks([film, box(0, 0, 45, 50), box(10, 0, 45, 50)]);
    expect(kept).toContain(film);
  });

  test('tiny children do not make a mask compound', () => {
    const film = box(0, 0, 100, 50);
    const atoms = Array.from({ length: 50 }, (_, i) => box((i % 10) * 10, Math.floor(i / 10) * 10, 10, 9));
    const { kept, removals } = removeMasks([film, ...atoms]);
    expect(kept).toEqual([film]);
    expect(removals.every(({ rule, causes }) => rule === 'tiny-child' && causes[0] === film)).toBe(true);
  });
});

describe('tiny child', () => {
  test('goes, a larger child stays', () => {
    const film = box(0, 0, 100, 50);
    const island = box(20, 10, 20, 20);
    const atom = box(60, 10, 5, 5);
    const { kept, removals } = removeMasks([atom, film, island]);
    expect(kept).toEqual([film, island]);
    expect(removals).toEqual([{ rule: 'tiny-child', removed: atom, causes: [film], ratio: 0.005 }]);
  });

  test('stays if its parent is compound and goes', () => {
    const all = box(0, 0, 100, 100);
    const layers = [box(0, 0, 100, 48), box(0, 52, 100, 48)];
    const interlayer = box(0, 48, 100, 4);
    expect(removeMasks([all, ...layers, interlayer]).kept).toEqual([...layers, interlayer]);
  });
});

describe('tiny island', () => {
  const island = box(70, 70, 3, 3);

  test('goes where nothing covers its surroundings', () => {
    const { kept, removals } = removeMasks([box(0, 0, 50, 50), island]);
    expect(kept).toHaveLength(1);
    expect(removals).toEqual([{ rule: 'tiny-island', removed: island, causes: [], ratio: 0.0009 }]);
  });

  test('stays in a hole of a larger mask', () => {
    const [top, left, right, bottom] = [
      box(50, 50, 50, 20),
      box(50, 70, 20, 3),
      box(73, 70, 27, 3),
      box(50, 73, 50, 27),
    ];
    const ring = { mask: unionOf(top.mask, left.mask, right.mask, bottom.mask), score: 0.9 };
    expect(removeMasks([ring, island]).kept).toContain(island);
  });

  test('goes where there is no other mask at all', () => {
    expect(removeMasks([island]).kept).toEqual([]);
  });
});

test('nothing in, nothing out', () => {
  expect(removeMasks([])).toEqual({ kept: [], removals: [] });
});

test('the thresholds are those of the paper and the design', () => {
  expect(defaultRemovalOptions).toEqual({
    variant: 'order-independent',
    redundantIou: 0.8,
    childShare: 0.8,
    tinyChildShare: 0.05,
    compoundShare: 0.7,
    islandShare: 0.001,
  });
});

describe("the paper's verbatim variant", () => {
  const verbatim = { ...defaultRemovalOptions, variant: 'verbatim' as const };
  const film = box(0, 0, 100, 50);
  const overlapping = [box(0, 0, 45, 50), box(10, 0, 45, 50)];

  test('counts overlapping children in full', () => {
    const { kept, removals } = removeMasks([film, ...overlapping], verbatim);
    expect(kept).toEqual(overlapping);
    expect(removals).toEqual([{ rule: 'compound', removed: film, causes: overlapping, ratio: 0.9 }]);
  });

  test('takes tiny children with a parent that goes itself', () => {
    const all = box(0, 0, 100, 100);
    const layers = [box(0, 0, 100, 48), box(0, 52, 100, 48)];
    const interlayer = box(0, 48, 100, 4);
    const { kept, removals } = removeMasks([all, ...layers, interlayer], verbatim);
    expect(kept).toEqual(layers);
    expect(removals.map(({ rule }) => rule)).toEqual(['tiny-child', 'compound']);
  });

  test('depends on the order in which masks come', () => {
    const all = box(0, 0, 100, 100);
    const half = box(0, 0, 100, 60);
    const halves = [box(0, 0, 50, 60), box(50, 0, 50, 60)];
    // The half counts for the whole unless the walk has already found it to be compound.
    const other = box(0, 60, 100, 9);
    const wholeFirst = removeMasks([all, half, ...halves, other], verbatim);
    const halfFirst = removeMasks([half, all, ...halves, other], verbatim);
    expect(wholeFirst.removals.map(({ removed }) => removed)).toEqual([all, half]);
    expect(halfFirst.removals.map(({ removed }) => removed)).toEqual([half]);
  });

  test('of masks that nearly coincide keeps the largest, whichever comes first', () => {
    const larger = box(0, 0, 50, 50);
    const smaller = box(0, 0, 50, 45);
    for (const masks of [
      [larger, smaller],
      [smaller, larger],
    ]) {
      const { kept, removals } = removeMasks(masks, verbatim);
      expect(kept).toEqual([larger]);
      expect(removals).toEqual([{ rule: 'redundant', removed: smaller, causes: [larger], ratio: 0.9 }]);
    }
  });

  test('drops islands at the end', () => {
    const island = box(70, 70, 3, 3);
    expect(removeMasks([box(0, 0, 50, 50), island], verbatim).removals).toMatchObject([{ rule: 'tiny-island' }]);
  });
});

describe('a compound mask of one texture', () => {
  const whole = { mask: maskFromBox(60, 60, { x: 0, y: 0, width: 40, height: 40 }), score: 0.9 };
  const [left, right] = [0, 20].map((x) => ({
    mask: maskFromBox(60, 60, { x, y: 0, width: 20, height: 40 }),
    score: 0.9,
  }));
  const items = [left, whole, right].flatMap((item) => item ?? []);
  const rulesOf = (sameTexture: boolean | null) =>
    removeMasks(items, defaultRemovalOptions, judgeOf({ isOneTexture: sameTexture }));

  test('stays, and its fragments go', () => {
    const { kept, removals } = rulesOf(true);
    expect(kept).toEqual([whole]);
    expect(removals.map(({ rule, causes, ratio }) => ({ rule, causes, ratio }))).toEqual([
      { rule: 'fragment', causes: [whole], ratio: 0.5 },
      { rule: 'fragment', causes: [whole], ratio: 0.5 },
    ]);
  });

  test('goes where its children differ, or where nobody can tell', () => {
    for (const verdict of [false, null]) {
      const { kept, removals } = rulesOf(verdict);
      expect(kept).toEqual([left, right]);
      expect(removals.map(({ rule }) => rule)).toEqual(['compound']);
    }
  });
});

describe('a tiny child', () => {
  const film = { mask: maskFromBox(60, 60, { x: 0, y: 0, width: 50, height: 50 }), score: 0.9 };
  const speck = { mask: maskFromBox(60, 60, { x: 5, y: 5, width: 6, height: 6 }), score: 0.9 };
  const removedOf = (other: boolean | null, options = defaultRemovalOptions) =>
    removeMasks([film, speck], options, judgeOf({ isOtherMaterial: other })).removals.map(({ rule }) => rule);

  test('of another material stays', () => {
    expect(removedOf(true)).toEqual([]);
  });

  test('of the same material goes, and where nobody can tell, and by the rules of the paper', () => {
    expect(removedOf(false)).toEqual(['tiny-child']);
    expect(removedOf(null)).toEqual(['tiny-child']);
    expect(removedOf(true, { ...defaultRemovalOptions, variant: 'verbatim' })).toEqual(['tiny-child']);
  });
});

function judgeOf(verdicts: { isOneTexture?: boolean | null; isOtherMaterial?: boolean | null }): TextureJudge | null {
  const { isOneTexture = false, isOtherMaterial = false } = verdicts;
  if (isOneTexture === null || isOtherMaterial === null) return null;
  return { isOneTexture: () => isOneTexture, isOtherMaterial: () => isOtherMaterial };
}
