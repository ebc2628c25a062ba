import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { readRegions, type RegionReading } from '../../../src/annotations/read-regions.js';
import { maskFromBox, unionOf } from '../../../src/core/mask.js';
import { BitWriter } from '../../../src/label-studio/bit-stream.js';
import { parseLabelConfig } from '../../../src/label-studio/label-config.js';
import { drawMask, showMask } from '../../support/draw-mask.js';
import { brushRegion } from '../../support/label-studio-tasks.js';
import { bitmaskRegion, outlineRegion, pairOf, polygonRegion } from '../../support/region-shapes.js';

const size = { width: 8, height: 4 };
const left = drawMask('####....', '####....', '####....', '####....');
const reading: RegionReading = { config: undefined, maxPixels: 1e6 };

async function read(result: readonly unknown[], more: Partial<RegionReading> = {}) {
  const { layers, problems } = await readRegions(result, { ...reading, ...more });
  const [layer] = layers;
  return {
    shown: layer?.regions.map(({ id, label, mask }) => [id, label, showMask(mask)]) ?? [],
    problems: [...problems, ...(layer?.problems ?? [])].map(({ message }) => message),
    isDamaged: layer?.isDamaged ?? problems.length > 0,
  };
}

const half = { x: 0, y: 0, width: 50, height: 100, rotation: 0 };
const shapes: readonly (readonly [kind: string, make: () => unknown])[] = [
  ['brush', () => brushRegion('a', 'STO', left)],
  ['bitmask', () => bitmaskRegion('a', 'STO', left)],
  [
    'polygon',
    () =>
      polygonRegion('a', 'STO', size, [
        [0, 0],
        [4, 0],
        [4, 4],
        [0, 4],
      ]),
  ],
  ['rectangle', () => outlineRegion('rectangle', 'a', 'STO', size, half)],
  [
    'rectangle, turned about its corner',
    () => outlineRegion('rectangle', 'a', 'STO', size, { x: 50, y: 0, width: 50, height: 100, rotation: 90 }),
  ],
];

describe('the left half of an image', () => {
  test.each(shapes)('drawn as %s', async (_kind, make) => {
    expect(await read([await make()])).toEqual({
      shown: [['a', 'STO', showMask(left)]],
      problems: [],
      isDamaged: false,
    });
  });

  test.each(shapes)('drawn as %s without labels, beside <Labels> or <Choices perRegion>', async (_kind, make) => {
    const region = (await make()) as Record<string, unknown>;
    for (const partner of ['labels', 'choices'] as const) {
      const pair = pairOf(region, 'Ge', partner);
      for (const order of [pair, pair.toReversed()]) {
        expect(await read(order)).toEqual({ shown: [['a', 'Ge', showMask(left)]], problems: [], isDamaged: false });
      }
    }
  });
});

test('an ellipse, upright and turned about its centre', async () => {
  const ellipse = (rotation: number) =>
    outlineRegion('ellipse', 'e', 'STO', size, { x: 50, y: 50, radiusX: 50, radiusY: 25, rotation });
  expect((await read([ellipse(0)])).shown).toEqual([['e', 'STO', ['........', '.######.', '.######.', '........']]]);
  expect((await read([ellipse(90)])).shown).toEqual([['e', 'STO', ['...##...', '...##...', '...##...', '...##...']]]);
});

test('a polygon is filled as a browser fills it, and cut off at the edges of the image', async () => {
  const star = polygonRegion('p', 'STO', size, [
    [1, 1],
    [7, 1],
    [7, 3],
    [3, 3],
    [3, 0],
    [5, 0],
    [5, 4],
    [1, 4],
  ]);
  expect((await read([star])).shown).toEqual([['p', 'STO', ['...##...', '.######.', '.######.', '.####...']]]);
  const large = polygonRegion('p', 'STO', size, [
    [-90, -90],
    [4, -90],
    [4, 90],
    [-90, 90],
  ]);
  expect((await read([large])).shown).toEqual([['p', 'STO', showMask(left)]]);
});

