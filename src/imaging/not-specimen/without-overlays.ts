import { fillExcluded } from '../../core/fill-excluded.js';
import { maskToBitmap } from '../../core/mask.js';
import type { Micrograph } from '../../core/micrograph.js';
import { scaleIntensity } from '../scale-intensity.js';
import { describeNotSpecimen } from './describe-not-specimen.js';
import { findNotSpecimen } from './find-not-specimen.js';

interface RawGrey {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

/** Raw intensities as a micrograph in which what is no specimen is excluded, has no part in the contrast, and is hidden from the models. */
export function withoutOverlays({ width, height, values }: RawGrey): Omit<Micrograph, 'name' | 'width' | 'height'> {
  const found = findNotSpecimen(width, height, values);
  const { mask, scaleBarPx } = found;
  if (mask === null) return { grey: scaleIntensity(values) };
  const shown = scaleIntensity(values, maskToBitmap(mask));
  return {
    grey: fillExcluded({ width, height }, shown, mask),
    shown,
    excluded: mask,
    warnings: describeNotSpecimen(found),
    ...(scaleBarPx === null ? {} : { scaleBarPx }),
  };
}
