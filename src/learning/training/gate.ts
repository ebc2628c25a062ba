import { meanOf } from '../../metrics/statistics.js';
import type { ImageScore } from './score-image.js';

/** One image on which the new profile, the one in use and none at all are compared. */
export interface GateImage {
  /** With the new profile, the image having been held out; null where it could not be. */
  readonly next: ImageScore | null;
  /** With the profile in use, which has not seen the image either; null where there is none, or nothing is known. */
  readonly current: ImageScore | null;
  readonly zeroShot: ImageScore;
}

/** Whether a new profile may replace the one in use, and why. */
export interface Verdict {
  readonly adopt: boolean;
  readonly reason: string;
}

/** A fall of the mean IoU by less is noise. */
const tolerance = 0.005;

/** With fewer held-out images it must also be likely that names are right: a few images may be luckier without a profile, or with one. */
const telling = 6;
/** Share of materials that must be expected to get the right name then. */
const leastRight = 0.7;
/** With fewer held-out images still, more: one profile in a hundred was worse than none, all of them expected to be right for less than this (docs/LEARNING.md). */
const few = 3;
const leastRightOfFew = 0.85;

/**
 * A new profile replaces the old one only if neither its names nor its masks are worse on images that it has not seen, and if what was accepted tells the labels
 * apart. `expectedRight`: share of materials that are expected to get the right name.
 */
export function judgeProfile(images: readonly GateImage[], hasCurrent: boolean, expectedRight: number): Verdict {
  const held = images.flatMap(({ next, current, zeroShot }) => (next === null ? [] : { next, current, zeroShot }));
  if (held.length < telling && expectedRight < (held.length < few ? leastRightOfFew : leastRight)) {
    const share = `${Math.round(100 * expectedRight)} %`;
    return {
      adopt: false,
      reason: `what was accepted so far would name about ${share} of the materials right: accept images that show other labels, or those that look alike again`,
    };
  }
  if (held.length === 0) {
    return hasCurrent
      ? {
          adopt: false,
          reason: 'with one accepted image nothing can be held out to compare it with the profile in use',
        }
      : {
          adopt: true,
          reason: 'one accepted image: nothing could be held out, so only names are learned and no mask changes',
        };
  }
  const compared = held.flatMap(({ next, current }) => (current === null ? [] : { next, current }));
  const named = compare(
    compared.map(({ next, current }) => [next.named, current.named]),
    'the profile in use',
  );
  const unnamed = compare(
    held.map(({ next, zeroShot }) => [next.named, zeroShot.named]),
    'no profile',
  );
  const plain = compare(
    held.map(({ next, zeroShot }) => [next.plain, zeroShot.plain]),
    'no profile',
  );
  const worse = [
    ...(hasCurrent && named.isWorse ? [`label-aware IoU ${named.text}`] : []),
    ...(unnamed.isWorse ? [`label-aware IoU ${unnamed.text}`] : []),
    ...(plain.isWorse ? [`mIoU of the masks ${plain.text}`] : []),
  ];
  if (worse.length > 0) return { adopt: false, reason: `worse on held-out images: ${worse.join('; ')}` };
  return {
    adopt: true,
    reason: `not worse on held-out images: label-aware IoU ${(hasCurrent ? named : unnamed).text}`,
  };
}

interface Comparison {
  readonly isWorse: boolean;
  readonly text: string;
}

function compare(pairs: readonly (readonly [next: number, other: number])[], other: string): Comparison {
  const next = meanOf(pairs.map(([value]) => value));
  const before = meanOf(pairs.map(([, value]) => value));
  if (next === undefined || before === undefined) {
    return { isWorse: false, text: `can't be compared with that of ${other}: it has seen every image` };
  }
  const images = `${pairs.length} ${pairs.length === 1 ? 'image' : 'images'}`;
  return {
    isWorse: next < before - tolerance,
    text: `${next.toFixed(3)} against ${before.toFixed(3)} of ${other} (${images})`,
  };
}
