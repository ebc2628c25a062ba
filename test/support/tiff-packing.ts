import { deflateSync } from 'node:zlib';

/** How a block of bytes is packed. */
export type TiffCompression = 'none' | 'lzw' | 'packbits' | 'deflate' | 'zstd';

export const compressionNumbers: Readonly<Record<TiffCompression, number>> = {
  none: 1,
  lzw: 5,
  packbits: 32773,
  deflate: 8,
  zstd: 50000,
};

export function packBlock(bytes: Buffer, compression: TiffCompression): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'lzw':
      return packLzw(bytes);
    case 'packbits':
      return packBits(bytes);
    case 'deflate':
      return deflateSync(bytes);
    case 'zstd':
      return storeZstd(bytes);
  }
}

/** LZW of TIFF 6.0: the widths of codes grow one code early. */
export function packLzw(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  let [bits, bitCount, width] = [0, 0, 9];
  const put = (code: number): void => {
    bits = (bits << width) | code;
    bitCount += width;
    while (bitCount >= 8) {
      bitCount -= 8;
      out.push((bits >> bitCount) & 255);
    }
    bits &= (1 << bitCount) - 1;
  };
  let table = new Map<string, number>();
  let next = 258;
  const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : (table.get(text) as number));
  put(256);
  let text = '';
  for (const byte of bytes) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    put(codeOf(text));
    table.set(longer, next++);
    if (next === 4094) {
      put(256);
      [table, next, width] = [new Map<string, number>(), 258, 9];
    } else if (next === 1 << width && width < 12) width++;
    text = String.fromCharCode(byte);
  }
  if (text !== '') put(codeOf(text));
  if (next + 1 === 1 << width && width < 12) width++;
  put(257);
  if (bitCount > 0) out.push((bits << (8 - bitCount)) & 255);
  return Buffer.from(out);
}

function packBits(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run > 2) {
      out.push(257 - run, bytes[at] as number);
      at += run;
      continue;
    }
    let literal = at + 1;
    while (literal < bytes.length && literal - at < 128 && bytes[literal] !== bytes[literal + 1]) literal++;
    // The code that means nothing belongs to the format, too.
    out.push(128, literal - at - 1, ...bytes.subarray(at, literal));
    at = literal;
  }
  return Buffer.from(out);
}

/** A frame of Zstandard (RFC 8878) of stored blocks: Node 20 has no compressor for it. */
function storeZstd(bytes: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  const parts: Buffer[] = [head];
  const most = 100_000;
  for (let at = 0; at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE((block.length << 3) | (at + most >= bytes.length ? 1 : 0), 0, 3);
    parts.push(blockHead, block);
  }
  return Buffer.concat(parts);
}
