import { maskToBitmap } from '../../../../src/core/mask.js';
import { seededRandom } from '../../../../src/core/seeded-random.js';
import { findNotSpecimen } from '../../../../src/imaging/not-specimen/find-not-specimen.js';

const side = 320;

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

/** A lattice of bright columns with noise, none of it saturated. */
function lattice(seed = 1, width = side, height = side): Picture {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const column = Math.cos((2 * Math.PI * x) / 14) * Math.cos((2 * Math.PI * y) / 14);
    return 90 + 45 * column + 30 * (random() - 0.5);
  });
  return { width, height, values };
}

function fill({ width, values }: Picture, [x, y, w, h]: readonly number[], level: number): void {
  for (let row = y as number; row < (y as number) + (h as number); row++) {
    values.fill(level, row * width + (x as number), row * width + (x as number) + (w as number));
  }
}

/** Letters of five by seven dots. */
const glyphs = [
  ['01110', '10001', '10000', '01110', '00001', '10001', '01110'],
  ['11111', '00100', '00100', '00100', '00100', '00100', '00100'],
  ['01110', '10001', '10001', '10001', '10001', '10001', '01110'],
];

/** A word in dots of `dot` pixels; what was painted is marked in `painted`. */
function write(
  picture: Picture,
  [x, y]: readonly [number, number],
  dot: number,
  level: number,
  painted?: Uint8Array,
): void {
  glyphs.forEach((rows, letter) => {
    rows.forEach((row, down) => {
      Array.from(row).forEach((bit, across) => {
        if (bit === '0') return;
        const box = [x + (letter * 6 + across) * dot, y + down * dot, dot, dot];
        fill(picture, box, level);
        if (painted !== undefined) fill({ ...picture, values: painted as unknown as Float64Array }, box, 1);
      });
    });
  });
}

const find = ({ width, height, values }: Picture) => findNotSpecimen(width, height, values);
const kindsOf = (picture: Picture) => new Set(find(picture).found.map(({ kind }) => kind));

describe('a picture without anything burnt in', () => {
  const specimens: Readonly<Record<string, (picture: Picture) => void>> = {
    'a noisy lattice': () => undefined,
    'bright columns, clipped': ({ values }) => values.forEach((value, at) => (values[at] = Math.min(value, 120))),
    'dark gaps, clipped': ({ values }) => values.forEach((value, at) => (values[at] = Math.max(value, 60))),
    'an empty region with a rough border': (picture) => {
      const random = seededRandom(5);
      let edge = 60;
      for (let x = 0; x < side; x++) {
        edge = Math.max(40, Math.min(80, edge + Math.round(4 * (random() - 0.5))));
        fill(picture, [x, 0, 1, edge], 0);
      }
    },
    'a round hole': ({ values }) => {
      for (let at = 0; at < values.length; at++) {
        const distance = Math.hypot((at % side) - 150, Math.floor(at / side) - 170);
        values[at] = (values[at] as number) * Math.min(1, Math.max(0, (distance - 40) / 12));
      }
    },
    'one value throughout': ({ values }) => values.fill(7),
    'no numbers': ({ values }) => values.fill(NaN),
  };
  it.each(Object.keys(specimens))('%s: everything is specimen', (name) => {
    const picture = lattice();
    specimens[name]?.(picture);
    expect(find(picture)).toEqual({ mask: null, found: [], scaleBarPx: null });
  });
});

describe('what is burnt into a picture', () => {
  it.each([
    ['white on dark', 255],
    ['black on bright', 0],
  ])('letters, %s', (_, level) => {
    const picture = lattice();
    const painted = new Uint8Array(side * side);
    write(picture, [40, 60], 4, level, painted);
    const { mask, found } = find(picture);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['drawing']));
    const bitmap = maskToBitmap(mask as NonNullable<typeof mask>);
    expect(painted.every((bit, at) => bit === 0 || bitmap[at] === 1)).toBe(true);
    expect(mask?.areaPx).toBeLessThan(1.6 * painted.reduce((sum, bit) => sum + bit, 0));
  });

  it('tells the length of a scale bar', () => {
    const picture = lattice();
    fill(picture, [30, 280, 73, 6], 255);
    expect(kindsOf(picture)).toEqual(new Set(['scale bar']));
    expect(find(picture).scaleBarPx).toBe(73);
  });

  it.each([
    ['below', [0, 270, side, 50], 255, 0],
    ['above', [0, 0, side, 44], 0, 255],
  ] as const)('a banner %s with writing and a bar of its own', (_, box, ground, ink) => {
    const picture = lattice();
    fill(picture, box, ground);
    write(picture, [12, box[1] + 12], 3, ink);
    fill(picture, [200, box[1] + 20, 90, 4], ink);
    const { mask, found, scaleBarPx } = find(picture);
    expect(found).toEqual([{ kind: 'banner', box: { x: box[0], y: box[1], width: box[2], height: box[3] } }]);
    expect(mask?.areaPx).toBe(box[2] * box[3]);
    expect(scaleBarPx).toBe(90);
  });

  it.each([0, 128, 255])('padding and a frame of grey %i', (level) => {
    const picture = lattice();
    fill(picture, [0, 0, side, 3], level);
    fill(picture, [0, 0, 17, side], level);
    const { mask, found } = find(picture);
    expect(found.map(({ kind }) => kind)).toEqual(['padding', 'padding']);
    expect(mask?.areaPx).toBe(3 * side + 17 * (side - 3));
  });

  it('does not depend on the range of the values', () => {
    const picture = lattice();
    write(picture, [40, 60], 4, 255);
    const scaled = { ...picture, values: picture.values.map((value) => value * 1e-4 - 3) };
    expect(find(scaled)).toEqual(find(picture));
  });
});
