import { randomUUID } from 'node:crypto';

/**
 * JSON of a value in which every `Uint8Array` is written as an array of numbers: what `JSON.stringify` would give for plain
 * arrays, but without making one object per byte. Brush masks run to hundreds of kilobytes, and the thread that answers
 * predictions answers health checks too.
 */
export function stringifyWithBytes(value: unknown): Buffer {
  const arrays: Uint8Array[] = [];
  const placeholder = randomUUID();
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (!(item instanceof Uint8Array)) return item;
    arrays.push(item);
    return placeholder;
  });
  const parts = text.split(`"${placeholder}"`);
  return Buffer.concat(parts.flatMap((part, index) => [Buffer.from(part), digitsOf(arrays[index])]));
}

const comma = 44;
const zero = 48;

function digitsOf(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) return Buffer.alloc(0);
  const text = Buffer.allocUnsafe(bytes.length * 4 + 2);
  let length = text.write('[');
  for (const byte of bytes) {
    if (byte > 99) text[length++] = zero + Math.floor(byte / 100);
    if (byte > 9) text[length++] = zero + (Math.floor(byte / 10) % 10);
    text[length++] = zero + (byte % 10);
    text[length++] = comma;
  }
  if (bytes.length > 0) length--;
  length += text.write(']', length);
  return text.subarray(0, length);
}
