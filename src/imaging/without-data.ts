import { type Mask, maskFromBitmap } from '../core/mask.js';
import type { RawFrame } from './open-image.js';
import { contentWithoutMargin } from './padding-margin.js';

/** Pixels that show nothing: not numbers, not opaque, or filled in around the picture. */
export interface WithoutData {
  /** Undefined where all pixels have data. */
  readonly excluded: Mask | undefined;
  readonly warnings: readonly string[];
}

/**
 * Finds the pixels of a frame that show nothing, which are no material and have no part in the contrast; `margins`: those of a margin that
 * was filled in with one value, too.
 */
export function findWithoutData(frame: RawFrame, { margins }: { readonly margins: boolean }): WithoutData {
  const { width, height, values } = frame;
  let empty = withoutNumbers(frame);
  const box = margins ? contentWithoutMargin(frame, values) : null;
  const warnings: string[] = [];
  if (box !== null) {
    empty ??= new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const isInside = y >= box.y && y < box.y + box.height;
      empty.fill(1, y * width, y * width + (isInside ? box.x : width));
      if (isInside) empty.fill(1, y * width + box.x + box.width, (y + 1) * width);
    }
    const [right, bottom] = [width - box.x - box.width, height - box.y - box.height];
    warnings.push(
      `a margin of one value (${box.x} pixels on the left, ${box.y} above, ${right} on the right, ${bottom} below) is taken for no data`,
    );
  }
  if (empty === undefined) return { excluded: undefined, warnings };
  const excluded = maskFromBitmap(width, height, empty);
  const share = ((100 * excluded.areaPx) / (width * height)).toFixed(1);
  warnings.push(`${excluded.areaPx} pixels without data (${share} %) left out`);
  return { excluded, warnings };
}

/** What the file says is empty, and what is no number. */
function withoutNumbers({ values, empty }: RawFrame): Uint8Array | undefined {
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  if (!isFloat || values.every(Number.isFinite)) return empty;
  return Uint8Array.from(values, (value, index) => (Number.isFinite(value) && (empty?.[index] ?? 0) === 0 ? 0 : 1));
}
