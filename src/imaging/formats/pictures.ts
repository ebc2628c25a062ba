import sharp, { type Sharp } from 'sharp';
import { type ByteSource, viewOf } from '../byte-source.js';
import { emptyWhere } from '../colours.js';
import { hiddenColoursWarning, hidesColours } from '../hidden-colours.js';
import { type OpenImage, type PixelSizeNm, type PixelValues, type RawFrame, sameSize } from '../open-image.js';
import { plausiblePixelSize } from '../pixel-size.js';
import { swapsSides } from '../turn.js';
import { copyAnew, damaged, UnreadableFile } from '../unreadable-file.js';

/*
 * PNG, JPEG, WebP and GIF: the pictures that browsers show, decoded by sharp and turned as a browser turns them (EXIF).
 */

/** More images than this in one file are not opened. */
const mostFrames = 65_536;

/** Opens a picture for sharp; the caller has recognised its format. */
export async function openPicture(source: ByteSource): Promise<OpenImage> {
  const bytes = await source.read(0, source.size);
  const { width, height, pages = 1, pageHeight = height, orientation = 1 } = await headerOf(bytes);
  if (width * pageHeight === 0) throw new UnreadableFile(`its size is ${width} × ${pageHeight}`);
  if (pages > mostFrames) throw damaged(`it claims ${pages} images`);
  const size = swapsSides(orientation) ? { width: pageHeight, height: width } : { width, height: pageHeight };
  return {
    frames: sameSize(pages, size),
    defaultFrame: 0,
    pixelSizeNm: pngPixelSize(bytes),
    acquisition: {},
    warnings: isAnimatedPng(bytes) ? ['the file is an animation: only its first image is read'] : [],
    read: (frame) => readPicture(bytes, frame),
  };
}

async function headerOf(bytes: Uint8Array) {
  try {
    return await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
  } catch (thrown) {
    throw new UnreadableFile('its header is damaged', undefined, thrown);
  }
}

/** One image of a picture that sharp reads, in 8 or 16 bits; transparency is shown on black and told. */
export async function readPicture(bytes: Uint8Array, page: number): Promise<RawFrame> {
  const open = (): Sharp => sharp(bytes, { limitInputPixels: false, failOn: 'error', page, pages: 1 });
  try {
    const { depth, hasAlpha, channels } = await open().metadata();
    const wide = depth === 'ushort';
    const grey = await rawChannel(
      open()
        .autoOrient()
        .flatten({ background: '#000' })
        .toColourspace(wide ? 'grey16' : 'b-w'),
      wide,
    );
    const alpha = hasAlpha ? await rawChannel(open().autoOrient().extractChannel('alpha'), wide) : undefined;
    const warnings = channels >= 3 && (await losesColours(open())) ? [hiddenColoursWarning] : [];
    return { ...grey, empty: alpha && emptyWhere(alpha.values), warnings };
  } catch (thrown) {
    throw new UnreadableFile('the file is damaged or cut off', copyAnew, thrown);
  }
}

/** Colours are looked at in a small copy: they fill areas where they mean something. */
const colourSide = 256;

async function losesColours(image: Sharp): Promise<boolean> {
  const { data, info } = await image
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .resize(colourSide, colourSide, { fit: 'fill', kernel: 'nearest' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const plane = (channel: number): Uint8Array =>
    Uint8Array.from({ length: info.width * info.height }, (_, at) => data[at * info.channels + channel] as number);
  return info.channels >= 3 && hidesColours(plane(0), plane(1), plane(2));
}

async function rawChannel(image: Sharp, wide: boolean): Promise<RawFrame> {
  const { data, info } = await image.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const all = wide ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { width: info.width, height: info.height, values: firstChannel(all, info.channels) };
}

function firstChannel(values: Uint8Array | Uint16Array, channels: number): PixelValues {
  if (channels === 1) return values;
  const first = values.slice(0, values.length / channels);
  for (let pixel = 0; pixel < first.length; pixel++) first[pixel] = values[pixel * channels] as number;
  return first;
}

/** The chunks of a PNG before its pixels. */
function* pngChunks(bytes: Uint8Array): Generator<{ readonly type: string; readonly data: DataView }> {
  if (Buffer.from(bytes.subarray(1, 4)).toString('latin1') !== 'PNG') return;
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    if (type === 'IDAT' || at + 12 + length > bytes.length) return;
    yield { type, data: viewOf(bytes.subarray(at + 8, at + 8 + length)) };
    at += length + 12;
  }
}

/** The chunk pHYs: pixels per unit in x and y, and whether the unit is the metre. */
function pngPixelSize(bytes: Uint8Array): PixelSizeNm | null {
  for (const { type, data } of pngChunks(bytes)) {
    if (type !== 'pHYs' || data.byteLength < 9 || data.getUint8(8) !== 1) continue;
    return plausiblePixelSize(1e9 / data.getUint32(0), 1e9 / data.getUint32(4));
  }
  return null;
}

function isAnimatedPng(bytes: Uint8Array): boolean {
  for (const { type } of pngChunks(bytes)) if (type === 'acTL') return true;
  return false;
}