describe('labels', () => {
  test('a region with several counts for each', async () => {
    const region = brushRegion('b', 'B', left);
    const value = { ...region.value, brushlabels: ['B', 'C'] };
    expect((await read([{ ...region, value }])).shown).toEqual([
      ['b', 'B', showMask(left)],
      ['b (C)', 'C', showMask(left)],
    ]);
  });

  test('a region that two controls name counts once for each label, whatever else has its id', async () => {
    const twice = [brushRegion('b', 'B', left), { ...brushRegion('b', 'C', left), from_name: 'other' }];
    expect((await read(twice)).shown.map(([, label]) => label)).toEqual(['B', 'C']);
    const again = [brushRegion('b', 'B', left), brushRegion('b', 'B', left)];
    expect((await read(again)).shown).toHaveLength(1);
    const two = [
      brushRegion('b', 'B', left),
      brushRegion('b', 'B', drawMask('....####', '........', '........', '........')),
    ];
    expect((await read(two)).shown).toHaveLength(2);
  });

  test('choices say something of a region that has a label, and are none', async () => {
    const choice = { id: 'a', type: 'choices', from_name: 'q', to_name: 'image', value: { choices: ['sure'] } };
    expect((await read([brushRegion('a', 'STO', left), choice])).shown).toEqual([['a', 'STO', showMask(left)]]);
  });
});

describe('what can not be measured is named', () => {
  const region = brushRegion('a', 'STO', left);
  const polygon = polygonRegion('p', 'STO', size, [
    [0, 0],
    [4, 0],
    [4, 4],
  ]);
  const bad: readonly (readonly [what: string, region: unknown, message: string])[] = [
    ['a vector', outlineRegion('vector', 'v', 'STO', size, { vertices: [] }), 'region v is a "vectorlabels"'],
    ['a shape to come', { ...polygon, type: 'cuboidlabels' }, 'region p is a "cuboidlabels"'],
    [
      'no label',
      {
        ...polygon,
        value: {
          points: [
            [0, 0],
            [90, 0],
            [0, 90],
          ],
        },
      },
      'region p has no label',
    ],
    [
      'an open outline',
      {
        ...polygon,
        value: {
          points: [
            [0, 0],
            [9, 0],
            [9, 9],
          ],
          closed: false,
          polygonlabels: ['A'],
        },
      },
      'not closed',
    ],
    [
      'two corners',
      {
        ...polygon,
        value: {
          points: [
            [0, 0],
            [9, 0],
          ],
          polygonlabels: ['A'],
        },
      },
      'value.points is missing or wrong',
    ],
    [
      'corners that are none',
      {
        ...polygon,
        value: {
          points: [
            [0, 0],
            [9, 0],
            [null, 3],
          ],
          polygonlabels: ['A'],
        },
      },
      'value.points',
    ],
    ['a turned view', { ...polygon, image_rotation: 90 }, 'turned view'],
    [
      'nothing inside of the image',
      polygonRegion('p', 'STO', size, [
        [20, 0],
        [24, 0],
        [24, 4],
      ]),
      'covers no pixel',
    ],
    ['no size', { ...polygon, original_width: undefined }, 'original_width is missing or wrong'],
    ['another size', { ...polygon, original_width: 9 }, 'region p is 9 × 4 pixels, not 8 × 4'],
    [
      'no radius',
      outlineRegion('ellipse', 'e', 'STO', size, { x: 1, y: 1, radiusX: 3 }),
      'value.radiusY is missing or wrong',
    ],
    [
      'a brush without mask',
      { ...region, id: 'b', value: { touches: [], brushlabels: ['A'] } },
      'region b: value.rle is missing',
    ],
    [
      'a bitmask that is no image',
      outlineRegion('bitmask', 'm', 'A', size, { imageDataURL: 'data:image/png;base64,AAAA' }),
      'is no image',
    ],
    ['a bitmask without address', outlineRegion('bitmask', 'm', 'A', size, {}), 'imageDataURL is missing'],
  ];

  test.each(bad)('%s', async (_what, other, message) => {
    const { problems, isDamaged } = await read([region, other]);
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(isDamaged).toBe(true);
  });

  test('a bitmask of another size, and one that is black and white without transparency', async () => {
    expect((await read([region, await bitmaskRegion('m', 'A', drawMask('#'))])).problems[0]).toContain(
      '1 × 1 pixels, not 8 × 4',
    );
    const pixels = Uint8Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 255 : 0));
    const png = await sharp(pixels, { raw: { width: 8, height: 4, channels: 1 } })
      .png()
      .toBuffer();
    const value = { imageDataURL: `data:image/png;base64,${png.toString('base64')}` };
    expect((await read([outlineRegion('bitmask', 'm', 'A', size, value)])).problems[0]).toContain(
      'no transparent pixel',
    );
  });

  test('more entries or corners than anybody draws', async () => {
    const many = Array.from({ length: 50_001 }, () => region);
    expect((await read(many)).problems[0]).toContain('more than 50000');
    const tall = { width: 1, height: 1e6 };
    const zigzag = Array.from({ length: 10 }, (_, i) => [i % 2, i % 2 === 0 ? 0 : 1e6] as const);
    expect((await read([polygonRegion('p', 'A', tall, zigzag)])).problems[0]).toContain('too many edges');
  });
});

