import type { PixelSizeNm } from './open-image.js';

/** Larger pixels than this are those of a printer or a screen, not of an electron microscope; smaller ones than the least no lens resolves. */
const [leastNm, largestNm] = [1e-5, 1_000];

const nanometresPerUnit: Readonly<Record<string, number>> = {
  fm: 1e-6, pm: 1e-3, nm: 1, nanometer: 1, nanometers: 1, nanometre: 1, nanometres: 1,
  um: 1e3, µm: 1e3, μm: 1e3, '\\u00b5m': 1e3, micron: 1e3, microns: 1e3, micrometer: 1e3, micrometers: 1e3,
  å: 0.1, angstrom: 0.1, angstroms: 0.1, a: 0.1, mm: 1e6, cm: 1e7, m: 1e9, inch: 2.54e7,
}; // prettier-ignore

/** Nanometres in a unit of length as files write it (`nm`, `µm`, `Å`, `\u00B5m`); undefined for what is none. */
export function nanometresIn(unit: string): number | undefined {
  // The Ångström sign is a character of its own; both are the letter Å.
  return nanometresPerUnit[unit.trim().normalize('NFC').toLowerCase()];
}

/** A length in a unit, in nanometres; undefined where the unit is none of length or the number none above 0. */
export function lengthInNm(value: number, unit: string): number | undefined {
  const factor = nanometresIn(unit);
  return factor !== undefined && value > 0 && value < Infinity ? value * factor : undefined;
}

/** A pixel size as far as an electron microscope can have it; null for a print's, and for what is no number. */
export function plausiblePixelSize(x: number | undefined, y: number | undefined = x): PixelSizeNm | null {
  const isPlausible = (nm: number | undefined): nm is number => nm !== undefined && nm >= leastNm && nm <= largestNm;
  return isPlausible(x) && isPlausible(y) ? [x, y] : null;
}

/** What {@link parsePixelSize} takes, for help and messages. */
export const pixelSizeForm = 'a length with its unit, as 0.021nm or 12pm, or two for x and y: 0.02nm,0.03nm';

/** What a user gives: `0.021nm`, `2.1 Å`, `0.02,0.03nm`; null for anything else, and for sizes that no electron microscope has. */
export function parsePixelSize(text: string): PixelSizeNm | null {
  const parts = text
    .split(/[,x×]/)
    .map((part) => /^([\d.]{1,30}(?:e[-+]?\d{1,3})?) ?([^\d.\s]\S{0,9})?$/i.exec(part.trim().replace(/\s+/g, ' ')));
  const unit = parts.at(-1)?.[2] ?? '';
  if (parts.length > 2 || unit === '') return null;
  const lengths = parts.map((part) => lengthInNm(Number(part?.[1]), part?.[2] || unit));
  return plausiblePixelSize(lengths[0], lengths.at(-1));
}

/** One length for both directions, so that areas are right where pixels are not square; null as it comes. */
export function scalarPixelSize(size: PixelSizeNm | null): number | null {
  if (size === null) return null;
  const [x, y] = size;
  return x === y ? x : Math.sqrt(x * y);
}
