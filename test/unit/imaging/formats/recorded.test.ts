import { open, readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { sourceOfBytes, sourceOfFile } from '../../../../src/imaging/byte-source.js';
import { formatOf, headBytes, micrographEndings, openImage } from '../../../../src/imaging/formats.js';

/*
 * Small files of every format, with the values that RosettaSciIO (or the format's own library) reads from them: training/fixtures/record_formats.py.
 */

const folder = new URL('../../../fixtures/formats/', import.meta.url);

interface Recorded {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly pixel_size_nm: readonly [number, number] | null;
  readonly last_frame: readonly number[];
}

const recorded = JSON.parse(await readFile(new URL('recorded.json', folder), 'utf8')) as Readonly<
  Record<string, Recorded>
>;
const files = Object.entries(recorded).map(([name, expected]) => ({ name, expected }));

test('there are files of all kinds', async () => {
  expect(files.length).toBeGreaterThanOrEqual(60);
  expect((await readdir(folder)).length).toBe(files.length + 1);
  for (const { name } of files) expect(micrographEndings).toContain(/\.[^.]+$/.exec(name)?.[0]);
});

describe('the same values as the reference, to the last bit', () => {
  test.each(files)('$name', async ({ name, expected }) => {
    const image = await openImage(sourceOfBytes(await readFile(new URL(name, folder))));
    expect(image.frames.length).toBe(expected.frames);
    const { width, height, values } = await image.read(expected.frames - 1);
    expect([width, height]).toEqual([expected.width, expected.height]);
    expect(Array.from(values)).toEqual(expected.last_frame);
    if (expected.pixel_size_nm === null) return;
    const [x, y] = expected.pixel_size_nm;
    expect((image.pixelSizeNm?.[0] ?? 0) / x).toBeCloseTo(1, 6);
    expect((image.pixelSizeNm?.[1] ?? 0) / y).toBeCloseTo(1, 6);
  });
});

test('from disk as from memory', async () => {
  for (const { name, expected } of files) {
    const file = await open(new URL(name, folder));
    try {
      const image = await openImage(await sourceOfFile(file));
      expect(Array.from((await image.read(expected.frames - 1)).values)).toEqual(expected.last_frame);
    } finally {
      await file.close();
    }
  }
});

test('cut anywhere, or with any byte changed: values or a reason, never anything else', async () => {
  const smallest = new Map<string, string>();
  for (const { name } of files) smallest.set(name.replace(/^[^.]*/, ''), name);
  for (const name of smallest.values()) {
    const whole = await readFile(new URL(name, folder));
    const step = Math.max(1, Math.floor(whole.length / 40));
    for (let at = 0; at < whole.length; at += step) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (0xff >> (at % 5));
      for (const bytes of [changed, whole.subarray(0, at)]) {
        const outcome = await openImage(sourceOfBytes(bytes))
          .then(async (image) => {
            const { width, height } = image.frames[image.defaultFrame] ?? { width: 0, height: 0 };
            if (width * height > 1e6) return 'too large';
            return image.read(image.defaultFrame).then(() => 'read');
          })
          .catch((thrown: unknown) => (thrown instanceof Error ? thrown.name : 'nothing'));
        expect(['read', 'too large', 'UnreadableFile', 'RangeError']).toContain(outcome);
      }
    }
  }
}, 120_000);

test('a file that is whole is taken for whole, and half of it is not', async () => {
  for (const { name } of files) {
    const whole = await readFile(new URL(name, folder));
    const look = (bytes: Buffer) => {
      const format = formatOf(bytes.subarray(0, headBytes), bytes.length);
      const tail = bytes.subarray(-16).toString('latin1');
      return format?.isWhole({ head: bytes.subarray(0, headBytes), tail, size: bytes.length }) ?? null;
    };
    expect([name, [true, null].includes(look(whole))]).toEqual([name, true]);
    expect([name, [false, null].includes(look(whole.subarray(0, whole.length >> 1)))]).toEqual([name, true]);
  }
});