describe('prompts of smart tools', () => {
  const point = outlineRegion('keypoint', 'k', 'STO', size, { x: 50, y: 50, width: 0.3 });
  const box = outlineRegion('rectangle', 'box', 'STO', size, half);
  const config = (attributes: string) =>
    parseLabelConfig(
      `<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image"><Label value="STO"/></BrushLabels>` +
        `<RectangleLabels name="rectangle" toName="image" ${attributes}><Label value="STO"/></RectangleLabels></View>`,
    );
  const brush = brushRegion('a', 'STO', left);

  test('points are named and not measured, and cost nothing else', async () => {
    const { shown, problems, isDamaged } = await read([brush, point, { ...point, id: 'l' }]);
    expect([shown.length, isDamaged]).toEqual([1, false]);
    expect(problems).toEqual([expect.stringMatching(/^k, l: points and boxes for a smart tool/)]);
  });

  test.each(['smart="true"', 'smartOnly="true"'])('so are rectangles of a control with %s', async (attributes) => {
    const { shown, problems, isDamaged } = await read([brush, box], { config: config(attributes) });
    expect([shown.length, problems.length, isDamaged]).toEqual([1, 1, false]);
  });

  test('rectangles of another control are regions', async () => {
    expect((await read([brush, box], { config: config('') })).shown).toHaveLength(2);
    expect((await read([box])).shown).toHaveLength(1);
  });

  test('without a label config nobody can tell what a rectangle beside masks is', async () => {
    const { problems, isDamaged } = await read([brush, box]);
    expect([problems[0], isDamaged]).toEqual([expect.stringContaining('without the label config'), true]);
  });
});

describe('opacity', () => {
  /** A mask of literal alphas, row by row. */
  const soft = (id: string, width: number, alphas: readonly number[]) => {
    const writer = new BitWriter(53 + alphas.length * 4 * 8 + 64);
    writer.write(alphas.length * 4, 32);
    writer.write(7, 5);
    for (const bits of [3, 4, 8, 16]) writer.write(bits - 1, 4);
    writer.write(3, 3);
    writer.write(alphas.length * 4 - 1, 16);
    for (const alpha of alphas) for (let i = 0; i < 4; i++) writer.write(alpha, 8);
    const region = brushRegion(id, 'STO', left);
    const value = { ...region.value, rle: Array.from(writer.finish()) };
    return { ...region, original_width: width, original_height: alphas.length / width, value };
  };

  test.each([100, 1, 127])('a mask that is drawn with alpha %d throughout is a mask', async (alpha) => {
    const alphas = Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? alpha : 0));
    expect((await read([soft('f', 8, alphas)])).shown).toEqual([['f', 'STO', showMask(left)]]);
  });

  test('the soft rim of a stroke is none, a faint area beside it is', async () => {
    const rim = Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 255 : i % 8 < 6 ? 90 : 0));
    expect((await read([soft('r', 8, rim)])).shown).toEqual([['r', 'STO', showMask(left)]]);
    const area = Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 255 : i % 8 < 7 ? 90 : 0));
    const wide = unionOf(left, maskFromBox(8, 4, { x: 4, y: 0, width: 3, height: 4 }));
    expect((await read([soft('r', 8, area)])).shown).toEqual([['r', 'STO', showMask(wide)]]);
  });
});

test('entries that say something of the task are passed over; those that are none are named', async () => {
  const remarks = ['choices', 'textarea', 'rating', 'taxonomy', 'relation', 'somethingnew'].map((type) => ({
    type,
    value: {},
  }));
  expect(await read([brushRegion('a', 'STO', left), ...remarks])).toMatchObject({ problems: [], isDamaged: false });
  for (const none of [null, 3, {}, { value: {} }])
    expect((await read([none])).problems).toEqual([expect.stringContaining('region 1 is no')]);
});
