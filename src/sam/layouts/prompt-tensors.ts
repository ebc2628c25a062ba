import type { FeedTensors } from '../../inference/inference-session.js';
import type { ImageFrame } from '../prepare-image.js';
import { type Prompt, promptLabels } from '../sam-model.js';

/** Points of each prompt of a batch. Throws a `RangeError` if prompts differ in length: that is the caller's mistake. */
export function pointsPerPrompt(prompts: readonly Prompt[]): number {
  const count = prompts[0]?.length ?? 0;
  if (prompts.some(({ length }) => length !== count)) throw new RangeError('prompts of one batch differ in length');
  return count;
}

/** Meta's convention: where no box follows, the points end with one that says "no more points". */
export function withPadding(prompts: readonly Prompt[]): readonly Prompt[] {
  const padding = { x: 0, y: 0, label: promptLabels.padding } as const;
  return prompts.map((prompt) => (hasBox(prompt) ? prompt : [...prompt, padding]));
}

/** Whether a prompt holds a corner of a box. */
export function hasBox(prompt: Prompt): boolean {
  return prompt.some(({ label }) => label === promptLabels.boxTopLeft || label === promptLabels.boxBottomRight);
}

/** x, y of every point in pixels of the frame, prompt by prompt; a padding point is the frame's origin. */
export function frameCoordinates(prompts: readonly Prompt[], { scaleX, scaleY }: ImageFrame): Float32Array {
  return Float32Array.from(prompts.flat().flatMap(({ x, y }) => [x * scaleX, y * scaleY]));
}

/** `point_coords` [N, P, 2] and `point_labels` [N, P] as floats. */
export function pointTensors(prompts: readonly Prompt[], frame: ImageFrame): FeedTensors {
  const points = pointsPerPrompt(prompts);
  const labels = Float32Array.from(prompts.flat(), ({ label }) => label);
  return {
    point_coords: { dims: [prompts.length, points, 2], data: frameCoordinates(prompts, frame) },
    point_labels: { dims: [prompts.length, points], data: labels },
  };
}
