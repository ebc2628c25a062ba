import type { Box } from '../../core/box.js';
import { intersectionArea, type Mask, maskFromBox, unionOf } from '../../core/mask.js';
import type { Finding } from '../removal-record.js';

/** Of the surroundings of an island, less than this share is covered by other masks. */
const openShare = 0.5;

/** Tiny masks that stand alone in a region that no larger mask covers. The ratio is the island's share of the image. */
export function findTinyIslands<Item extends { readonly mask: Mask }>(
  items: readonly Item[],
  { islandShare }: { readonly islandShare: number },
): Finding<Item>[] {
  const isTiny = ({ mask }: Item): boolean => mask.areaPx < islandShare * mask.width * mask.height;
  const [first, ...others] = items.filter((item) => !isTiny(item)).map((item) => item.mask);
  const covered = first && unionOf(first, ...others);
  return items
    .filter(isTiny)
    .filter(({ mask }) => covered === undefined || standsInTheOpen(mask, covered))
    .map((item) => ({ removed: item, causes: [], ratio: item.mask.areaPx / (item.mask.width * item.mask.height) }));
}

/** Looks at the mask's box, widened on each side by its own size. */
function standsInTheOpen(mask: Mask, covered: Mask): boolean {
  const { width, height } = mask;
  const around = widened(mask.box, width, height);
  const window = maskFromBox(width, height, around);
  return intersectionArea(window, covered) < openShare * window.areaPx;
}

function widened(box: Box, width: number, height: number): Box {
  const x = Math.max(0, box.x - box.width);
  const y = Math.max(0, box.y - box.height);
  return {
    x,
    y,
    width: Math.min(width, box.x + 2 * box.width) - x,
    height: Math.min(height, box.y + 2 * box.height) - y,
  };
}
