import { copyFile, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { type Mask, maskFromBox } from '../../src/core/mask.js';
import type { Evaluation } from '../../src/evaluation/evaluation.js';
import { openReport } from '../support/e2e/report-page.js';
import { repository } from '../support/e2e/repository.js';
import { openBrowser } from '../support/e2e/task-page.js';
import { annotation, brushRegion, prediction, task } from '../support/label-studio-tasks.js';
import { runCli } from '../support/run-cli.js';

jest.setTimeout(600_000);

const temporary = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'sam-i-am-'));
const left = maskFromBox(40, 30, { x: 0, y: 0, width: 20, height: 30 });
const right = maskFromBox(40, 30, { x: 20, y: 0, width: 20, height: 30 });

const regions = (name: string, first: Mask = left) => [
  brushRegion(`${name}1`, 'STO', first, { score: 0.8 }),
  brushRegion(`${name}2`, 'Ge', right, { score: 0.9 }),
];
const good = (id: number) => task(id, [annotation(id, regions(`p${id}`))], [prediction(id, regions(`p${id}`))]);

async function evaluate(tasks: unknown, ...more: string[]) {
  const folder = await temporary();
  const file = path.join(folder, 'export.json');
  await writeFile(file, typeof tasks === 'string' ? tasks : JSON.stringify(tasks));
  const out = path.join(folder, 'out');
  const run = await runCli(['evaluate', '--export', file, '--out', out, ...more], {
    LABEL_STUDIO_URL: '',
    DATA_DIR: path.join(folder, 'data'),
  });
  const metrics = async () => JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8')) as Evaluation;
  return { ...run, out, metrics };
}

test('an export is measured into the files of the contract, with status 0', async () => {
  const { status, stdout, stderr, out, metrics } = await evaluate([good(1), good(2)]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('film-2.png: mIoU 1.000') });
  expect(stdout.trim().split('\n')).toEqual(
    ['metrics.json', 'regions.csv', 'report.html'].map((name) => path.join(out, name)),
  );
  expect((await readdir(out)).sort()).toEqual(['metrics.json', 'regions.csv', 'report.html']);
  expect((await metrics()).summary.predicted).toMatchObject({ mIoU: 1, images: 2, masks: 4 });
});

test('--json gives one object', async () => {
  const { stdout } = await evaluate([good(1)], '--json');
  expect(JSON.parse(stdout)).toMatchObject({ images: 1, summary: { predicted: { mIoU: 1 } }, gate: [], problems: 0 });
});

describe('bad input', () => {
  test('costs only itself: each task is named in the report and on standard error, the rest measured, status 1', async () => {
    const damaged = brushRegion('x', 'STO', left);
    const other = maskFromBox(20, 10, { x: 0, y: 0, width: 5, height: 5 });
    const tasks = [
      good(1),
      task(2, [annotation(2, [{ ...damaged, value: { ...damaged.value, rle: [1, 2, 3] } }])], []),
      task(3, [annotation(3, regions('p3'))], []),
      task(4, [annotation(4, regions('p4'))], [prediction(4, [brushRegion('q', 'STO', other)])]),
      task(5, [annotation(5, [brushRegion('u', 'Unheard of', left)])], [prediction(5, regions('p5'))]),
      { id: 6, nonsense: true },
      task(7, [annotation(7, [], { was_cancelled: true })], []),
    ];
    const folder = await temporary();
    const config = path.join(folder, 'config.xml');
    await writeFile(
      config,
      '<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image"><Label value="STO" difficulty="hard"/><Label value="Ge"/></BrushLabels></View>',
    );
    const { status, stderr, out, metrics } = await evaluate(tasks, '--label-config', config);
    expect(status).toBe(1);
    const named: readonly (readonly [string, string])[] = [
      ['#2', 'brush RLE'],
      ['#3', 'no prediction'],
      ['#4', '20 × 10 pixels'],
      ['#5', 'no label "Unheard of"'],
      ['#6', 'no task of Label Studio'],
    ];
    const report = (await readFile(path.join(out, 'report.html'), 'utf8')).replaceAll('&quot;', '"');
    for (const [id, reason] of named) {
      const lines = [...stderr.split('\n'), ...report.split('<li>')].filter((line) => line.includes(`(${id})`));
      expect({ id, lines: lines.filter((line) => line.includes(reason)).length }).toEqual({ id, lines: 2 });
    }
    expect(stderr).not.toContain('(#7)');
    const { images, summary } = await metrics();
    expect(images.map(({ id, predicted }) => [id, predicted !== undefined])).toEqual([
      ['1', true],
      ['3', false],
      ['4', false],
      ['5', true],
    ]);
    expect(summary.predicted?.images).toBe(2);
  });

  test('an export that nobody annotated is named, with status 1', async () => {
    const { status, stderr, metrics } = await evaluate([task(1, [], [])]);
    expect([status, (await metrics()).images]).toEqual([1, []]);
    expect(stderr).toContain('no accepted annotation');
  });

  test.each([
    [[], '--project ID or --export'],
    [['--project', '1', '--export', 'x'], '--project ID or --export'],
    [['--export', '/no/such/file'], 'does not exist'],
    [['--export', 'package.json', '--fail-under', 'mIou=1'], 'mIoU=0.8'],
    [['--export', 'package.json'], 'COCO'],
    [['--export', 'examples', '--baseline', 'package.json'], 'metrics.json'],
    [['--export', 'examples', '--label-difficulty', 'package.json'], '"easy"'],
  ])('%j is bad usage: status 2 and what to change', async (args, word) => {
    const { status, stderr, stdout } = await runCli(['evaluate', '--out', await temporary(), ...args]);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(word) });
  });

  test('a project without an address or a token says what to set', async () => {
    const args = ['evaluate', '--project', '1', '--out', await temporary()];
    const unknown = await runCli(args, { LABEL_STUDIO_URL: '', LABEL_STUDIO_API_KEY: '' });
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining('LABEL_STUDIO_URL') });
    const url = ['--url', 'http://127.0.0.1:9'];
    const noToken = await runCli([...args, ...url], { LABEL_STUDIO_API_KEY: '' });
    expect(noToken.stderr).toContain('LABEL_STUDIO_API_KEY');
  });
});

