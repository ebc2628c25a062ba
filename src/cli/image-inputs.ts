import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import type { FrameChoice } from '../imaging/choose-frame.js';
import { formatNames } from '../imaging/formats.js';
import { countFrames } from '../imaging/micrograph-file.js';
import { whyPassedOver } from '../imaging/micrograph-names.js';

/** An image to be read, and the name under which its results are written. */
export interface ImageInput {
  readonly path: string;
  /** File name without its extension. */
  readonly name: string;
  /** Which image of the file; undefined: its own choice. */
  readonly frame?: FrameChoice;
}

/** A file of a folder that a run leaves alone. */
export interface PassedOver {
  readonly path: string;
  readonly why: string;
}

/** What the user's files and folders hold. */
export interface FoundImages {
  readonly images: readonly ImageInput[];
  readonly passedOver: readonly PassedOver[];
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
 * The images that the user named: files as they are, of folders the image files in them, sorted by name; what else
 * lies there is told, with the reason. Throws `usage.invalid` for what does not exist and for two inputs whose results
 * would have the same names.
 */
export async function findImages(inputs: readonly string[]): Promise<FoundImages> {
  const expanded = await Promise.all(inputs.map(expand));
  const found = expanded.flatMap(({ paths }) => paths);
  const passedOver = expanded.flatMap((each) => each.passedOver).filter(({ path }) => !found.includes(path));
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
  return { images, passedOver };
}

async function expand(input: string): Promise<{ paths: string[]; passedOver: PassedOver[] }> {
  const found = await stat(input).catch(() => undefined);
  if (found === undefined) throw usage(`${input} does not exist`, 'Give image files, or folders that hold images.');
  if (!found.isDirectory()) return { paths: [input], passedOver: [] };
  const entries = (await readdir(input, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const looked = entries.map((entry) => ({ path: join(input, entry.name), entry, why: whyPassedOver(entry.name) }));
  const paths = looked.flatMap(({ path, why }) => (why === null ? path : []));
  const passedOver = looked.flatMap(({ path, entry, why }) =>
    why === null ? [] : [{ path, why: entry.isDirectory() ? 'a folder' : why }],
  );
  if (paths.length === 0)
    throw usage(`the folder ${input} holds no ${formatNames} file`, 'Give a folder with micrographs.');
  return { paths, passedOver };
}

function usage(message: string, hint: string): SamIAmError {
  return new SamIAmError('usage.invalid', message, { hint });
}
