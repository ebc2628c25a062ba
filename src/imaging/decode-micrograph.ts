import { SamIAmError } from '../core/errors.js';
import type { Micrograph } from '../core/micrograph.js';
import { failure, type Result, success } from '../core/result.js';
import { type ByteSource, sourceOfBytes } from './byte-source.js';
import { chooseFrame, type FrameChoice, readChosen } from './choose-frame.js';
import { formatNames, openImage } from './formats.js';
import { withoutOverlays } from './not-specimen/without-overlays.js';
import type { Acquisition, OpenImage, PixelSizeNm } from './open-image.js';
import { UnreadableFile } from './unreadable-file.js';
import { findWithoutData } from './without-data.js';

/** What is read of a file. */
export interface DecodeOptions {
  /** Larger images are refused before their pixels are decoded. */
  readonly maxPixels: number;
  /** Banners, bars and letters burnt into the picture count as specimen. */
  readonly keepOverlays?: boolean | undefined;
  readonly frame?: FrameChoice;
  /** Instead of what the file tells. */
  readonly pixelSizeNm?: PixelSizeNm | undefined;
}

/** A micrograph, and what its file tells besides the pixels. */
export interface DecodedMicrograph extends Micrograph {
  /** Nanometres per pixel along x and y; null where the file does not tell, or tells what no electron microscope has. */
  readonly pixelSizeNm: PixelSizeNm | null;
  readonly acquisition: Acquisition;
  /** Which image of the file it is, from 0, or the mean of all. */
  readonly frame: number | 'mean';
  /** How many the file holds. */
  readonly frames: number;
  /** What was left out, or taken in a way that could surprise: a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Decodes one image of a file of any format in the table (imaging/formats) into grey intensities, turned as a viewer shows the file. Pixels
 * without data are `excluded`. Failures are `image.unreadable` and `image.too_large`, each with its cure.
 */
export async function decodeMicrograph(
  name: string,
  file: Uint8Array | ByteSource,
  options: DecodeOptions,
): Promise<Result<DecodedMicrograph, SamIAmError>> {
  try {
    const image = await openImage(file instanceof Uint8Array ? sourceOfBytes(file) : file);
    return success(await decodeFrame(name, image, options));
  } catch (thrown) {
    return failure(thrown instanceof SamIAmError ? thrown : unreadable(name, thrown));
  }
}

async function decodeFrame(
  name: string,
  image: OpenImage,
  { maxPixels, frame: choice, pixelSizeNm, keepOverlays = false }: DecodeOptions,
): Promise<DecodedMicrograph> {
  const chosen = chooseFrame(image, choice);
  const { width, height } = chosen.size;
  if (!(width * height > 0)) throw new UnreadableFile(`its size is ${width} × ${height}`);
  if (width * height > maxPixels) throw tooLarge(name, width, height, maxPixels);
  const raw = await readChosen(image, chosen);
  const { excluded, warnings } = findWithoutData(raw, { margins: !keepOverlays });
  const { warnings: warningsOfOverlays = [], ...seen } = withoutOverlays({ ...raw, excluded }, { keepOverlays });
  return {
    name,
    width: raw.width,
    height: raw.height,
    ...seen,
    pixelSizeNm: pixelSizeNm ?? image.pixelSizeNm,
    acquisition: image.acquisition,
    frame: chosen.index ?? 'mean',
    frames: image.frames.length,
    warnings: [...image.warnings, ...chosen.warnings, ...(raw.warnings ?? []), ...warnings, ...warningsOfOverlays],
  };
}

/** A reader that runs over an end of the file throws a RangeError; whatever else a library throws means damage, too. */
function unreadable(name: string, thrown: unknown): SamIAmError {
  const { message, hint } =
    thrown instanceof UnreadableFile ? thrown : { message: 'the file is damaged or cut off', hint: undefined };
  return new SamIAmError('image.unreadable', `${name} can't be read as an image: ${message}`, {
    hint: hint ?? `Give a ${formatNames} file that opens in an image viewer.`,
    cause: thrown,
  });
}

function tooLarge(name: string, width: number, height: number, maxPixels: number): SamIAmError {
  return new SamIAmError(
    'image.too_large',
    `${name} has ${width} × ${height} pixels, more than ${maxPixels.toLocaleString('en')} in all`,
    { hint: 'Shrink or crop the micrograph, or raise MAX_IMAGE_PIXELS.' },
  );
}
