import { type ByteSource, viewOf } from '../byte-source.js';
import { type Acquisition, type OpenImage, type PixelSizeNm, sameSize } from '../open-image.js';
import { lengthInNm, plausiblePixelSize } from '../pixel-size.js';
import { framesInFile, int8, type NumberKind, readNumbers, sizeOf, uint8 } from '../read-numbers.js';
import { startsWith } from '../signatures.js';
import { UnreadableFile } from '../unreadable-file.js';
import { headLength, kinds, readMrcHead } from './mrc-head.js';

/** Opens a map: each section is a frame. */
export async function openMrc(source: ByteSource): Promise<OpenImage> {
  const view = viewOf(await source.read(0, headLength));
  const { littleEndian, mode, extended, ...claimed } = readMrcHead(view);
  const [width, height] = [sizeOf(claimed.width, 'width'), sizeOf(claimed.height, 'height')];
  const kind = mode === 0 ? kindOfBytes(view, littleEndian) : kinds[mode];
  if (kind === undefined) throw unreadMode(mode);
  const frameBytes = (width * height * kind.bits) / 8;
  const start = headLength + extended;
  const more = await readExtended(source, view, extended, littleEndian);
  return {
    frames: sameSize(framesInFile(source, start, frameBytes, claimed.sections), { width, height }),
    defaultFrame: 0,
    pixelSizeNm: cellSize(view, littleEndian) ?? more.pixelSizeNm,
    acquisition: more.acquisition,
    warnings: [],
    read: async (frame) => {
      const at = start + frame * frameBytes;
      return { width, height, values: await readNumbers(source, { ...kind, at, count: width * height, littleEndian }) };
    },
  };
}

/** Bytes have a sign, but in files of IMOD that say otherwise. */
function kindOfBytes(view: DataView, littleEndian: boolean): NumberKind {
  const imod = 1_146_047_817;
  const isUnsigned = view.getInt32(152, littleEndian) === imod && (view.getInt32(156, littleEndian) & 1) === 0;
  return isUnsigned ? uint8 : int8;
}

function unreadMode(mode: number): UnreadableFile {
  return mode === 3 || mode === 4
    ? new UnreadableFile('its pixels are complex numbers', 'Save the amplitude as TIFF.')
    : new UnreadableFile(`its pixels are of a kind that is not read (mode ${mode})`, 'Save it as TIFF.');
}

/** The cell in Ångström by its samples. */
function cellSize(view: DataView, littleEndian: boolean): PixelSizeNm | null {
  const size = (cellAt: number, samplesAt: number) =>
    lengthInNm(view.getFloat32(cellAt, littleEndian) / view.getInt32(samplesAt, littleEndian), 'Å');
  return plausiblePixelSize(size(40, 28), size(44, 32));
}

/** FEI's extended head of the first image. */
async function readExtended(source: ByteSource, head: DataView, length: number, littleEndian: boolean) {
  const nothing = { pixelSizeNm: null, acquisition: {} as Acquisition };
  const isFei = startsWith(new Uint8Array(head.buffer, head.byteOffset, head.byteLength), 'FEI', 104);
  if (!isFei || length < 172 || headLength + 172 > source.size) return nothing;
  const view = viewOf(await source.read(headLength, 172));
  const metres = (at: number) => lengthInNm(view.getFloat64(at, littleEndian), 'm');
  const volts = view.getFloat64(84, littleEndian);
  return {
    pixelSizeNm: plausiblePixelSize(metres(156), metres(164)),
    acquisition: { highTensionKv: volts > 0 && volts < 1e7 ? volts / 1000 : undefined },
  };
}
