import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { encodeCocoRle } from '../../../src/core/coco-rle.js';
import type { Mask } from '../../../src/core/mask.js';
import { renderLabels } from '../../../src/imaging/overlay.js';
import { folder, itemsOf, problemsOf } from '../../support/annotation-files.js';
import { drawMask, showMask } from '../../support/draw-mask.js';
import { labelTiff } from '../../support/label-tiff.js';
import { labelConfigWith } from '../../support/test-backend.js';

describe('label images', () => {
  const labels = (rows: readonly (readonly number[])[]) =>
    renderLabels(rows[0]?.length ?? 0, rows.length, Uint8Array.from(rows.flat()));

  async function folders() {
    const [truth, predicted] = [await folder(), await folder()];
    return { truth, predicted, write: async (path: string, rows: number[][]) => writeFile(path, await labels(rows)) };
  }

  test('go by their names; 0 is unlabelled', async () => {
    const { truth, predicted, write } = await folders();
    await write(join(truth, 'film.materials.png'), [[0, 1, 2]]);
    await write(join(predicted, 'film.labels.png'), [[1, 1, 2]]);
    const [item] = await itemsOf(truth, predicted);
    expect(item?.problems).toEqual([]);
    const areas = (regions: readonly { label: string; mask: { areaPx: number } }[] = []) =>
      regions.map(({ label, mask }) => [label, mask.areaPx]);
    const [reference] = item?.evaluated?.annotations ?? [];
    expect(areas(reference?.regions)).toEqual([
      ['1', 1],
      ['2', 1],
    ]);
    expect(areas(reference?.prediction?.regions)).toEqual([
      ['1', 2],
      ['2', 1],
    ]);
  });

  test("predictions may be segment's masks, which win over its label images", async () => {
    const { truth, predicted, write } = await folders();
    await write(join(truth, 'film.png'), [[1, 1, 2]]);
    await write(join(predicted, 'film.labels.png'), [[1, 1, 1]]);
    const masks = [{ rle: encodeCocoRle(drawMask('###')), material: 1, score: 0.5 }];
    await writeFile(join(predicted, 'film.masks.json'), JSON.stringify({ masks }));
    await writeFile(join(predicted, 'film.task.json'), '{}');
    const [item] = await itemsOf(truth, predicted);
    expect(item?.evaluated?.annotations[0].prediction?.regions).toMatchObject([{ label: '1', score: 0.5 }]);
  });

  test('of other sizes, half transparent, without labels or without prediction are named', async () => {
    const { truth, predicted, write } = await folders();
    for (const name of ['a', 'b', 'c']) await write(join(truth, `${name}.png`), [[1, 2]]);
    await write(join(truth, 'd.png'), [[0, 0]]);
    await write(join(predicted, 'a.png'), [[1], [2]]);
    await sharp({ create: { width: 2, height: 1, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } })
      .png()
      .toFile(join(predicted, 'b.png'));
    await writeFile(join(truth, 'e.png'), 'no picture');
    const items = await itemsOf(truth, predicted);
    expect(problemsOf(items)).toEqual([
      expect.stringContaining('a: a.png is 1 × 2 pixels, the labels 2 × 1'),
      expect.stringContaining('b: b.png is half transparent'),
      expect.stringContaining('c: there is no prediction'),
      expect.stringContaining('d: d.png has no labelled pixel'),
      expect.stringContaining('d: there is no prediction'),
      expect.stringContaining('e: e.png is no PNG or TIFF image'),
    ]);
    expect(items.filter(({ evaluated }) => evaluated !== null)).toHaveLength(3);
  });

  const size = { width: 4, height: 1 };
  const greys = (bytes: readonly number[]) =>
    sharp(Uint8Array.from(bytes), { raw: { ...size, channels: 1 } }).toColourspace('b-w');
  const colours = (hex: readonly string[]) =>
    sharp(Uint8Array.from(hex.flatMap((each) => [...Buffer.from(each, 'hex')])), { raw: { ...size, channels: 3 } });
  const [red, blue, none] = ['ff0000', '0000ff', '000000'];

  /** An indexed PNG, whose numbers are not the order of its colours. */
  async function indexed(numbers: readonly number[], depth: 8 | 4 | 2): Promise<Buffer> {
    const greyPng = await greys(numbers.map((number) => (number * 255) / (2 ** depth - 1)))
      .png({ compressionLevel: 9 })
      .toBuffer();
    const chunk = (type: string, data: Buffer): Buffer => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(data.length);
      crc.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, crc]);
    };
    const header = Buffer.from(greyPng.subarray(16, 29));
    [header[8], header[9]] = [depth, 3];
    const perByte = 8 / depth;
    const row = Buffer.alloc(1 + Math.ceil(4 / perByte));
    numbers.forEach((number, x) => {
      const at = 1 + Math.floor(x / perByte);
      row[at] = (row[at] ?? 0) | (number << (8 - depth * ((x % perByte) + 1)));
    });
    // Twice the same colour: only the numbers tell these labels apart.
    const palette = Buffer.from([0, 0, 0, 200, 0, 0, 200, 0, 0, 0, 9, 0]);
    return Buffer.concat([
      greyPng.subarray(0, 8),
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(row)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  const packings: readonly (readonly [
    what: string,
    name: string,
    content: () => Promise<Buffer>,
    labels: readonly string[],
  ])[] = [
    ['8 bits', 'a.png', () => greys([0, 1, 1, 2]).png().toBuffer(), ['1', '2']],
    ['8 bits, TIFF', 'a.tif', () => greys([0, 1, 1, 2]).tiff({ compression: 'lzw' }).toBuffer(), ['1', '2']],
    [
      '16 bits',
      'a.png',
      () =>
        sharp(Uint16Array.of(0, 1000, 1000, 40000), { raw: { ...size, channels: 1 } })
          .toColourspace('grey16')
          .png()
          .toBuffer(),
      ['1000', '40000'],
    ],
    [
      '16 bits, TIFF',
      'a.tiff',
      () =>
        sharp(Uint16Array.of(0, 1000, 1000, 40000), { raw: { ...size, channels: 1 } })
          .toColourspace('grey16')
          .tiff({ compression: 'deflate' })
          .toBuffer(),
      ['1000', '40000'],
    ],
    ['a palette of 8 bits', 'a.png', () => indexed([0, 1, 1, 2], 8), ['1', '2']],
    ['a palette of 4 bits', 'a.png', () => indexed([0, 1, 1, 2], 4), ['1', '2']],
    ['a palette of 2 bits', 'a.png', () => indexed([0, 1, 1, 3], 2), ['1', '3']],
    ['colours', 'a.png', () => colours([none, blue, blue, red]).png().toBuffer(), ['#0000ff', '#ff0000']],
    [
      'colours, TIFF',
      'a.tif',
      () => colours([none, blue, blue, red]).tiff({ compression: 'lzw' }).toBuffer(),
      ['#0000ff', '#ff0000'],
    ],
    [
      'colours on transparent',
      'a.png',
      () =>
        colours([red, blue, blue, red])
          .joinChannel(Buffer.from([0, 255, 255, 255]), { raw: { ...size, channels: 1 } })
          .png()
          .toBuffer(),
      ['#0000ff', '#ff0000'],
    ],
    ['greys as colours', 'a.png', () => colours(['000000', '010101', '010101', '020202']).png().toBuffer(), ['1', '2']],
  ];

  test.each(packings)('%s are the same labels', async (_what, name, content, expected) => {
    const truth = await folder();
    await writeFile(join(truth, name), await content());
    const [item] = await itemsOf(truth);
    expect(item?.problems).toEqual([]);
    const { regions = [] } = item?.evaluated?.annotations[0] ?? {};
    expect(regions.map(({ label, mask }) => [label, [...mask.runs]])).toEqual([
      [expected[0], [1, 3]],
      [expected[1], [3, 4]],
    ]);
  });

  test('TIFF has the numbers that are stored, whatever is shown for them', async () => {
    const truth = await folder();
    const variants = {
      white: { photometric: 0 },
      palette: { photometric: 3 },
      long: { bits: 32 },
      signed: { bits: 16, kind: 'signed' },
      real: { bits: 32, kind: 'float' },
      motorola: { bits: 16, littleEndian: false },
    } as const;
    for (const [name, options] of Object.entries(variants)) {
      await writeFile(join(truth, `${name}.tif`), labelTiff([0, 1, 1, 2], options));
    }
    const items = await itemsOf(truth);
    expect(problemsOf(items)).toEqual([]);
    expect(items).toHaveLength(6);
    for (const { evaluated } of items) {
      expect(evaluated?.annotations[0].regions.map(({ label, mask }) => [label, [...mask.runs]])).toEqual([
        ['1', [1, 3]],
        ['2', [3, 4]],
      ]);
    }
    const odd = await folder();
    await writeFile(join(odd, 'below.tif'), labelTiff([0, -1, 1, 2], { bits: 16, kind: 'signed' }));
    await writeFile(join(odd, 'part.tif'), labelTiff([0, 0.5, 1, 2], { bits: 32, kind: 'float' }));
    expect(problemsOf(await itemsOf(odd))).toEqual([
      expect.stringContaining('below.tif has numbers below 0 or with fractions'),
      expect.stringContaining('part.tif has numbers below 0 or with fractions'),
    ]);
  });

  test.each([
    ['legend.json', JSON.stringify({ Film: '#0000FF', Substrate: [255, 0, 0] })],
    [
      'labels.json',
      JSON.stringify([
        { name: 'Film', color: '#0000ff' },
        { label: 'Substrate', colour: '#ff0000' },
      ]),
    ],
    ['classes.json', JSON.stringify({ '#0000ff': 'Film', '#ff0000': 'Substrate' })],
    ['labelmap.txt', '# label:color_rgb:parts:actions\nbackground:0,0,0::\nFilm:0,0,255::\r\nSubstrate:255,0,0::\n'],
    ['class_dict.csv', 'name,r,g,b\nFilm,0,0,255\nSubstrate,255,0,0\n'],
  ])('%s names the colours', async (name, text) => {
    const truth = await folder();
    await writeFile(join(truth, 'a.png'), await colours([none, blue, blue, red]).png().toBuffer());
    await writeFile(join(truth, name), text);
    const [item] = await itemsOf(truth);
    expect(item?.evaluated?.annotations[0].regions.map(({ label, mask }) => [label, mask.areaPx])).toEqual([
      ['Film', 2],
      ['Substrate', 1],
    ]);
  });

  test('a legend names numbers, too; what it does not have is named', async () => {
    const truth = await folder();
    await writeFile(join(truth, 'a.png'), await greys([0, 1, 1, 2]).png().toBuffer());
    await writeFile(join(truth, 'b.png'), await greys([0, 1, 1, 3]).png().toBuffer());
    await writeFile(join(truth, 'legend.json'), JSON.stringify({ '1': 'Film', '2': 'Substrate' }));
    const items = await itemsOf(truth);
    expect(items[0]?.evaluated?.annotations[0].regions.map(({ label }) => label)).toEqual(['Film', 'Substrate']);
    expect(problemsOf(items)).toEqual(['b: b.png: the legend has no label for 3']);
  });

  test.each(['legend.json', 'labelmap.txt'])('a %s that can not be read is bad usage', async (name) => {
    const truth = await folder();
    await writeFile(join(truth, 'a.png'), await greys([0, 1, 1, 2]).png().toBuffer());
    await writeFile(join(truth, name), '{');
    await expect(itemsOf(truth)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('legend'),
    });
  });

  test('what is no label image is named as what it is', async () => {
    const truth = await folder();
    const many = Uint8Array.from({ length: 3 * 400 }, (_, i) => (i * 37 + (i >> 3)) % 251);
    await sharp(many, { raw: { width: 20, height: 20, channels: 3 } })
      .png()
      .toFile(join(truth, 'photo.png'));
    await writeFile(join(truth, 'cut.png'), (await colours([none, blue, blue, red]).png().toBuffer()).subarray(0, 60));
    await colours([none, blue, blue, red]).jpeg().toFile(join(truth, 'lossy.png'));
    const floats = Buffer.from('49492a0008000000', 'hex');
    await writeFile(join(truth, 'odd.tif'), floats);
    expect(problemsOf(await itemsOf(truth))).toEqual([
      expect.stringMatching(/^cut: cut\.png is (damaged or cut off|no PNG or TIFF image)$/),
      expect.stringContaining('lossy: lossy.png is a JPEG'),
      expect.stringContaining("odd: odd.tif can't be read: the file is damaged or cut off"),
      expect.stringContaining('photo: photo.png: it has more than 256 colours'),
    ]);
  });

  describe("Label Studio's brush labels as files", () => {
    const mask = (bytes: readonly number[]) => greys(bytes).png().toBuffer();
    const numpy = (bytes: readonly number[], order = 'False', shape = '(1, 4)') => {
      const text = `{'descr': '|u1', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + '\n';
      const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0]);
      return Buffer.concat([head, Buffer.from(text), Buffer.from(bytes)]);
    };
    const name = (taskId: number, annotationId: number, about: string, ending = 'png') =>
      `task-${taskId}-annotation-${annotationId}-by-${about}.${ending}`;

    test('are joined by task, with the newest annotation first', async () => {
      const truth = await folder();
      await writeFile(join(truth, name(1, 10, '1-tag-A-0')), await mask([255, 255, 0, 0]));
      await writeFile(join(truth, name(1, 10, '1-tag-B-0')), await mask([0, 0, 255, 0]));
      await writeFile(join(truth, name(1, 10, '1-tag-B-1')), await mask([0, 0, 0, 255]));
      await writeFile(join(truth, name(1, 12, '2-tag-A-0')), await mask([255, 255, 255, 0]));
      await writeFile(join(truth, name(1, 12, '2-tag-La-STO-0')), await mask([0, 0, 0, 255]));
      await writeFile(join(truth, name(2, 11, '1-tag-A-0', 'npy')), numpy([1, 0, 0, 1]));
      const items = await itemsOf(truth, truth);
      expect(problemsOf(items)).toEqual([]);
      const shown = items.map(({ evaluated }) => [
        evaluated?.id,
        evaluated?.annotations.map(({ regions }) => regions.map(({ label, mask: { areaPx } }) => [label, areaPx])),
        evaluated?.annotations[0].prediction?.regions.length,
      ]);
      expect(shown).toEqual([
        [
          'task-1',
          [
            [
              ['A', 3],
              ['La-STO', 1],
            ],
            [
              ['A', 2],
              ['B', 1],
              ['B', 1],
            ],
          ],
          2,
        ],
        ['task-2', [[['A', 2]]], 1],
      ]);
    });

    test('with the label config, labels with hyphens are told from controls', async () => {
      const truth = await folder();
      await writeFile(join(truth, name(1, 10, '1-my-tag-La-STO-0')), await mask([255, 255, 0, 0]));
      const [item] = await itemsOf(truth, undefined, labelConfigWith('STO', 'La-STO'));
      expect(item?.evaluated?.annotations[0].regions.map(({ label }) => label)).toEqual(['La-STO']);
    });

    test('column by column as Fortran writes them; damaged ones and those of two sizes are named', async () => {
      const truth = await folder();
      await writeFile(join(truth, name(1, 1, '1-t-A-0', 'npy')), numpy([1, 0, 0, 1, 0, 0, 0, 0], 'True', '(2, 4)'));
      await writeFile(join(truth, name(2, 1, '1-t-A-0', 'npy')), numpy([1, 0]));
      await writeFile(join(truth, name(3, 1, '1-t-A-0', 'npy')), numpy([1, 0, 0, 1]));
      await writeFile(join(truth, name(3, 1, '1-t-B-0', 'npy')), numpy([1, 0, 0, 1], 'False', '(2, 2)'));
      await writeFile(join(truth, name(4, 1, '1-t-A-0', 'npy')), 'nonsense');
      const items = await itemsOf(truth);
      expect(showMask(items[0]?.evaluated?.annotations[0].regions[0]?.mask as Mask)).toEqual(['#...', '.#..']);
      expect(problemsOf(items)).toEqual([
        expect.stringContaining('is cut off'),
        expect.stringContaining('is 2 × 2 pixels, others of its task 4 × 1'),
        expect.stringContaining('is no NumPy file'),
      ]);
    });
  });

  test('an empty folder is bad usage', async () => {
    await expect(itemsOf(await folder())).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});