describe('the gate', () => {
  const worse = (id: number) =>
    task(
      id,
      [annotation(id, regions(`p${id}`))],
      [prediction(id, regions(`p${id}`, maskFromBox(40, 30, { x: 0, y: 0, width: 19 - (id % 3), height: 30 })))],
    );
  const ids = Array.from({ length: 12 }, (_, index) => index + 1);

  test('closes below a threshold, with the reason', async () => {
    const { status, stderr } = await evaluate([good(1)], '--fail-under', 'mIoU=0.5', '--fail-under', 'best_iou=1');
    expect({ status, stderr: stderr.includes('gate:') }).toEqual({ status: 0, stderr: false });
    const closed = await evaluate([worse(1)], '--fail-under', 'mIoU=0.99');
    expect(closed).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/gate: predicted\.mIoU is 0\.9\d+, below 0\.99/),
    });
  });

  test('closes where accuracy fell significantly since the baseline, and not the other way round', async () => {
    const before = await evaluate(ids.map(good));
    const after = await evaluate(ids.map(worse), '--baseline', path.join(before.out, 'metrics.json'));
    expect(after).toMatchObject({ status: 1, stderr: expect.stringContaining('gate: predicted.mIoU changed by -') });
    const back = await evaluate(ids.map(good), '--baseline', path.join(after.out, 'metrics.json'));
    expect(back.status).toBe(0);
  });
});

test('--compare shows what the booster gains on an example, and the report opens without a complaint', async () => {
  const folder = await temporary();
  const [truth, images, out] = ['truth', 'images', 'out'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const example = path.join(repository, 'examples', 'srtio3-film-on-ge');
  await Promise.all([mkdir(truth), mkdir(images)]);
  await copyFile(`${example}.materials.png`, path.join(truth, 'srtio3-film-on-ge.materials.png'));
  await copyFile(`${example}.png`, path.join(images, 'srtio3-film-on-ge.png'));
  await copyFile(`${example}.materials.png`, path.join(truth, 'without-image.png'));
  const args = ['evaluate', '--export', truth, '--images', images, '--compare', '--out', out];
  const { status, stderr } = await runCli(args);
  expect(status).toBe(1);
  expect(stderr).toMatch(/without-image.*not at hand/);
  const { images: measured, gain } = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8')) as Evaluation;
  expect(measured.map((image) => [image.id, image.boosted?.images])).toEqual([
    ['srtio3-film-on-ge', 1],
    ['without-image', undefined],
  ]);
  const [{ sam, removed, boosted } = {}] = measured;
  expect(boosted?.mIoU).toBeGreaterThan(0.7);
  expect(sam?.masks).toBeGreaterThanOrEqual(removed?.masks ?? Infinity);
  expect(gain['boosted_over_sam']?.mIoU.difference).toBeCloseTo((boosted?.mIoU ?? 0) - (sam?.mIoU ?? 0), 12);
  const browser = await openBrowser();
  try {
    const page = await openReport(browser, path.join(out, 'report.html'), 'report-compare', {
      width: 1280,
      height: 900,
    });
    expect(page).toMatchObject({
      complaints: [],
      overflowPx: 0,
      text: expect.stringContaining('What the booster gains'),
    });
  } finally {
    await browser.close();
  }
});
