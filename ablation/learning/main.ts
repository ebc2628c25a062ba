/*
 * Measures what accepted annotations are worth on simulated projects, and writes docs/LEARNING.md with its curve.
 *
 *   npm run learning-curve -- FOLDER [--images 20] [--draws 100] [--out docs/LEARNING.md]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_project --projects 12 --images 20 FOLDER` in training/. What the models find in an image is kept,
 * so that a further run takes minutes.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultModelId, loadModels } from '../../src/app/load-models.js';
import { modelVersionOf } from '../../src/app/model-version.js';
import { codeDigest, measuringCode } from '../code-digest.js';
import { projectNames, readProject } from './project-set.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '20' },
    draws: { type: 'string', default: '100' },
    out: { type: 'string', default: 'docs/LEARNING.md' },
    state: { type: 'string', default: '.cache/learning' },
    prepare: { type: 'boolean', default: false },
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
const state = join(values.state, `${version}-${await codeDigest(measuringCode)}`);
for (let most = 4; most <= Number(values.images); most += 4) {
  for (const name of await projectNames(folder)) await readProject(models, { folder, state, name, most });
}
