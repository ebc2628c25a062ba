import type { Box } from './box.js';

/** What a user pointed at, in pixels of the image as a browser shows it. */
export interface UserPrompt {
  readonly points: readonly { readonly x: number; readonly y: number; readonly positive: boolean }[];
  readonly boxes: readonly Box[];
  /** The size that the coordinates are measured in, where it is another than that of the image: 100 × 100 for percent. */
  readonly of?: { readonly width: number; readonly height: number };
}

/** The same in pixels of an image of this size. */
export function promptInPixels(
  prompt: UserPrompt,
  image: { readonly width: number; readonly height: number },
): UserPrompt {
  const { points, boxes, of } = prompt;
  if (of === undefined) return prompt;
  const [across, down] = [image.width / of.width, image.height / of.height];
  return {
    points: points.map(({ x, y, positive }) => ({ x: x * across, y: y * down, positive })),
    boxes: boxes.map(({ x, y, width, height }) => ({
      x: x * across,
      y: y * down,
      width: width * across,
      height: height * down,
    })),
  };
}
