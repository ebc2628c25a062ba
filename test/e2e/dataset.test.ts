import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { maskFromBox } from '../../src/core/mask.js';
import { LabelStudio } from '../support/e2e/label-studio.js';
import { exampleFiles, repository } from '../support/e2e/repository.js';
import { brushRegion } from '../support/label-studio-tasks.js';
import { runCli } from '../support/run-cli.js';

/*
 * `sam-i-am dataset` on the real Label Studio.
 */

const labelStudio = LabelStudio.shared();
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

interface Manifest {
  readonly items: readonly {
    readonly image: { readonly file: string; readonly sha256: string };
    readonly labels: { readonly file: string };
    readonly provenance: { readonly task: string; readonly url: string; readonly annotator: string };
  }[];
}

test('what people accepted in a project becomes images and label images', async () => {
  const project = await labelStudio.createProject('dataset', path.join(repository, 'label-config/materials-2.xml'));
  const [film = '', other = ''] = exampleFiles();
  for (const file of [film, other]) await labelStudio.uploadFile(project, file);
  const [task] = await labelStudio.tasks(project);
  const { width, height } = await sharp(film).metadata();
  const config = await readFile(path.join(repository, 'label-config/materials-2.xml'), 'utf8');
  const name = (tag: string) => new RegExp(`<${tag}[^>]*name="([^"]+)"`).exec(config)?.[1] ?? '';
  const label = /<Label[^>]*value="([^"]+)"/.exec(config)?.[1] ?? '';
  const region = brushRegion('r', label, maskFromBox(width, height, { x: 10, y: 20, width: 30, height: 40 }));
  const result = [{ ...region, from_name: name('BrushLabels'), to_name: name('Image') }];
  await labelStudio.send('POST', `/api/tasks/${task?.id ?? 0}/annotations/`, { result });

  const out = await mkdtemp(path.join(tmpdir(), 'dataset-e2e-'));
  const environment = { LABEL_STUDIO_URL: labelStudio.url, LABEL_STUDIO_API_KEY: labelStudio.token };
  const run = await runCli(['dataset', '--project', String(project), '--out', out, '--json'], environment);
  expect([run.status, JSON.parse(run.stdout)]).toMatchObject([
    0,
    { images: 1, problems: 0, labels: [label], unnamed: 1 },
  ]);
  const { items } = JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8')) as Manifest;
  expect(items[0]).toMatchObject({
    image: { sha256: sha256(await readFile(film)) },
    provenance: { task: String(task?.id), url: labelStudio.url, annotator: expect.any(String) },
  });
  const labels = await sharp(path.join(out, items[0]?.labels.file ?? ''))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  expect([labels.length, labels.reduce((sum, value) => sum + value, 0)]).toEqual([width * height, 30 * 40]);
  await rm(out, { recursive: true });

  const nothing = await runCli(['dataset', '--out', out]);
  expect([nothing.status, nothing.stderr]).toEqual([2, expect.stringContaining('--project ID or --export FILE')]);
}, 120_000);
