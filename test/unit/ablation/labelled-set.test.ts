import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { readJudgedSet } from '../../../ablation/labelled-set.js';

const [width, height] = [64, 48];
let folder = '';

async function write(name: string, value: (x: number) => number): Promise<void> {
  const pixels = Buffer.from(Array.from({ length: width * height }, (_, at) => value(at % width)));
  const image = sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  await image.png().toFile(join(folder, name));
}
const read = async (name: string) => {
  const entry = (await readJudgedSet(folder)).find((each) => each.name === name);
  if (entry === undefined) throw new Error(`${name} is not in the set`);
  return entry.read();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labelled-'));
  await write('film.png', (x) => 100 + ((x * 37) % 50));
  await write('film.mask.png', (x) => (x < 16 ? 0 : x < 40 ? 1 : x < 48 ? 2 : 255));
});

describe('micrographs beside label images', () => {
  test('have a class for every value but 255', async () => {
    const { materials, materialMasks, unknown, isSimulated } = await read('film.png');
    expect([materials, isSimulated]).toEqual([3, false]);
    expect(materialMasks.map(({ areaPx }) => areaPx / height)).toEqual([16, 24, 8]);
    expect(unknown.areaPx).toBe(16 * height);
  });
});

describe('a table of micrographs', () => {
  beforeAll(async () => {
    const table = {
      'film.png': { k: 4, kind: 'film', classes: { both: [1, 2], none: [7] } },
      'again.png': { k: 1, path: 'film.png' },
      'unknown.png': { k: 5, path: 'film.png' },
    };
    await writeFile(join(folder, 'images.json'), JSON.stringify(table));
  });

  test('says which values are one class, and how many materials there are', async () => {
    const { materials, kind, materialMasks } = await read('film.png');
    expect([materials, kind]).toEqual([4, 'film']);
    expect(materialMasks.map(({ areaPx }) => areaPx / height)).toEqual([32]);
  });

  test('of a single material needs no labels', async () => {
    expect((await read('again.png')).materialMasks.map(({ areaPx }) => areaPx)).toEqual([width * height]);
  });

  test('without classes has nothing but a number', async () => {
    const { materials, materialMasks } = await read('unknown.png');
    expect([materials, materialMasks]).toEqual([5, []]);
  });
});
