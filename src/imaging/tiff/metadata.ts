import type { Acquisition, PixelSizeNm } from '../open-image.js';
import { lengthInNm, plausiblePixelSize } from '../pixel-size.js';
import { swapsSides } from '../turn.js';
import type { TiffDirectory } from './directory.js';
import { tag } from './page.js';

/** Tags of microscopes' and programs' own. */
const vendorTag = {
  fei: 34682,
  feiOlder: 34680,
  zeiss: 34118,
  windowsComment: 40092,
  make: 271,
  gatanUnitX: 65003,
  gatanUnitY: 65004,
  gatanScaleX: 65009,
  gatanScaleY: 65010,
} as const;

/** What a TIFF tells of its pixels' size and of how it was taken. */
export interface TiffMetadata {
  readonly pixelSizeNm: PixelSizeNm | null;
  readonly acquisition: Acquisition;
}

/** The texts and numbers of a page in which a microscope may have left its metadata. */
interface Texts {
  readonly description: string;
  readonly fei: string;
  readonly zeiss: string;
  readonly comment: string;
  readonly make: string;
  readonly width: number;
  readonly resolution: readonly [x: number, y: number];
  readonly resolutionUnit: number | undefined;
  readonly gatan: PixelSizeNm | null;
  readonly dateTime: string | undefined;
}

type Reader = (texts: Texts) => Partial<TiffMetadata> | undefined;

/** Who is asked, in this order: the first that knows the pixel size is believed. */
const readers: readonly Reader[] = [ofFei, ofZeiss, ofHitachi, ofJeol, ofGatan, ofOme, ofImageJ, ofResolution];

/** Pixel size and acquisition, from whoever wrote the file: FEI and Thermo Fisher, Zeiss, Hitachi, JEOL, Gatan, OME, ImageJ. */
export async function readTiffMetadata(directory: TiffDirectory, littleEndian: boolean): Promise<TiffMetadata> {
  const texts = await readTexts(directory, littleEndian);
  const told = readers.map((read) => read(texts) ?? {});
  const acquisition = told.reduce<Acquisition>((all, each) => ({ ...each.acquisition, ...all }), {});
  const size = told.find(({ pixelSizeNm }) => pixelSizeNm)?.pixelSizeNm ?? null;
  const isTurned = swapsSides((await directory.number(tag.orientation)) ?? 1);
  return { pixelSizeNm: size && isTurned ? [size[1], size[0]] : size, acquisition: withDate(acquisition, texts) };
}

function withDate(acquisition: Acquisition, { dateTime }: Texts): Acquisition {
  return acquisition.date === undefined && dateTime !== undefined ? { ...acquisition, date: dateTime } : acquisition;
}

async function readTexts(directory: TiffDirectory, littleEndian: boolean): Promise<Texts> {
  const text = async (number: number): Promise<string> => (await directory.text(number)) ?? '';
  const comment = await directory.bytes(vendorTag.windowsComment);
  const number = async (wanted: number) => (await directory.number(wanted)) ?? NaN;
  const x = lengthInNm(await number(vendorTag.gatanScaleX), await text(vendorTag.gatanUnitX));
  const y = lengthInNm(await number(vendorTag.gatanScaleY), await text(vendorTag.gatanUnitY));
  return {
    description: await text(tag.description),
    fei: (await text(vendorTag.fei)) || (await text(vendorTag.feiOlder)),
    zeiss: await text(vendorTag.zeiss),
    comment: comment === undefined ? '' : new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be').decode(comment),
    make: await text(vendorTag.make),
    width: await number(tag.width),
    resolution: [await number(tag.xResolution), await number(tag.yResolution)],
    resolutionUnit: await directory.number(tag.resolutionUnit),
    gatan: plausiblePixelSize(x, y),
    dateTime: await directory.text(tag.dateTime),
  };
}

/** The value of `Name=value` on a line of its own. */
function valueOf(text: string, name: string): string | undefined {
  const value = new RegExp(String.raw`^[ \t]*${name}[ \t]*=[ \t]*([^\r\n]*)`, 'im').exec(text)?.[1]?.trim();
  return value === '' ? undefined : value;
}

function numberOf(text: string, name: string): number | undefined {
  const value = Number.parseFloat(valueOf(text, name) ?? '');
  return Number.isFinite(value) ? value : undefined;
}

