import { expect } from '@jest/globals';
import sharp from 'sharp';
import { decodeBrushRle } from '../../../src/label-studio/brush-codec.js';
import type { StoredRegion } from './label-studio.js';

/** One number per pixel: 0 unsegmented, k material k. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array;
}

/** Reads `NAME.labels.png`. */
export async function readLabelMap(file: string): Promise<LabelMap> {
  const { channels, depth } = await sharp(file).metadata();
  expect({ file, channels, depth }).toEqual({ file, channels: 1, depth: 'uchar' });
  const { data, info } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, labels: Uint8Array.from(data) };
}

/** Paints stored regions on top of each other; a pixel that two of them have is an error. */
export function labelMapOf(regions: readonly StoredRegion[]): LabelMap {
  const { original_width: width = 0, original_height: height = 0 } = regions[0] ?? {};
  const labels = new Uint8Array(width * height);
  for (const region of regions) {
    expect([region.original_width, region.original_height]).toEqual([width, height]);
    const { alpha } = decodeBrushRle(Uint8Array.from(region.value.rle));
    const material = Number(/^Material (\d+)$/.exec(region.value.brushlabels[0] ?? '')?.[1]);
    for (let i = 0; i < labels.length; i++) {
      if ((alpha[i] ?? 0) < 128) continue;
      if (labels[i] !== 0) throw new Error(`materials ${labels[i] ?? 0} and ${material} share pixel ${i}`);
      labels[i] = material;
    }
  }
  return { width, height, labels };
}

/** Number of pixels in which two label maps differ; maps of different sizes are an error. */
export function differingPixels(a: LabelMap, b: LabelMap): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.labels.reduce((count, label, i) => (label === b.labels[i] ? count : count + 1), 0);
}

/** A pixel in the middle of a square of one label. */
export interface InteriorPoint {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}

/** Up to `most` points per label, spread over the image, whose surroundings within `radius` pixels have the same label. */
export function interiorPoints({ width, height, labels }: LabelMap, radius: number, most: number): InteriorPoint[] {
  const found = new Map<number, InteriorPoint[]>();
  const step = radius + 1;
  for (let y = radius; y < height - radius; y += step) {
    for (let x = radius; x < width - radius; x += step) {
      const label = labels[y * width + x] ?? 0;
      const around = (dy: number) => labels.subarray((y + dy) * width + x - radius, (y + dy) * width + x + radius + 1);
      const isInterior = Array.from({ length: 2 * radius + 1 }, (_, i) => around(i - radius)).every((row) =>
        row.every((other) => other === label),
      );
      if (isInterior) found.set(label, [...(found.get(label) ?? []), { x, y, label }]);
    }
  }
  return [...found.values()].flatMap((points) => {
    const every = Math.max(1, Math.floor(points.length / most));
    return points.filter((_, i) => i % every === 0).slice(0, most);
  });
}
