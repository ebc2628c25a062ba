import { fillExcluded } from '../../core/fill-excluded.js';
import { type Mask, maskToBitmap, unionOf } from '../../core/mask.js';
import type { Micrograph } from '../../core/micrograph.js';
import { scaleIntensity } from '../scale-intensity.js';
import { describeNotSpecimen } from './describe-not-specimen.js';
import { findNotSpecimen, type NotSpecimen } from './find-not-specimen.js';

interface RawGrey {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
  /** Pixels without data. */
  readonly excluded?: Mask | undefined;
}

const nothing: NotSpecimen = { mask: null, found: [], scaleBarPx: null };

/**
 * Raw intensities as a micrograph in which what has no data and what is no specimen is excluded, has no part in the contrast, and is hidden from
 * the models. `keepOverlays`: what is drawn over the picture is specimen.
 */
export function withoutOverlays(
  raw: RawGrey,
  { keepOverlays = false }: { readonly keepOverlays?: boolean } = {},
): Omit<Micrograph, 'name' | 'width' | 'height'> {
  const { width, height, values } = raw;
  const found = keepOverlays ? nothing : findNotSpecimen(width, height, withoutGaps(raw));
  const mask = joined(raw.excluded, found.mask ?? undefined);
  if (mask === undefined) return { grey: scaleIntensity(values) };
  const shown = scaleIntensity(values, maskToBitmap(mask));
  return {
    grey: fillExcluded({ width, height }, shown, mask),
    shown,
    excluded: mask,
    warnings: describeNotSpecimen(found),
    ...(found.scaleBarPx === null ? {} : { scaleBarPx: found.scaleBarPx }),
  };
}

/** What lies beside a gap in the data goes on in it, so that it is not taken for a strip or a drawing. */
function withoutGaps({ width, height, values, excluded }: RawGrey): ArrayLike<number> {
  return excluded === undefined ? values : fillExcluded({ width, height }, Float32Array.from(values), excluded);
}

function joined(a: Mask | undefined, b: Mask | undefined): Mask | undefined {
  return a === undefined || b === undefined ? (a ?? b) : unionOf(a, b);
}
