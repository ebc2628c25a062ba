import { decode as decodeTiff } from 'tiff';

/** A nanometre is the unit of all of this; larger pixels than this are those of a printer or a screen, not of a microscope. */
const largestNm = 1_000;

const nanometresPerUnit: Readonly<Record<string, number>> = {
  pm: 1e-3,
  nm: 1,
  nanometer: 1,
  nanometers: 1,
  um: 1e3,
  µm: 1e3,
  μm: 1e3,
  micron: 1e3,
  microns: 1e3,
  '\\u00b5m': 1e3,
  å: 0.1,
  angstrom: 0.1,
  mm: 1e6,
  cm: 1e7,
  m: 1e9,
};

/**
 * Nanometres per pixel, where the file tells: PNG's physical dimensions; TIFF's resolution, ImageJ's and OME's description, and
 * the metadata of FEI and Thermo Fisher microscopes. Undefined where it does not, or tells the size of a print.
 */
export function readPixelSize(bytes: Uint8Array): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = isTiff(buffer) ? ofTiff(buffer) : ofPng(buffer);
  return size !== undefined && size > 0 && size <= largestNm ? size : undefined;
}

function isTiff(buffer: Buffer): boolean {
  return ['II*\0', 'MM\0*'].includes(buffer.toString('latin1', 0, 4));
}

/** The chunk pHYs: pixels per unit in x and y, and whether the unit is the metre. */
function ofPng(buffer: Buffer): number | undefined {
  if (buffer.toString('latin1', 1, 4) !== 'PNG') return undefined;
  for (let at = 8; at + 21 <= buffer.length;) {
    const length = buffer.readUInt32BE(at);
    const type = buffer.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return undefined;
    if (type === 'pHYs') return buffer[at + 16] === 1 ? 1e9 / buffer.readUInt32BE(at + 8) : undefined;
    at += length + 12;
  }
  return undefined;
}

const tags = { description: 270, xResolution: 282, resolutionUnit: 296, fei: 34682, feiOlder: 34680 } as const;

function ofTiff(buffer: Buffer): number | undefined {
  let fields: Map<number, unknown>;
  try {
    fields = decodeTiff(buffer, { pages: [0], ignoreImageData: true })[0]?.fields ?? new Map<number, unknown>();
  } catch {
    return undefined;
  }
  const text = (tag: number): string => {
    const value = fields.get(tag);
    return typeof value === 'string' ? value : '';
  };
  const resolution = Number(fields.get(tags.xResolution));
  return (
    ofFei(text(tags.fei) || text(tags.feiOlder)) ??
    ofOme(text(tags.description)) ??
    ofImageJ(text(tags.description), resolution) ??
    ofResolution(resolution, Number(fields.get(tags.resolutionUnit)))
  );
}

/** `PixelWidth=1.2e-10`, in metres. */
function ofFei(text: string): number | undefined {
  const metres = Number(/^PixelWidth=(\S+)/m.exec(text)?.[1]);
  return metres > 0 ? metres * 1e9 : undefined;
}

function ofOme(text: string): number | undefined {
  const size = Number(/\bPhysicalSizeX="([^"]+)"/.exec(text)?.[1]);
  const unit = /\bPhysicalSizeXUnit="([^"]+)"/.exec(text)?.[1] ?? 'µm';
  return size > 0 ? scaled(size, unit) : undefined;
}

/** `unit=nm`; the resolution is in pixels per unit. */
function ofImageJ(text: string, resolution: number): number | undefined {
  const unit = text.startsWith('ImageJ=') ? /^unit=(.+)$/m.exec(text)?.[1]?.trim() : undefined;
  return unit !== undefined && resolution > 0 ? scaled(1 / resolution, unit) : undefined;
}

function scaled(size: number, unit: string): number | undefined {
  const factor = nanometresPerUnit[unit.toLowerCase()];
  return factor === undefined ? undefined : size * factor;
}

const [inch, centimetre] = [2, 3];

function ofResolution(resolution: number, unit: number): number | undefined {
  if (!(resolution > 0)) return undefined;
  if (unit === centimetre) return 1e7 / resolution;
  return unit === inch ? 2.54e7 / resolution : undefined;
}
