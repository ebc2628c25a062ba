import { maskOfLabel } from '../core/label-map.js';
import type { Mask } from '../core/mask.js';
import type { Segmentation } from './segment-micrograph.js';

/** The masks of one image at each stage of one run of the pipeline, each mask as its runs (see {@link Mask}). */
export interface StageMasks {
  /** Size in pixels as a browser shows the image. */
  readonly width: number;
  readonly height: number;
  readonly sam: readonly Uint32Array[];
  readonly removed: readonly Uint32Array[];
  readonly boosted: readonly Uint32Array[];
}

/** What each stage of a whole segmentation leaves. */
export function stageMasks(
  { width, height }: { readonly width: number; readonly height: number },
  { proposals, removal, microstructure }: Segmentation,
): StageMasks {
  const runsOf = ({ mask }: { readonly mask: Mask }): Uint32Array => mask.runs;
  return {
    width,
    height,
    sam: proposals.map(runsOf),
    removed: (removal?.kept ?? []).map(runsOf),
    boosted: microstructure
      ? microstructure.materials.map(({ label }) => maskOfLabel(microstructure.map, label).runs)
      : [],
  };
}
