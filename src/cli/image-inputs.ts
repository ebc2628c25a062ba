import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import type { FrameChoice } from '../imaging/choose-frame.js';
import { formatNames } from '../imaging/formats.js';
import { countFrames } from '../imaging/micrograph-file.js';
import { isMicrographName } from '../imaging/micrograph-names.js';

/** An image to be read, and the name under which its results are written. */
export interface ImageInput {
  readonly path: string;
  /** File name without its extension. */
  readonly name: string;
  /** Which image of the file; undefined: its own choice. */
  readonly frame?: FrameChoice;
}

/** Each image with the frame that is asked for; `all`: each as often as it has frames, named `NAME.frame-N`. */
export async function withFrames(
  images: readonly ImageInput[],
  frame: FrameChoice | 'all',
): Promise<readonly ImageInput[]> {
  if (frame !== 'all') return images.map((image) => ({ ...image, frame }));
  const expanded: ImageInput[] = [];
  for (const image of images) {
    const count = await countFrames(image.path);
    for (let index = 0; index < count; index++) {
      expanded.push({ ...image, frame: index, name: count === 1 ? image.name : `${image.name}.frame-${index}` });
    }
  }
  return expanded;
}

/**
 * The images that the user named: files as they are, of folders the image files in them (label images and overlays left out), sorted by
 * name. Throws `usage.invalid` for what does not exist and for two inputs whose results would have the same names.
 */
export async function findImages(inputs: readonly string[]): Promise<ImageInput[]> {
  const found = (await Promise.all(inputs.map(expand))).flat();
  const images = [...new Set(found)].map((path) => ({ path, name: basename(path, extname(path)) }));
  const seen = new Map<string, string>();
  for (const { path, name } of images) {
    const other = seen.get(name);
    if (other !== undefined) {
      throw usage(
        `${other} and ${path} would write the same files ${name}.*`,
        'Rename one, or give them to two runs with different --out.',
      );
    }
    seen.set(name, path);
  }
  return images;
}

async function expand(input: string): Promise<string[]> {
  const found = await stat(input).catch(() => undefined);
  if (found === undefined) throw usage(`${input} does not exist`, 'Give image files, or folders that hold images.');
  if (!found.isDirectory()) return [input];
  const names = (await readdir(input)).filter(isMicrographName).sort();
  if (names.length === 0)
    throw usage(`the folder ${input} holds no ${formatNames} file`, 'Give a folder with micrographs.');
  return names.map((name) => join(input, name));
}

function usage(message: string, hint: string): SamIAmError {
  return new SamIAmError('usage.invalid', message, { hint });
}
