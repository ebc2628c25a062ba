import { sourceOfBytes } from '../imaging/byte-source.js';
import type { PixelValues } from '../imaging/open-image.js';
import { readTiffDirectories } from '../imaging/tiff/directory.js';
import { isReadHere, readSamples, readTiffPage, type TiffPage } from '../imaging/tiff/page.js';
import { turn } from '../imaging/turn.js';
import { UnreadableFile } from '../imaging/unreadable-file.js';
import type { LabelPixels } from './label-pixel-values.js';

const photometric = { rgb: 2, palette: 3 } as const;
const largestNumber = 2 ** 32 - 1;

/**
 * Reads a TIFF of labels: the numbers as they are stored, whatever is shown for them (palette, white for 0), or colours of 8 bits. Throws a TypeError that says
 * what it is instead, after the file's name.
 */
export async function readLabelTiff(bytes: Uint8Array, maxPixels: number): Promise<LabelPixels> {
  try {
    const source = sourceOfBytes(bytes);
    const { littleEndian, pages: directories } = await readTiffDirectories(source);
    const all: TiffPage[] = [];
    for (const directory of directories) all.push(await readTiffPage(directory));
    const [page, ...others] = all.filter(({ isReduced }) => !isReduced);
    if (page === undefined || others.length > 0)
      throw new TypeError(`has ${others.length + 1} images, a label image has one`);
    checkPage(page, maxPixels);
    const isColour = page.photometric === photometric.rgb;
    const samples = isColour ? Math.min(page.samples, 4) : 1;
    const planes = await readSamples(source, page, littleEndian, samples);
    const values = isColour ? joinColours(planes) : wholeNumbers(planes[0] ?? new Uint8Array());
    const turned = turn({ width: page.width, height: page.height, values }, page.orientation);
    return { ...turned, areColours: isColour };
  } catch (thrown) {
    if (thrown instanceof TypeError) throw thrown;
    throw new TypeError(
      thrown instanceof UnreadableFile ? `can't be read: ${thrown.message}` : 'is damaged or cut off',
    );
  }
}

function checkPage(page: TiffPage, maxPixels: number): void {
  const { width, height, samples, bits, kind } = page;
  if (width * height > maxPixels) throw new TypeError('has more pixels than MAX_IMAGE_PIXELS allows');
  if (!isReadHere(page))
    throw new TypeError('is packed in a way that changes numbers, or that is not read; save it with LZW or ZIP');
  if (page.photometric === photometric.rgb) {
    if (bits !== 8 || kind !== 'unsigned' || samples < 3)
      throw new TypeError('has colours of other than 8 bits per channel');
  } else if (page.photometric > photometric.palette || samples !== 1) {
    throw new TypeError(`has ${samples} channels, a label image has one number or colour per pixel`);
  }
}

/** As {@link LabelPixels} has colours. */
function joinColours([red, green, blue, alpha]: readonly PixelValues[]): Uint32Array {
  if (red === undefined || green === undefined || blue === undefined) throw new TypeError('has no colours');
  return Uint32Array.from(red, (value: number, pixel) => {
    const opacity = alpha?.[pixel] ?? 255;
    if (opacity !== 255 && opacity !== 0) throw new TypeError('is half transparent, a label image is not');
    return opacity === 0 ? 0 : ((value << 16) | ((green[pixel] as number) << 8) | (blue[pixel] as number)) + 1;
  });
}

function wholeNumbers(values: PixelValues): Uint8Array | Uint16Array | Uint32Array {
  if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Uint32Array) return values;
  return Uint32Array.from(values, (value: number) => {
    if (Number.isInteger(value) && value >= 0 && value <= largestNumber) return value;
    throw new TypeError('has numbers below 0 or with fractions, a label image has neither');
  });
}
