import type { Micrograph } from '../../src/core/micrograph.js';

/** A micrograph from a function of its pixels. */
export function greyImage(width: number, height: number, value: (x: number, y: number) => number): Micrograph {
  const grey = Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return { name: 'drawn.png', width, height, grey };
}
