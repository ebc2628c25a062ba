/** How a row of labels is stored. */
interface LabelTiffOptions {
  readonly photometric?: 0 | 1 | 3;
  readonly bits?: 8 | 16 | 32;
  readonly kind?: 'unsigned' | 'signed' | 'float';
  readonly littleEndian?: boolean;
}

/** A TIFF of one row of numbers, without compression; a palette makes all of them red. */
export function labelTiff(values: readonly number[], options: LabelTiffOptions = {}): Uint8Array {
  const { photometric = 1, bits = 8, kind = 'unsigned', littleEndian = true } = options;
  const bytes = bits / 8;
  const [colours, pixels] = [8, 8 + 3 * 256 * 2];
  const tags: readonly (readonly [tag: number, type: 3 | 4, count: number, value: number])[] = [
    [256, 4, 1, values.length],
    [257, 4, 1, 1],
    [258, 3, 1, bits],
    [259, 3, 1, 1],
    [262, 3, 1, photometric],
    [273, 4, 1, pixels],
    [277, 3, 1, 1],
    [278, 4, 1, 1],
    [279, 4, 1, values.length * bytes],
    [320, 3, 3 * 256, colours],
    [339, 3, 1, { unsigned: 1, signed: 2, float: 3 }[kind]],
  ];
  const directory = pixels + values.length * bytes;
  const view = new DataView(new ArrayBuffer(directory + 2 + tags.length * 12 + 4));
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  for (let i = 1; i < 256; i++) view.setUint16(colours + 2 * i, 65535, littleEndian);
  values.forEach((value, index) => {
    const at = pixels + index * bytes;
    if (kind === 'float') view.setFloat32(at, value, littleEndian);
    else if (bits === 8) view.setUint8(at, value);
    else if (bits === 16) view.setInt16(at, value, littleEndian);
    else view.setUint32(at, value, littleEndian);
  });
  view.setUint16(directory, tags.length, littleEndian);
  tags.forEach(([tag, type, count, value], index) => {
    const at = directory + 2 + index * 12;
    view.setUint16(at, tag, littleEndian);
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    if (type === 3 && count === 1) view.setUint16(at + 8, value, littleEndian);
    else view.setUint32(at + 8, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
}
