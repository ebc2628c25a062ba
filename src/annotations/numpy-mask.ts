import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Mask, maskFromBitmap } from '../core/mask.js';

const magic = '\u0093NUMPY';

/** The pixels of a NumPy file (.npy) of two dimensions that are not 0. Throws a TypeError for other files. */
export async function readNumpyMask(path: string, maxPixels: number): Promise<Mask> {
  const bytes = await readFile(path);
  const fail = (what: string): never => {
    throw new TypeError(`${basename(path)} ${what}`);
  };
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== magic) return fail('is no NumPy file');
  const isLong = (bytes[6] ?? 1) > 1;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, Math.min(end, start + 1000));
  const itemBytes = Number(/'descr': '[<>|=]?[biuf](\d)'/.exec(header)?.[1] ?? Number.NaN);
  const [, height = 0, width = 0] = (/'shape': \((\d{1,9}), (\d{1,9})\)/.exec(header) ?? []).map(Number);
  const pixels = width * height;
  if (!(itemBytes > 0) || pixels === 0) return fail('holds no picture of numbers');
  if (pixels > maxPixels) return fail('has more pixels than MAX_IMAGE_PIXELS allows');
  if (bytes.length < end + pixels * itemBytes) return fail('is cut off');
  const isByColumns = header.includes("'fortran_order': True");
  const bitmap = new Uint8Array(pixels);
  for (let index = 0; index < pixels; index++) {
    const at = end + index * itemBytes;
    if (!bytes.subarray(at, at + itemBytes).some((byte) => byte !== 0)) continue;
    bitmap[isByColumns ? (index % height) * width + Math.floor(index / height) : index] = 1;
  }
  return maskFromBitmap(width, height, bitmap);
}
