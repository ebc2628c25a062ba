import type { FrameSize, OpenImage, PixelValues, RawFrame } from './open-image.js';
import { UnreadableFile } from './unreadable-file.js';

/** Which image of a file: its number from 0, the mean of all of one size, or undefined: the file's own choice. */
export type FrameChoice = number | 'mean' | undefined;

/** What is taken of a file. */
export interface ChosenFrame {
  /** Undefined for the mean. */
  readonly index: number | undefined;
  readonly size: FrameSize;
  readonly warnings: readonly string[];
}

/** Decides which image of a file is taken. Throws {@link UnreadableFile} for a number that it does not have. */
export function chooseFrame({ frames, defaultFrame }: OpenImage, choice: FrameChoice): ChosenFrame {
  const index = typeof choice === 'number' ? choice : defaultFrame;
  const size = frames[index];
  if (size === undefined) {
    const have =
      frames.length === 1 ? 'one image, frame 0' : `${frames.length} images, frames 0 to ${frames.length - 1}`;
    throw new UnreadableFile(`it has no frame ${index}: it holds ${have}`, 'Give --frame one of these numbers.');
  }
  if (choice === 'mean') return { index: undefined, size, warnings: warnOfOtherSizes(frames, size) };
  return { index, size, warnings: choice === undefined ? warnOfOthers(frames, index) : [] };
}

function warnOfOthers(frames: readonly FrameSize[], index: number): string[] {
  if (frames.length === 1) return [];
  const size = frames[index];
  const isSame = frames.every(({ width, height }) => width === size?.width && height === size.height);
  const which = isSame
    ? `frame ${index}`
    : `frame ${index}, the largest (${size?.width ?? 0} × ${size?.height ?? 0} pixels),`;
  return [`the file holds ${frames.length} images (frames 0 to ${frames.length - 1}): only ${which} was taken`];
}

function warnOfOtherSizes(frames: readonly FrameSize[], size: FrameSize): string[] {
  const left = frames.length - framesOfSize(frames, size).length;
  return left === 0 ? [] : [`${left} of ${frames.length} images are of another size and have no part in the mean`];
}

function framesOfSize(frames: readonly FrameSize[], size: FrameSize): number[] {
  return [...frames.keys()].filter(
    (index) => frames[index]?.width === size.width && frames[index].height === size.height,
  );
}

/** The chosen frame, or the mean of all of its size, which is empty where any of them is. */
export async function readChosen(image: OpenImage, { index, size }: ChosenFrame): Promise<RawFrame> {
  if (index !== undefined) return image.read(index);
  const members = framesOfSize(image.frames, size);
  const sum = new Float64Array(size.width * size.height);
  let empty: Uint8Array | undefined;
  for (const member of members) {
    const frame = await image.read(member);
    addTo(sum, frame.values);
    if (frame.empty !== undefined) {
      empty ??= new Uint8Array(sum.length);
      addTo(empty, frame.empty);
    }
  }
  for (let pixel = 0; pixel < sum.length; pixel++) sum[pixel] = (sum[pixel] as number) / members.length;
  return { ...size, values: sum, empty };
}

function addTo(sum: PixelValues, values: PixelValues): void {
  const isBytes = sum instanceof Uint8Array;
  for (let pixel = 0; pixel < sum.length; pixel++) {
    const value = values[pixel] as number;
    sum[pixel] = isBytes ? (sum[pixel] as number) | (value === 0 ? 0 : 1) : (sum[pixel] as number) + value;
  }
}
