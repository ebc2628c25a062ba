import type { Box } from '../core/box.js';

/** One window of the image that is encoded and prompted by itself. Layer 0 is the image. */
export interface LayerCrop {
  readonly layer: number;
  readonly box: Box;
}

/** Overlap of neighbouring crops as a share of the image's shorter side, before the division by the number of crops. */
const overlapRatio = 512 / 1500;

/**
 * The crops of SAM's automatic mask generator: layer i cuts the image into 2ⁱ × 2ⁱ equal, overlapping crops (DESIGN section 2;
 * `generate_crop_boxes` of segment-anything).
 */
export function cropLayers(width: number, height: number, layers: number): LayerCrop[] {
  const crops: LayerCrop[] = [{ layer: 0, box: { x: 0, y: 0, width, height } }];
  for (let layer = 1; layer <= layers; layer++) {
    const perSide = 2 ** layer;
    const overlap = Math.trunc(overlapRatio * Math.min(width, height) * (2 / perSide));
    const cropWidth = cropLength(width, perSide, overlap);
    const cropHeight = cropLength(height, perSide, overlap);
    for (let column = 0; column < perSide; column++) {
      for (let row = 0; row < perSide; row++) {
        const x = (cropWidth - overlap) * column;
        const y = (cropHeight - overlap) * row;
        const box = { x, y, width: Math.min(cropWidth, width - x), height: Math.min(cropHeight, height - y) };
        crops.push({ layer, box });
      }
    }
  }
  return crops;
}

function cropLength(side: number, crops: number, overlap: number): number {
  return Math.ceil((overlap * (crops - 1) + side) / crops);
}

/** How near, in pixels, a box may come to its crop's edge before it counts as cut off by it. */
const edgeTolerancePx = 20;

/** Whether a mask with this box ends at an edge of its crop that is not an edge of the image: its rest lies outside the crop. */
export function isCutByCrop(maskBox: Box, crop: Box, imageWidth: number, imageHeight: number): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= edgeTolerancePx;
  // The last pixel of a mask, as segment-anything's inclusive boxes have it.
  const cutAt = (edge: number, crop: number, image: number): boolean => near(edge, crop) && !near(edge, image);
  return (
    cutAt(maskBox.x, crop.x, 0) ||
    cutAt(maskBox.y, crop.y, 0) ||
    cutAt(maskBox.x + maskBox.width - 1, crop.x + crop.width, imageWidth) ||
    cutAt(maskBox.y + maskBox.height - 1, crop.y + crop.height, imageHeight)
  );
}
