import { type ByteSource, readHead, viewOf } from './byte-source.js';
import { foreignFormat } from './foreign-formats.js';
import { isMrc, lengthOfMrc } from './formats/mrc-head.js';
import type { OpenImage } from './open-image.js';
import { startsWith, type WholeFile } from './signatures.js';
import { UnreadableFile } from './unreadable-file.js';

/** One line of the table: all that is known of a format outside its reader. */
export interface Format {
  /** As users call it. */
  readonly name: string;
  /** Of file names, lower case, with the dot; only to look for files: what a file is, its first bytes say. */
  readonly endings: readonly string[];
  /** Whether a file that begins so is of this format; `head` is shorter than {@link headBytes} only where the file is. */
  readonly isStart: (head: Uint8Array, size: number) => boolean;
  /** Whether a file that may still be being written is all there; null: the format does not say. */
  readonly isWhole: (file: WholeFile) => boolean | null;
  /** For docs/formats.md. */
  readonly about: {
    readonly pixels: string;
    readonly pixelSize: string;
    readonly frames: string;
    readonly metadata: string;
  };
  /** Reads the headers. Loaded when the first file of the family comes. */
  readonly open: (source: ByteSource) => Promise<OpenImage>;
}

/** So many first bytes tell a format. */
export const headBytes = 4096;

const picture = async (source: ByteSource) => (await import('./formats/pictures.js')).openPicture(source);
const unknown = () => null;

/**
 * Every format that is read, and the order in which they are tried. To add one: a line here, and a reader in formats/.
 */
export const formats: readonly Format[] = [
  {
    name: 'PNG',
    endings: ['.png'],
    isStart: (head) => startsWith(head, '\x89PNG\r\n\x1a\n'),
    isWhole: ({ tail }) => tail.endsWith('IEND\xaeB`\x82'),
    about: {
      pixels: '1 to 16 bits, grey, colour, palette, transparency',
      pixelSize: 'pHYs',
      frames: 'one',
      metadata: '',
    },
    open: picture,
  },
  {
    name: 'JPEG',
    endings: ['.jpg', '.jpeg'],
    isStart: (head) => startsWith(head, '\xff\xd8\xff'),
    isWhole: ({ tail }) => tail.endsWith('\xff\xd9'),
    about: { pixels: '8 bits', pixelSize: '', frames: 'one', metadata: '' },
    open: picture,
  },
  {
    name: 'TIFF',
    endings: ['.tif', '.tiff'],
    isStart: (head) => ['II*\0', 'MM\0*', 'II+\0\x08\0\0\0', 'MM\0+\0\x08\0\0'].some((each) => startsWith(head, each)),
    isWhole: unknown,
    about: {
      pixels:
        'integers of 1 to 64 bits with and without sign, floats of 16, 32 and 64 bits; strips, tiles, planes; LZW, ZIP, PackBits, ' +
        'ZSTD, JPEG, fax; predictors 2 and 3; BigTIFF; all orientations; palettes, RGB, transparency',
      pixelSize: 'FEI and Thermo Fisher, Zeiss, Hitachi, JEOL, Gatan, OME, ImageJ, resolution',
      frames: 'pages, ImageJ stacks; thumbnails and smaller copies left out',
      metadata: 'detector, high tension, magnification, date',
    },
    open: async (source) => (await import('./formats/tiff.js')).openTiff(source),
  },
  {
    name: 'WebP',
    endings: ['.webp'],
    isStart: (head) => startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8),
    isWhole: ({ head, size }) => (head.length < 8 ? false : size >= viewOf(head).getUint32(4, true) + 8),
    about: { pixels: '8 bits', pixelSize: '', frames: 'animations', metadata: '' },
    open: picture,
  },
  {
    name: 'GIF',
    endings: ['.gif'],
    isStart: (head) => startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a'),
    isWhole: ({ tail }) => tail.endsWith(';'),
    about: { pixels: '8 bits', pixelSize: '', frames: 'animations', metadata: '' },
    open: picture,
  },
  {
    name: 'BMP',
    endings: ['.bmp'],
    isStart: (head) =>
      startsWith(head, 'BM') &&
      head.length > 26 &&
      [12, 40, 52, 56, 64, 108, 124].includes(viewOf(head).getUint32(14, true)),
    isWhole: ({ head, size }) => head.length > 26 && size >= viewOf(head).getUint32(2, true),
    about: { pixels: '1 to 32 bits, palette; not packed', pixelSize: '', frames: 'one', metadata: '' },
    open: async (source) => (await import('./formats/bmp.js')).openBmp(source),
  },
  {
    name: 'DigitalMicrograph',
    endings: ['.dm3', '.dm4'],
    isStart: isDigitalMicrograph,
    isWhole: ({ head, size }) => size >= lengthOfDigitalMicrograph(head),
    about: {
      pixels: 'all real numbers, colours',
      pixelSize: 'calibration of each axis',
      frames: 'stacks; the thumbnail is left out',
      metadata: 'detector, high tension, magnification, date',
    },
    open: async (source) => (await import('./formats/digital-micrograph.js')).openDigitalMicrograph(source),
  },
  {
    name: 'TIA series',
    endings: ['.ser'],
    isStart: (head) => startsWith(head, 'II\x97\x01'),
    isWhole: unknown,
    about: { pixels: 'all real numbers', pixelSize: 'calibration of each axis', frames: 'series', metadata: '' },
    open: async (source) => (await import('./formats/tia-series.js')).openTiaSeries(source),
  },
  {
    name: 'NumPy',
    endings: ['.npy'],
    isStart: (head) => startsWith(head, '\x93NUMPY'),
    isWhole: unknown,
    about: { pixels: 'all real numbers, colours', pixelSize: '', frames: 'first axes of three or more', metadata: '' },
    open: async (source) => (await import('./formats/npy.js')).openNpy(source),
  },
  {
    name: 'MRC',
    endings: ['.mrc', '.mrcs', '.map', '.ccp4', '.rec', '.st'],
    isStart: isMrc,
    isWhole: ({ head, size }) => {
      const length = lengthOfMrc(head);
      return length === undefined ? null : size >= length;
    },
    about: {
      pixels: 'modes 0, 1, 2, 6 and 12',
      pixelSize: "the cell, or FEI's extended header",
      frames: 'sections',
      metadata: 'high tension',
    },
    open: async (source) => (await import('./formats/mrc.js')).openMrc(source),
  },
  {
    name: 'HDF5',
    endings: ['.emd', '.hspy', '.h5', '.hdf5', '.he5'],
    isStart: (head) => [0, 512, 1024, 2048].some((at) => startsWith(head, '\x89HDF\r\n\x1a\n', at)),
    isWhole: unknown,
    about: {
      pixels: 'all real numbers',
      pixelSize: 'EMD of Berkeley and of Velox, HyperSpy',
      frames: 'stacks; all images of the file',
      metadata: 'detector, high tension, magnification, date',
    },
    open: async (source) => (await import('./formats/hdf5.js')).openHdf5(source),
  },
];

