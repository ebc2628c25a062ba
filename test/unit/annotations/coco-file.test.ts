import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { encodeCocoRle } from '../../../src/core/coco-rle.js';
import type { Mask } from '../../../src/core/mask.js';
import { file, itemsOf, problemsOf } from '../../support/annotation-files.js';
import { drawMask, showMask } from '../../support/draw-mask.js';

const left = drawMask('##..', '##..');

describe('COCO', () => {
  const coco = (annotations: readonly unknown[]) => ({
    images: [{ id: 1, file_name: 'film.png', width: 4, height: 2, difficulty: 2 }],
    categories: [{ id: 7, name: 'STO' }],
    annotations,
  });
  const rle = { image_id: 1, category_id: 7, segmentation: encodeCocoRle(left) };

  test('compressed run lengths, counts and polygons are the same masks', async () => {
    const counts = { ...rle, segmentation: { size: [2, 4], counts: [0, 4, 4] } };
    const polygon = { ...rle, segmentation: [[0, 0, 2, 0, 2, 2, 0, 2]] };
    const [item] = await itemsOf(await file(coco([rle, counts, polygon])));
    expect(item?.problems).toEqual([]);
    expect(item?.evaluated?.difficulty).toBe(2);
    const { regions = [] } = item?.evaluated?.annotations[0] ?? {};
    expect(regions.map(({ label }) => label)).toEqual(['STO', 'STO', 'STO']);
    for (const { mask } of regions) expect(showMask(mask)).toEqual(['##..', '##..']);
  });

  test('results are predictions with scores', async () => {
    const [item] = await itemsOf(await file(coco([rle])), await file([{ ...rle, score: 0.9 }]));
    expect(item?.evaluated?.annotations[0].prediction?.regions).toMatchObject([{ label: 'STO', score: 0.9 }]);
  });

  test.each([1, 0, true, false, '1', null])('iscrowd %j makes no difference: a mask is a mask', async (iscrowd) => {
    const [item] = await itemsOf(await file(coco([{ ...rle, iscrowd }])), await file([rle]));
    expect(item?.problems).toEqual([]);
    expect(showMask(item?.evaluated?.annotations[0].regions[0]?.mask as Mask)).toEqual(['##..', '##..']);
  });

  test('an image of which half are crowds is measured whole', async () => {
    const right = { ...rle, category_id: 8, iscrowd: 1, segmentation: encodeCocoRle(drawMask('..##', '..##')) };
    const half = {
      ...coco([rle, right]),
      categories: [
        { id: 7, name: 'STO' },
        { id: 8, name: 'Ge' },
      ],
    };
    const [item] = await itemsOf(await file(half));
    expect(item?.evaluated?.annotations[0].regions.map(({ label, mask }) => [label, mask.areaPx])).toEqual([
      ['STO', 4],
      ['Ge', 4],
    ]);
  });

  const halves: readonly (readonly [what: string, entry: Record<string, unknown>, message: string])[] = [
    ['an empty list of polygons', { segmentation: [] }, 'annotation 2 has no mask'],
    ['no segmentation', { segmentation: undefined }, 'annotation 2 has no mask'],
    ['null', { segmentation: null }, 'annotation 2 has no mask'],
    ['a polygon of two corners', { segmentation: [[0, 0, 1, 1]] }, 'annotation 2 has no mask'],
    [
      'a mask without pixels',
      { segmentation: { size: [2, 4], counts: [8] } },
      'annotation 2 has a mask without any pixel',
    ],
    [
      'a polygon out of the image',
      { segmentation: [[9, 0, 12, 0, 12, 2]] },
      'annotation 2 has a mask without any pixel',
    ],
    ['no category', { category_id: null }, 'annotation #2 is damaged: category_id'],
    [
      'run lengths that end early',
      { segmentation: { size: [2, 4], counts: '04' } },
      "annotation 2 can't be read: its run lengths",
    ],
    [
      'run lengths without end',
      { segmentation: { size: [2, 4], counts: 'ooooo0' } },
      "annotation 2 can't be read: its run lengths",
    ],
  ];

  test.each(halves)('an image of which one entry has %s is named and left out', async (_what, entry, message) => {
    const items = await itemsOf(
      await file(
        coco([
          { ...rle, id: 1 },
          { ...rle, id: 2, ...entry },
        ]),
      ),
      await file([rle]),
    );
    expect(items.map(({ evaluated }) => evaluated)).toEqual([null]);
    expect(problemsOf(items)).toEqual([expect.stringContaining(message)]);
  });

  test.each(['\uFEFF', '\n'])('%j before all is no damage, nor is UTF-16', async (start) => {
    const text = start + JSON.stringify(coco([rle]));
    expect((await itemsOf(await file(text)))[0]?.evaluated?.annotations[0].regions).toHaveLength(1);
    const path = await file('');
    await writeFile(path, Buffer.from(`\uFEFF${text.trim()}`, 'utf16le'));
    expect((await itemsOf(path))[0]?.evaluated?.annotations[0].regions).toHaveLength(1);
  });

  test.each([
    ['images\\0123abcd-film.png', '0123abcd-film.png'],
    ['C:\\data\\film.png', 'film.png'],
    ['a/b\\film.png', 'film.png'],
  ])('the file name of %j is %j', async (file_name, expected) => {
    const dataset = coco([rle]);
    const [item] = await itemsOf(
      await file({ ...dataset, images: [{ ...dataset.images[0], file_name, date_captured: null }] }),
    );
    expect(item?.evaluated?.file).toBe(expected);
  });

  test('an image that is damaged or doubled is named, the others are measured', async () => {
    const dataset = coco([rle, { ...rle, image_id: 2 }]);
    const images = [...dataset.images, { id: 2, file_name: 'b.png' }, dataset.images[0]];
    const items = await itemsOf(await file({ ...dataset, images }));
    expect(problemsOf(items)).toEqual([
      '#2: is damaged: width is missing or wrong',
      '1: has the id of another image; it is left out',
      '2: annotation #2 is of an image that is not in the list of images',
    ]);
    expect(items.flatMap(({ evaluated }) => evaluated?.id ?? [])).toEqual(['1']);
  });

  test('an image of more pixels than are allowed is named before memory is taken', async () => {
    const dataset = coco([rle]);
    const items = await itemsOf(
      await file({ ...dataset, images: [{ id: 1, file_name: 'a.png', width: 1e6, height: 1e6 }] }),
    );
    expect(problemsOf(items)).toEqual([expect.stringContaining('MAX_IMAGE_PIXELS')]);
  });

  test('masks that do not fit are named', async () => {
    const wrong = [
      { ...rle, id: 1, segmentation: { size: [3, 4], counts: [0, 12] } },
      { ...rle, id: 2, segmentation: { size: [2, 4], counts: [9] } },
      { ...rle, id: 3, segmentation: { size: [2, 4], counts: '~~~' } },
      { ...rle, id: 4, segmentation: {} },
    ];
    const items = await itemsOf(await file(coco(wrong)));
    expect(items[0]?.evaluated).toBeNull();
    expect(problemsOf(items)).toEqual([
      expect.stringContaining("annotation 1 can't be read: its mask is 4 × 3 pixels"),
      expect.stringContaining("annotation 2 can't be read: its run lengths come to 9 pixels"),
      expect.stringContaining("annotation 3 can't be read: its run lengths"),
      expect.stringContaining('annotation 4 has no mask'),
    ]);
  });

  test('entries of no image or of no category are named, the rest is measured', async () => {
    const lost = { ...rle, id: 5, image_id: 9 };
    const odd = { ...rle, id: 6, category_id: 8 };
    const items = await itemsOf(await file(coco([{ id: 4 }, lost, odd])));
    expect(items.flatMap(({ problems }) => problems.map(({ id, message }) => [id, message]))).toEqual([
      ['?', 'annotation #1 is damaged: image_id is missing or wrong'],
      ['9', 'annotation 5 is of an image that is not in the list of images'],
      ['1', 'the file names no category 8; its masks are measured all the same'],
    ]);
    expect(items.map(({ evaluated }) => evaluated?.annotations[0].regions.map(({ label }) => label))).toEqual([
      undefined,
      ['8'],
    ]);
  });

  test('an image without results is named and measured as one without masks', async () => {
    const items = await itemsOf(await file(coco([rle])), await file([]));
    expect(items[0]?.evaluated?.annotations[0].prediction?.regions).toEqual([]);
    expect(problemsOf(items)).toHaveLength(1);
  });

  test('a file of another form is bad usage', async () => {
    await expect(itemsOf(await file({ images: 1 }))).rejects.toMatchObject({
      message: expect.stringContaining('images'),
    });
  });
});