/** INI text: `PixelWidth=1.2e-10` in metres; older files give the width of the field instead. */
function ofFei({ fei, width }: Texts): Partial<TiffMetadata> | undefined {
  if (fei === '') return undefined;
  const perMetre = (metres: number | undefined, pixels = 1) => metres && lengthInNm(metres / pixels, 'm');
  const x = perMetre(numberOf(fei, 'PixelWidth')) ?? perMetre(numberOf(fei, 'HFW'), width);
  const volts = numberOf(fei, 'HV');
  return {
    pixelSizeNm: plausiblePixelSize(x, perMetre(numberOf(fei, 'PixelHeight')) ?? x),
    acquisition: {
      highTensionKv: volts && volts / 1000,
      magnification: numberOf(fei, 'Magnification'),
      detector: /^\[Detectors\][^[]*?^Name=([^\r\n]+)/m.exec(fei)?.[1]?.trim(),
      date: [valueOf(fei, 'Date'), valueOf(fei, 'Time')].filter((part) => part !== undefined).join(' ') || undefined,
    },
  };
}

/** Lines such as `Image Pixel Size = 5.58 nm`; without them the fourth number of the head is a pixel of a picture 1024 wide, in metres. */
function ofZeiss({ zeiss, width }: Texts): Partial<TiffMetadata> | undefined {
  if (zeiss === '') return undefined;
  const size = /^(?:Image )?Pixel Size\s*=\s*([\d.eE+-]+)\s*(\S+)/m.exec(zeiss);
  const head = Number(zeiss.split(/\r?\n/)[3]);
  const x = size ? lengthInNm(Number(size[1]), size[2] ?? '') : lengthInNm((head * 1024) / width, 'm');
  const magnification = /^Mag[ \t]*=[ \t]*([\d.]+)[ \t]*(?:(K)[ \t]*)?X/im.exec(zeiss);
  return {
    pixelSizeNm: plausiblePixelSize(x),
    acquisition: {
      detector: valueOf(zeiss, 'Signal A'),
      highTensionKv: numberOf(zeiss, 'EHT'),
      magnification: magnification ? Number(magnification[1]) * (magnification[2] ? 1000 : 1) : undefined,
      date: valueOf(zeiss, 'Date'),
    },
  };
}

/** `[SemImageFile]` with `PixelSize=` in nanometres, in the description or in the comment. */
function ofHitachi({ description, comment }: Texts): Partial<TiffMetadata> | undefined {
  const text = [description, comment].find((each) => each.includes('[SemImageFile]'));
  if (text === undefined) return undefined;
  const volts = numberOf(text, 'AcceleratingVoltage');
  return {
    pixelSizeNm: plausiblePixelSize(numberOf(text, 'PixelSize')),
    acquisition: {
      detector: valueOf(text, 'SignalName'),
      highTensionKv: volts && volts / 1000,
      magnification: numberOf(text, 'Magnification'),
      date: [valueOf(text, 'Date'), valueOf(text, 'Time')].filter((part) => part !== undefined).join(' ') || undefined,
    },
  };
}

/** XML of TemReporter; the resolution is that of the camera, so that a pixel is what the magnification leaves of it. */
function ofJeol(texts: Texts): Partial<TiffMetadata> | undefined {
  const { make, description, resolution } = texts;
  if (!make.startsWith('JEOL')) return undefined;
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(description)?.[1]?.trim();
  const magnification = element('ModeString') === 'MAG' ? Number(element('SelectorValue')) : NaN;
  const nmPerUnit = unitOfResolution(texts);
  const size = (perUnit: number) =>
    nmPerUnit === undefined ? undefined : lengthInNm(nmPerUnit / perUnit / magnification, 'nm');
  const volts = Number(element('AccelerationVoltage'));
  return {
    pixelSizeNm: plausiblePixelSize(size(resolution[0]), size(resolution[1])),
    acquisition: {
      magnification: magnification > 0 ? magnification : undefined,
      highTensionKv: volts > 0 ? volts / 1000 : undefined,
    },
  };
}

function ofGatan({ gatan }: Texts): Partial<TiffMetadata> {
  return { pixelSizeNm: gatan };
}

function ofOme({ description }: Texts): Partial<TiffMetadata> | undefined {
  const attribute = (name: string) => new RegExp(String.raw`\b${name}="([^"]*)"`).exec(description)?.[1];
  if (attribute('PhysicalSizeX') === undefined) return undefined;
  const length = (axis: string) =>
    lengthInNm(Number(attribute(`PhysicalSize${axis}`)), attribute(`PhysicalSize${axis}Unit`) ?? 'µm');
  return {
    pixelSizeNm: plausiblePixelSize(length('X'), length('Y') ?? length('X')),
    acquisition: { date: /<AcquisitionDate>([^<]*)</.exec(description)?.[1] },
  };
}

/** `unit=nm`; the resolution is in pixels per unit. */
function ofImageJ({ description, resolution: [perX, perY] }: Texts): Partial<TiffMetadata> | undefined {
  const unit = description.startsWith('ImageJ=') ? valueOf(description, 'unit') : undefined;
  if (unit === undefined) return undefined;
  const unitY = valueOf(description, 'yunit') ?? unit;
  const x = lengthInNm(1 / perX, unit);
  return { pixelSizeNm: plausiblePixelSize(x, lengthInNm(1 / perY, unitY) ?? x) };
}

const [inch, centimetre] = [2, 3];

function unitOfResolution({ resolutionUnit }: Texts): number | undefined {
  if (resolutionUnit === centimetre) return 1e7;
  return resolutionUnit === inch ? 2.54e7 : undefined;
}

function ofResolution(texts: Texts): Partial<TiffMetadata> | undefined {
  const unit = unitOfResolution(texts);
  const [perX, perY] = texts.resolution;
  if (unit === undefined || !(perX > 0)) return undefined;
  return { pixelSizeNm: plausiblePixelSize(unit / perX, perY > 0 ? unit / perY : unit / perX) };
}