/** All endings of micrographs, lower case. */
export const micrographEndings: ReadonlySet<string> = new Set(formats.flatMap(({ endings }) => endings));

/** `PNG, JPEG, TIFF, … or GIF`, for help and messages. */
export const formatNames = listed(formats.map(({ name }) => name));

/** What a browser's file chooser offers. */
export const acceptedFiles = ['image/*', ...micrographEndings].join(',');

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** The format of a file by its first bytes; undefined for one that is not read. */
export function formatOf(head: Uint8Array, size: number): Format | undefined {
  return formats.find(({ isStart }) => isStart(head, size));
}

/** Opens a file of any format. Throws {@link UnreadableFile} that says what the file is where that is known. */
export async function openImage(source: ByteSource): Promise<OpenImage> {
  if (source.size === 0) throw new UnreadableFile('the file is empty');
  const head = await readHead(source, headBytes);
  const format = formatOf(head, source.size);
  if (format !== undefined) return format.open(source);
  const { what, hint } = foreignFormat(head);
  throw new UnreadableFile(`it is ${what}`, hint);
}

/** Version, length and order of bytes, where they are in both versions. */
function isDigitalMicrograph(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = viewOf(head);
  const version = view.getUint32(0);
  return (version === 3 && view.getUint32(8) <= 1) || (version === 4 && view.getUint32(12) <= 1);
}

/** The length of the tags is in the head, but for what stands before and after them. */
function lengthOfDigitalMicrograph(head: Uint8Array): number {
  const view = viewOf(head);
  return view.getUint32(0) === 4 ? Number(view.getBigUint64(4)) : view.getUint32(4);
}
