import type { Mask } from '../core/mask.js';
import type { MaterialCount } from '../core/material-count.js';
import type { GreyImage } from '../core/micrograph.js';

/*
 * What a user should know of a result that is defined but poorer than hoped for. Each is one sentence that says what happened.
 */

/** Whether an image has one intensity throughout (a flat image decodes to 0 everywhere). */
export function isFlat({ grey }: GreyImage): boolean {
  const first = grey[0];
  return grey.every((value) => value === first);
}

/** Nothing was found, and why if that is known. */
export function warnOfProposals(name: string, flat: boolean, found: number): string[] {
  if (flat) return [`${name} is of one grey throughout: there is nothing to segment, nothing is painted`];
  return found === 0 ? [`no mask was found in ${name}: nothing is painted`] : [];
}

/** What the reader is told where the encoder's texture tokens can't be used; nothing where they can. */
export function warnOfTokens(usable: boolean): string[] {
  return usable ? [] : ["the image encoder's texture tokens are not numbers: materials are told by crops alone"];
}

interface DescribedMasks {
  readonly masks: readonly Mask[];
  /** Samples of each mask that are numbers. */
  readonly sampleCounts: readonly number[];
  /** K: samples that each mask should have. */
  readonly wanted: number;
  /** m: side of a crop in pixels. */
  readonly cropSize: number;
  /** Least share of a crop that lies in its mask. */
  readonly minimumShare: number;
}

/** Of mask merging: masks whose texture is poorly known, and too few of them. */
export function warnOfMerging(
  described: DescribedMasks & { readonly materials: MaterialCount; readonly painted: number },
): string[] {
  return [...warnOfTexture(described), ...warnOfCount(described.materials, described.masks.length, described.painted)];
}

/** Masks whose texture is poorly known. */
function warnOfTexture({ masks, sampleCounts, wanted, cropSize, minimumShare }: DescribedMasks): string[] {
  const lost = sampleCounts.filter((count) => count === 0).length;
  const partly = sampleCounts.filter((count) => count > 0 && count < wanted).length;
  const small = masks.filter(({ areaPx }) => areaPx < minimumShare * cropSize ** 2).length;
  return [
    ...(lost > 0 ? [`${countOf(lost, 'mask')} not painted: the texture encoder gave no numbers for them`] : []),
    ...(partly > 0 ? [`for ${countOf(partly, 'mask')} the texture encoder gave numbers for some crops only`] : []),
    ...(small > 0
      ? [
          `${countOf(small, 'mask')} smaller than a crop of ${cropSize} × ${cropSize} pixels: the material is less certain`,
        ]
      : []),
  ];
}

/** Too few masks to tell materials by. */
function warnOfCount(materials: MaterialCount, masks: number, painted: number): string[] {
  if (masks === 0) return [];
  if (typeof materials === 'number' && painted < materials) {
    return [`${materials} materials were asked for, ${painted} found in ${countOf(masks, 'mask')}`];
  }
  return masks === 1 && materials !== 1 ? ['only one mask was found: it is painted as the only material'] : [];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
