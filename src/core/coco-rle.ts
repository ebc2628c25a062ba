import { type Mask, maskFromBitmap, maskToBitmap } from './mask.js';

/** COCO's compressed run-length encoding of a mask: column-major counts, zeros first, as pycocotools writes it. */
export interface CocoRle {
  /** [height, width] */
  readonly size: readonly [number, number];
  readonly counts: string;
}

/** A mask as COCO's compressed run lengths; {@link decodeCocoRle} is the inverse. */
export function encodeCocoRle(mask: Mask): CocoRle {
  return { size: [mask.height, mask.width], counts: countsToString(columnMajorCounts(mask)) };
}

/** Throws a RangeError for counts that do not come to the size. */
export function decodeCocoRle(rle: CocoRle): Mask {
  const [height, width] = rle.size;
  const counts = stringToCounts(rle.counts);
  const total = counts.reduce((sum, count) => (count < 0 ? Number.NaN : sum + count), 0);
  if (total !== width * height) throw new RangeError(`its run lengths do not come to ${width} × ${height} pixels`);
  const bitmap = new Uint8Array(width * height);
  let position = 0;
  counts.forEach((count, index) => {
    if (index % 2 === 1) {
      for (let i = position; i < position + count; i++) bitmap[(i % height) * width + Math.floor(i / height)] = 1;
    }
    position += count;
  });
  return maskFromBitmap(width, height, bitmap);
}

function columnMajorCounts(mask: Mask): number[] {
  const { width, height, box } = mask;
  const bitmap = maskToBitmap(mask);
  const counts: number[] = [];
  let value = 0;
  let count = box.x * height;
  for (let x = box.x; x < box.x + box.width; x++) {
    for (let y = 0, index = x; y < height; y++, index += width) {
      if (bitmap[index] !== value) {
        counts.push(count);
        count = 0;
        value = 1 - value;
      }
      count++;
    }
  }
  const rest = (width - box.x - box.width) * height;
  if (value === 1 && rest > 0) counts.push(count, rest);
  else counts.push(count + rest);
  return counts;
}

/** Each count, from the third on as the difference to the one two before, in groups of 5 bits, low first, as ASCII from '0'. */
function countsToString(counts: readonly number[]): string {
  let text = '';
  counts.forEach((count, index) => {
    let value = index > 2 ? count - (counts[index - 2] as number) : count;
    for (let more = true; more;) {
      let group = value & 0x1f;
      value >>= 5;
      more = group & 0x10 ? value !== -1 : value !== 0;
      if (more) group |= 0x20;
      text += String.fromCharCode(group + 48);
    }
  });
  return text;
}

function stringToCounts(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let value = 0;
    let shift = 0;
    for (let more = true; more; shift += 5) {
      const group = text.charCodeAt(at++) - 48;
      value |= (group & 0x1f) << shift;
      more = (group & 0x20) !== 0;
      if (!more && group & 0x10) value |= -1 << (shift + 5);
    }
    if (counts.length > 2) value += counts[counts.length - 2] as number;
    counts.push(value);
  }
  return counts;
}
