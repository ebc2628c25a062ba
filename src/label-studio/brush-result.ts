import { randomBytes } from 'node:crypto';
import type { LabelControl } from './label-config.js';

/** One painted material, as far as Label Studio shows it. */
export interface PaintedLayer {
  readonly areaPx: number;
  readonly score: number;
  readonly brushRle: Uint8Array;
}

/** The painted materials of an image, the largest first. */
export interface PaintedLayers {
  /** Size in pixels as a browser shows the image. */
  readonly width: number;
  readonly height: number;
  readonly materials: readonly PaintedLayer[];
}

/** A region as Label Studio stores it: one label, one mask of the whole image. */
export interface BrushRegion {
  readonly id: string;
  readonly type: 'brushlabels';
  readonly from_name: string;
  readonly to_name: string;
  readonly original_width: number;
  readonly original_height: number;
  readonly image_rotation: 0;
  readonly origin: 'prediction';
  readonly score: number;
  readonly value: { readonly format: 'rle'; readonly rle: Uint8Array; readonly brushlabels: readonly [string] };
}

/** The regions of a prediction, its score, and what could not be shown. */
export interface BrushResult {
  readonly regions: readonly BrushRegion[];
  /** Mean of the regions' scores, weighted by area; 0 without regions. */
  readonly score: number;
  readonly warnings: readonly string[];
}

/**
 * Paints material k with the control's k-th label, so that the largest material gets the first label. Materials beyond the
 * last label are left out with a warning rather than painted with a wrong one.
 */
export function toBrushResult(painted: PaintedLayers, brush: LabelControl, newId = newRegionId): BrushResult {
  const layers = painted.materials.slice(0, brush.labels.length);
  const surplus = painted.materials.length - layers.length;
  return {
    regions: layers.flatMap((layer, index) => {
      const label = brush.labels[index];
      return label === undefined ? [] : [toBrushRegion(painted, layer, brush, label, newId())];
    }),
    score: areaWeightedScore(layers),
    warnings: surplus === 0 ? [] : [surplusWarning(surplus, brush)],
  };
}

/** Paints everything that was found, usually one mask, with the label that the user picked. */
export function toBrushResultWithLabel(
  painted: PaintedLayers,
  brush: LabelControl,
  label: string,
  newId = newRegionId,
): BrushResult {
  return {
    regions: painted.materials.map((layer) => toBrushRegion(painted, layer, brush, label, newId())),
    score: areaWeightedScore(painted.materials),
    warnings: [],
  };
}

/** An id that no other region has, in the alphabet that Label Studio uses. */
export function newRegionId(): string {
  return randomBytes(9).toString('base64url');
}

function toBrushRegion(
  size: { readonly width: number; readonly height: number },
  layer: PaintedLayer,
  brush: LabelControl,
  label: string,
  id: string,
): BrushRegion {
  return {
    id,
    type: 'brushlabels',
    from_name: brush.name,
    to_name: brush.toName,
    original_width: size.width,
    original_height: size.height,
    image_rotation: 0,
    origin: 'prediction',
    score: layer.score,
    value: { format: 'rle', rle: layer.brushRle, brushlabels: [label] },
  };
}

function areaWeightedScore(layers: readonly PaintedLayer[]): number {
  const area = layers.reduce((sum, layer) => sum + layer.areaPx, 0);
  return area === 0 ? 0 : layers.reduce((sum, layer) => sum + layer.score * layer.areaPx, 0) / area;
}

function surplusWarning(surplus: number, brush: LabelControl): string {
  const labels = `${brush.labels.length} ${brush.labels.length === 1 ? 'label' : 'labels'}`;
  return `${surplus} more materials than the ${labels} of <BrushLabels name="${brush.name}">: the smallest are left out`;
}
