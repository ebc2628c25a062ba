import type { Box } from './box.js';

/** What a user pointed at, in pixels of the image as a browser shows it. */
export interface UserPrompt {
  readonly points: readonly { readonly x: number; readonly y: number; readonly positive: boolean }[];
  readonly boxes: readonly Box[];
}
