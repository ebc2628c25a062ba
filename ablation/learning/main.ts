/*
 * Measures what accepted annotations are worth on simulated projects, and writes docs/LEARNING.md with its curve.
 *
 *   npm run learning-curve -- FOLDER [--images 20] [--draws 100] [--out docs/LEARNING.md]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_project --projects 12 --images 20 FOLDER` in training/. What the models find in an image is kept,
 * so that a further run takes minutes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultModelId, loadModels } from '../../src/app/load-models.js';
import { modelVersionOf } from '../../src/app/model-version.js';
import { codeDigest, preparingCode } from '../code-digest.js';
import { seededRandom } from '../../src/core/seeded-random.js';
import type { CurvePoint } from './curve.js';
import { drawProject } from './curve.js';
import { projectNames, readProject } from './project-set.js';
import { writeLearningReport } from './report.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '20' },
    draws: { type: 'string', default: '100' },
    out: { type: 'string', default: 'docs/LEARNING.md' },
    state: { type: 'string', default: '.cache/learning' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('usage: npm run learning-curve -- FOLDER [--images N] [--draws 100] [--out FILE]\n');
  process.exit(2);
}
const models = await loadModels({
  folder: resolve('models'),
  addedFolder: 'none',
  modelId: defaultModelId,
  threads: 1,
});
const version = await modelVersionOf(resolve('models'), 'none', defaultModelId);
const state = join(values.state, `${version}-${await codeDigest(preparingCode)}`);
const names = await projectNames(folder);
const random = seededRandom(9);
const points: CurvePoint[] = [];
for (const [index, name] of names.entries()) {
  const project = await readProject(models, { folder, state, name, most: Number(values.images) });
  for (let draw = index; draw < Number(values.draws); draw += names.length) {
    points.push(...(await drawProject(draw, project, models.namingSpread, random)));
    process.stderr.write(`draw ${draw} of project ${name}\n`);
  }
}
await models.sam.release();
await models.texture.release();
await mkdir(state, { recursive: true });
await writeFile(join(state, 'points.json'), JSON.stringify(points, null, 1));
await writeLearningReport(values.out, version, points);
process.stdout.write(`${values.out}\n`);
