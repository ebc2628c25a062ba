import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exampleFiles, until } from '../support/e2e/repository.js';
import { runCli } from '../support/run-cli.js';

/*
 * `sam-i-am watch` with the embedded model. bench/watch.ts measures how long a microscope waits.
 */

let folder = '';
let out = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'watch-e2e-'));
  out = `${folder}-out`;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(out, { recursive: true, force: true });
});

interface Roi {
  readonly image: { readonly file: string; readonly width: number; readonly height: number };
  readonly nanometres_per_pixel: number | null;
  readonly materials: number;
  readonly regions: readonly {
    readonly bbox: readonly number[];
    readonly area_px: number;
    readonly outline: unknown[];
  }[];
  readonly interfaces: readonly { readonly line: unknown[]; readonly length_px: number }[];
}
const readRoi = async (name: string) => JSON.parse(await readFile(path.join(out, name), 'utf8')) as Roi;

test('each frame gets its regions while the command runs; what is done is not done again', async () => {
  const [, particles = '', film = ''] = exampleFiles();
  await copyFile(film, path.join(folder, 'first.png'));
  let stop: () => void = () => undefined;
  let stderr = '';
  const running = runCli(['watch', folder, '--out', out, '--json'], {}, (signal, stream) => {
    stop = () => signal('SIGINT');
    stream.on('data', (text) => (stderr += String(text)));
  });
  await until(() => stderr.includes('first.png: regions'), 'the first frame is done');
  await copyFile(particles, path.join(folder, '.second.part'));
  await rename(path.join(folder, '.second.part'), path.join(folder, 'second.png'));
  await writeFile(path.join(folder, 'first.tif'), 'no image');
  await until(() => stderr.includes('second.png: regions'), 'the second frame is done');
  await until(() => stderr.includes('failed: '), 'the third file is refused');
  stop();
  const { status, stdout } = await running;
  expect(status).toBe(130);
  expect(stderr).toMatch(/first\.tif would write .*first\.roi\.json, as another file does/);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { ok: boolean }).ok),
  ).toHaveLength(3);
  expect((await readdir(out)).sort()).toEqual(['first.roi.json', 'second.roi.json']);
  const roi = await readRoi('first.roi.json');
  expect(roi).toMatchObject({ image: { file: 'first.png' }, materials: 3, nanometres_per_pixel: null });
  expect(roi.regions.length).toBeGreaterThanOrEqual(3);
  expect(roi.interfaces[0]?.length_px).toBeGreaterThan(roi.image.width / 2);
  for (const { bbox, area_px, outline } of roi.regions) {
    const [x = 0, y = 0, width = 0, height = 0] = bbox;
    expect(x + width <= roi.image.width && y + height <= roi.image.height && area_px <= width * height).toBe(true);
    expect(outline.length).toBeGreaterThanOrEqual(3);
  }

  await rm(path.join(folder, 'first.tif'));
  const again = await runCli(['watch', folder, '--out', out, '--once']);
  expect([again.status, again.stdout]).toEqual([0, '']);
}, 240_000);

test('a broken frame and a folder that is none are told; the others are done', async () => {
  const [film = ''] = exampleFiles();
  await copyFile(film, path.join(folder, 'good.png'));
  await writeFile(path.join(folder, 'broken.tif'), 'II*\0 and no more');
  const run = await runCli(['watch', folder, '--out', out, '--once']);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/failed: .*broken\.tif/);
  expect(await readdir(out)).toEqual(['good.roi.json']);
  const missing = await runCli(['watch', path.join(folder, 'none'), '--out', out]);
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('is not a folder')]);
}, 240_000);

test('a result that finds no place is told with the way out; the same command goes on when there is one', async () => {
  const [film = '', particles = ''] = exampleFiles();
  await copyFile(film, path.join(folder, 'first.png'));
  await copyFile(particles, path.join(folder, 'second.png'));
  await mkdir(path.join(out, 'second.roi.json'), { recursive: true });
  await utimes(path.join(out, 'second.roi.json'), 0, 0);
  const run = await runCli(['watch', folder, '--out', out, '--once']);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/failed: .*second\.png: nothing can be written to .*second\.roi\.json/);
  await rmdir(path.join(out, 'second.roi.json'));
  expect(await readdir(out)).toEqual(['first.roi.json']);
  const again = await runCli(['watch', folder, '--out', out, '--once']);
  expect([again.status, again.stdout]).toEqual([0, `${path.join(out, 'second.roi.json')}\n`]);
}, 240_000);
