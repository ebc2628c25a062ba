import { type ByteSource, readHead, viewOf } from './byte-source.js';
import { foreignFormat } from './foreign-formats.js';
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
