import { viewOf } from '../byte-source.js';
import { float16, float32, int8, int16, type NumberKind, uint16 } from '../read-numbers.js';
import { startsWith } from '../signatures.js';

/*
 * MRC2014 and CCP4 maps: a head of 1024 bytes, an extended head, and sections of equal size.
 */

/** Bytes before the extended head. */
export const headLength = 1024;

/** Kinds of pixels by mode; bytes without a sign are told by more than the mode. */
export const kinds: Readonly<Record<number, NumberKind>> = { 0: int8, 1: int16, 2: float32, 6: uint16, 12: float16 };

/** What the head says of the pixels. */
export interface MrcHead {
  readonly littleEndian: boolean;
  readonly width: number;
  readonly height: number;
  readonly sections: number;
  readonly mode: number;
  readonly extended: number;
}

/** Reads the head as it is; sizes may make no sense. */
export function readMrcHead(view: DataView): MrcHead {
  // The machine stamp; old files have none, but small sizes tell the order, too.
  const stamp = view.getUint8(212);
  const littleEndian = stamp === 0x44 || (stamp !== 0x11 && view.getUint32(12, true) < 256);
  const int = (at: number) => view.getInt32(at, littleEndian);
  return { littleEndian, width: int(0), height: int(4), sections: int(8), mode: int(12), extended: int(92) };
}

/** Whether a file begins as a map; one without the letters MAP is one if its length is exactly what its head says. */
export function isMrc(head: Uint8Array, size: number): boolean {
  if (head.length < headLength) return false;
  const { width, height, sections, mode, extended } = readMrcHead(viewOf(head));
  const isPlausible =
    [width, height, sections].every((side) => side > 0 && side < 1 << 24) && mode >= 0 && extended >= 0;
  if (!isPlausible) return false;
  if (startsWith(head, 'MAP', 208)) return true;
  const bits = kinds[mode]?.bits;
  return bits !== undefined && size === headLength + extended + (width * height * sections * bits) / 8;
}

/** How long a whole file is; undefined where its head does not say. */
export function lengthOfMrc(head: Uint8Array): number | undefined {
  if (head.length < headLength) return undefined;
  const { width, height, sections, mode, extended } = readMrcHead(viewOf(head));
  const bits = kinds[mode]?.bits;
  return bits && headLength + extended + (width * height * sections * bits) / 8;
}
