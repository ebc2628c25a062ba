import { crc32 } from 'node:zlib';

const signatureBytes = 8;
const [palette, grey] = [3, 0];

/** A PNG with a palette, as far as its numbers go. */
export interface IndexedPng {
  /** The same picture in greys: the number of a pixel in its palette, stretched to 0…255 where it has less than 8 bits. */
  readonly png: Uint8Array;
  /** Greys per number of the palette. */
  readonly step: number;
}

/**
 * Makes the numbers of a palette PNG readable, which image libraries turn into colours: its pixels are the same bytes as those of a grey PNG, so that it
 * takes another header and no palette. Undefined for other PNGs.
 */
export function palettePngAsGrey(bytes: Uint8Array): IndexedPng | undefined {
  const chunks = chunksOf(bytes);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header === undefined || header.length < 13 || header[9] !== palette) return undefined;
  const greyHeader = Uint8Array.from(header);
  greyHeader[9] = grey;
  const depth = header[8] ?? 8;
  const kept = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => chunk('IDAT', data));
  const png = Buffer.concat([
    bytes.subarray(0, signatureBytes),
    chunk('IHDR', greyHeader),
    ...kept,
    chunk('IEND', new Uint8Array()),
  ]);
  return { png, step: 255 / (2 ** depth - 1) };
}

function chunksOf(bytes: Uint8Array): { type: string; data: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { type: string; data: Uint8Array }[] = [];
  for (let at = signatureBytes; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), 4 + body.length);
  return framed;
}
