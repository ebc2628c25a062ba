import { expect, test } from '@jest/globals';
import { resizeBytes } from '../../src/core/resize-bytes.js';
import { readReference } from '../support/read-fixture.js';

interface ResizeCase {
  readonly image: number[][];
  readonly resized: number[][];
}

test.each(readReference('resize-bytes') as ResizeCase[])('bit for bit as Pillow ($#)', ({ image, resized }) => {
  const bytes = { width: image[0]?.length ?? 0, height: image.length, pixels: Uint8Array.from(image.flat()) };
  const ours = resizeBytes(bytes, resized[0]?.length ?? 0, resized.length);
  expect([...ours.pixels]).toEqual(resized.flat());
});
