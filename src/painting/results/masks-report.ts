import { type CocoRle, encodeCocoRle } from '../../core/coco-rle.js';
import type { DecodedMicrograph } from '../../imaging/decode-micrograph.js';
import type { PixelSizeNm } from '../../imaging/open-image.js';
import type { Stage } from '../../pipeline/pipeline-parameters.js';
import type { ResultMask } from '../../pipeline/result-masks.js';
import type { Timings } from '../../pipeline/timings.js';

/** `NAME.masks.json` (CONTRACT, "segment"). */
export interface MasksReport {
  readonly image: {
    readonly file: string;
    readonly width: number;
    readonly height: number;
    readonly pixel_size_nm: PixelSizeNm | null;
    /** Which image of the file, from 0, or the mean of all; and how many the file holds. */
    readonly frame: number | 'mean';
    readonly frames: number;
  };
  /** What was left out, or could surprise. */
  readonly warnings: readonly string[];
  readonly model: string;
  readonly stage: Stage;
  readonly materials: number | null;
  readonly masks: readonly {
    readonly rle: CocoRle;
    readonly area: number;
    readonly bbox: readonly [number, number, number, number];
    readonly predicted_iou: number;
    readonly stability_score: number;
    readonly point: readonly [number, number] | null;
    readonly material: number | null;
    /** Only with a profile: the name of the material, null for what is unlike anything that the profile has seen. */
    readonly label?: string | null;
    readonly score: number;
  }[];
  readonly timings_ms: Timings;
}

/** What a report says besides its masks. */
export interface ReportAbout {
  readonly modelVersion: string;
  readonly stage: Stage;
  readonly timings: Timings;
  readonly warnings: readonly string[];
  /** A profile names the materials. */
  readonly hasNames?: boolean | undefined;
}

/** The micrograph as a report needs it. */
export type ReportedMicrograph = Pick<
  DecodedMicrograph,
  'name' | 'width' | 'height' | 'pixelSizeNm' | 'frame' | 'frames'
>;

/** Writes down the masks of one micrograph. */
export function masksReport(
  { name: file, width, height, pixelSizeNm, frame, frames }: ReportedMicrograph,
  masks: readonly ResultMask[],
  { modelVersion, stage, timings, warnings, hasNames = false }: ReportAbout,
): MasksReport {
  return {
    image: { file, width, height, pixel_size_nm: pixelSizeNm, frame, frames },
    warnings,
    model: modelVersion,
    stage,
    materials: stage === 'boosted' ? masks.length : null,
    masks: masks.map(({ mask, predictedIou, stabilityScore, point, material, name, score }) => ({
      rle: encodeCocoRle(mask),
      area: mask.areaPx,
      bbox: [mask.box.x, mask.box.y, mask.box.width, mask.box.height],
      predicted_iou: predictedIou,
      stability_score: stabilityScore,
      point: point && [point.x, point.y],
      material,
      ...(hasNames ? { label: name } : {}),
      score,
    })),
    timings_ms: timings,
  };
}
