import { forEachRowRun, type Mask, maskFromRuns, RunBuilder } from './mask.js';

/** The parts of a mask that hang together over pixel edges (4) or edges and corners (8), in the order of their first pixels. */
export function connectedComponents(mask: Mask, connectivity: 4 | 8 = 4): Mask[] {
  const rows = rowRuns(mask);
  const parent = rows.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] = parent[parent[root] as number] as number;
    return root;
  };
  joinTouchingRows(rows, mask.width, connectivity === 8 ? 1 : 0, (a, b) => {
    const [first, second] = [rootOf(a), rootOf(b)];
    parent[Math.max(first, second)] = Math.min(first, second);
  });
  const parts = new Map<number, RunBuilder>();
  rows.forEach(({ start, end }, index) => {
    const root = rootOf(index);
    const part = parts.get(root) ?? new RunBuilder();
    parts.set(root, part);
    part.add(start, end);
  });
  return [...parts.values()].map((part) => maskFromRuns(mask.width, mask.height, part.finish()));
}

interface RowRun {
  readonly start: number;
  readonly end: number;
}

/** The mask's runs, cut at the ends of rows. */
function rowRuns(mask: Mask): RowRun[] {
  const rows: RowRun[] = [];
  forEachRowRun(mask, (start, end) => rows.push({ start, end }));
  return rows;
}

/**
 * Walks two neighbouring rows at a time; `join` gets the indices of runs that share a column, or come within `reach` columns of
 * each other.
 */
function joinTouchingRows(
  rows: readonly RowRun[],
  width: number,
  reach: 0 | 1,
  join: (a: number, b: number) => void,
): void {
  let above = 0;
  rows.forEach(({ start, end }, index) => {
    const row = Math.floor(start / width);
    // Pixels of this run as seen from the row above: one column wider on each side where corners count, but never around the image's edge.
    const from = Math.max(start - reach, row * width) - width;
    const to = Math.min(end + reach, (row + 1) * width) - width;
    for (let run = rows[above]; run !== undefined && above < index && run.end <= from;) run = rows[++above];
    for (let other = above; other < index; other++) {
      const candidate = rows[other] as RowRun;
      if (candidate.start >= to) break;
      if (candidate.end > from) join(other, index);
    }
  });
}
