import type { RemovalRule } from '../../booster/removal-record.js';
import type { RemovalOptions, RemovedMask } from '../../pipeline/exploration.js';

/** What the rules of mask removal are called on the screen. */
export const ruleTitles: Readonly<Record<RemovalRule, string>> = {
  redundant: 'Redundant',
  compound: 'Compound',
  fragment: 'Fragment',
  'tiny-child': 'Tiny child',
  'tiny-island': 'Tiny island',
};

/** Masks are shown to people counted from 1. */
export const maskName = (index: number): string => `mask ${index + 1}`;

/** Why a mask was removed, in one sentence with the figure and the threshold that it was compared with. */
export function reasonOf({ rule, causes, ratio }: RemovedMask, options: RemovalOptions): string {
  const [first = 0] = causes;
  switch (rule) {
    case 'redundant':
      return `nearly the same as ${maskName(first)}, which is larger: IoU ${percent(ratio)}, at least ${percent(options.redundantIou)}`;
    case 'compound':
      return `${percent(ratio)} of it is covered by ${listOf(causes)}, more than ${percent(options.compoundShare)}`;
    case 'fragment':
      return `is of one texture with the rest of ${maskName(first)}, of which it is ${percent(ratio)}`;
    case 'tiny-child':
      return `lies in ${maskName(first)} and has ${percent(ratio)} of its area, less than ${percent(options.tinyChildShare)}`;
    case 'tiny-island':
      return `stands alone with ${percent(ratio)} of the image, less than ${percent(options.islandShare)}`;
  }
}

const mostNamed = 4;

function listOf(causes: readonly number[]): string {
  const named = causes.slice(0, mostNamed).map((index) => String(index + 1));
  const rest = causes.length - named.length;
  return `${causes.length === 1 ? 'mask' : 'masks'} ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Less is not worth telling apart. */
const leastShown = 0.0001;

/** Three significant digits, so that 0.1 % and 95 % both say something. */
export function percent(share: number): string {
  if (share > 0 && share < leastShown) return '< 0.01 %';
  return `${Number((100 * share).toPrecision(3))} %`;
}
