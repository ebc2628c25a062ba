import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { decodeCocoRle } from '../../src/core/coco-rle.js';
import { intersectionArea } from '../../src/core/mask.js';
import type { MasksReport } from '../../src/painting/results/masks-report.js';
import { mainFile } from '../support/e2e/repository.js';
import { pngHeader } from '../support/image-files.js';
import { runCli } from '../support/run-cli.js';

jest.setTimeout(600_000);

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const realMicrographs = fileURLToPath(new URL('../../../shared/micrographs', import.meta.url));
const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'sam-i-am-'));

async function checkResults(out: string, name: string): Promise<void> {
  const report = JSON.parse(await readFile(join(out, `${name}.masks.json`), 'utf8')) as MasksReport;
  const { data, info } = await sharp(join(out, `${name}.labels.png`))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([report.image.width, report.image.height]);
  const masks = report.masks.map(({ rle }) => decodeCocoRle(rle));
  masks.forEach((a, i) => masks.slice(i + 1).forEach((b) => expect(intersectionArea(a, b)).toBe(0)));
  masks.forEach((mask, i) => expect(data.filter((label) => label === i + 1)).toHaveLength(mask.areaPx));
  expect(report.masks.map(({ area }) => area)).toEqual(report.masks.map(({ area }) => area).sort((a, b) => b - a));
}

describe('the examples', () => {
  let out: string;
  beforeAll(async () => {
    out = await temporary();
  });

  test('are segmented with status 0, into the files of the contract', async () => {
    const { status, stdout, stderr } = await runCli(['segment', examples, '--out', out]);
    expect(stderr).toContain('[3/3]');
    expect(status).toBe(0);
    const written = await readdir(out);
    expect(stdout.trim().split('\n')).toHaveLength(written.length);
    const names = written.filter((file) => file.endsWith('.labels.png')).map((file) => file.replace('.labels.png', ''));
    expect(names).toHaveLength(3);
    for (const name of names) await checkResults(out, name);
  });

  test('show at least two materials each, most pixels as in the simulation', async () => {
    for (const file of (await readdir(out)).filter((each) => each.endsWith('.labels.png'))) {
      const truth = join(examples, file.replace('.labels.png', '.materials.png'));
      expect(await agreement(join(out, file), truth)).toBeGreaterThan(0.8);
    }
  });
});

/** Share of the labelled pixels that agree when each painted material stands for the true one that it covers most. */
async function agreement(labelsPath: string, truthPath: string): Promise<number> {
  const [labels, truth] = await Promise.all(
    [labelsPath, truthPath].map((path) => sharp(path).toColourspace('b-w').raw().toBuffer()),
  );
  if (labels === undefined || truth === undefined) return 0;
  const counts = new Map<number, Map<number, number>>();
  let labelled = 0;
  truth.forEach((material, pixel) => {
    if (material === 0) return;
    labelled++;
    const label = labels[pixel] ?? 0;
    const row = counts.get(label) ?? new Map<number, number>();
    counts.set(label, row.set(material, (row.get(material) ?? 0) + 1));
  });
  const painted = [...counts].filter(([label]) => label > 0);
  expect(painted.length).toBeGreaterThan(1);
  return painted.reduce((sum, [, row]) => sum + Math.max(...row.values()), 0) / labelled;
}

describe('bad input', () => {
  test('costs only itself: each is named with its cure, the rest is done, status 1', async () => {
    const folder = await temporary();
    await writeFile(join(folder, 'text.png'), 'not an image');
    await writeFile(join(folder, 'empty.png'), '');
    await writeFile(join(folder, 'nothing.png'), pngHeader(0, 0));
    await writeFile(join(folder, 'huge.png'), pngHeader(20000, 20000));
    await sharp({ create: { width: 96, height: 64, channels: 3, background: '#000' } })
      .png()
      .toFile(join(folder, 'black.png'));
    const out = await temporary();
    const { status, stdout, stderr } = await runCli([
      'segment',
      folder,
      '--out',
      out,
      '--json',
      '--points-per-side',
      '4',
    ]);
    expect(status).toBe(1);
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { image: string; ok: boolean; error?: { code: string } });
    const codes = Object.fromEntries(
      outcomes.map(({ image, error }) => [image.replace(`${folder}/`, ''), error?.code ?? 'ok']),
    );
    expect(codes).toEqual({
      'black.png': 'ok',
      'empty.png': 'image.unreadable',
      'huge.png': 'image.too_large',
      'nothing.png': 'image.unreadable',
      'text.png': 'image.unreadable',
    });
    expect(stderr).toContain('MAX_IMAGE_PIXELS');
    expect(stderr).toContain("text.png can't be read as an image: it is a text");
    expect(await readdir(out)).toContain('black.labels.png');
  });

  test.each([
    [['segment', 'examples'], '--out'],
    [['segment', '/no/such.png', '--out', '/tmp/x'], 'does not exist'],
    [['segment', examples, '--out', '/tmp/x', '--materials', '9'], '1 to 6'],
    [['segment', examples, '--out', '/tmp/x', '--model', 'vit-z'], 'sam-i-am-small'],
    [['fly'], 'unknown command'],
  ])('%j is bad usage: status 2 and what to change', async (args, word) => {
    const { status, stderr, stdout } = await runCli(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(word);
  });

  test('the model is that of the setting MODEL, unless --model names one', async () => {
    const { status, stderr } = await runCli(['segment', examples, '--out', '/tmp/x'], { MODEL: 'vit-y' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('vit-y')]);
    const named = await runCli(['segment', examples, '--out', '/tmp/x', '--model', 'vit-z'], { MODEL: 'vit-y' });
    expect([named.status, named.stderr]).toEqual([2, expect.stringContaining('vit-z')]);
  });

  test('a bad setting stops the start with a line that names it', async () => {
    const { status, stderr } = await runCli(['serve'], { PORT: 'ninety' });
    expect(status).toBe(2);
    expect(stderr).toContain('PORT must be a whole number');
  });
});

test('results that find no room are one clear line, those that nobody reads none', async () => {
  const shell = (command: string) =>
    new Promise<[number | null, string]>((resolve) => {
      const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += String(text)));
      child.on('close', (status) => resolve([status, stderr]));
    });
  const list = `'${process.execPath}' '${mainFile}' models list`;
  const full = expect.stringMatching(/^sam-i-am: nothing can be written to standard output: the disk is full\..*\n$/);
  expect(await shell(`${list} > /dev/full`)).toEqual([1, full]);
  expect(await shell(`${list} | true`)).toEqual([0, '']);
});

test('Ctrl-C stops cleanly and says how to continue', async () => {
  const out = await temporary();
  const { status, stderr } = await runCli(['segment', examples, '--out', out], {}, (signal, lines) => {
    lines.once('data', () => signal('SIGINT'));
  });
  expect(status).toBe(130);
  expect(stderr).toContain('the same command');
});

const withMicrographs = existsSync(realMicrographs) ? test : test.skip;

withMicrographs('real micrographs are segmented with status 0, no two materials sharing a pixel', async () => {
  const out = await temporary();
  const { status } = await runCli(['segment', realMicrographs, '--out', out]);
  expect(status).toBe(0);
  const names = (await readdir(out)).filter((file) => file.endsWith('.labels.png'));
  expect(names.length).toBeGreaterThanOrEqual(8);
  for (const name of names) await checkResults(out, name.replace('.labels.png', ''));
});
