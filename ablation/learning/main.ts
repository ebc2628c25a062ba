/*
 * Measures what accepted annotations are worth on simulated projects, and writes docs/LEARNING.md with its curve.
 *
 *   npm run learning-curve -- FOLDER [--images 20] [--draws 100] [--out docs/LEARNING.md]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_project --projects 12 --images 20 FOLDER` in training/. What the models find in an image is kept,
 * so that a further run takes minutes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/core/seeded-random.js';
import { defaultModelId } from '../../src/painting/models/load-models.js';
import { modelVersionOf } from '../../src/painting/models/model-version.js';
import { codeDigest, preparingCode } from '../code-digest.js';
import { modelsFolder, openProjects } from './command.js';
import { type CurvePoint, drawProject } from './curve.js';
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
const { folder, models } = await openProjects(
  positionals[0],
  'npm run learning-curve -- FOLDER [--images N] [--draws 100] [--out FILE]',
);
const version = await modelVersionOf(modelsFolder, 'none', defaultModelId);
const state = join(values.state, `${version}-${await codeDigest(preparingCode)}`);
const spread = await models.namingSpread();
const names = await projectNames(folder);
const random = seededRandom(9);
const points: CurvePoint[] = [];
for (const [index, name] of names.entries()) {
  const project = await readProject(models, { folder, state, name, most: Number(values.images) });
  for (let draw = index; draw < Number(values.draws); draw += names.length) {
    points.push(...(await drawProject(draw, project, spread, random)));
    process.stderr.write(`draw ${draw} of project ${name}\n`);
  }
}
await models.sam.release();
await models.texture.release();
await mkdir(state, { recursive: true });
await writeFile(join(state, 'points.json'), JSON.stringify(points, null, 1));
const command = `npm run learning-curve -- FOLDER --images ${values.images} --draws ${values.draws}`;
await writeLearningReport(values.out, { version, command, points });
process.stdout.write(`${values.out}\n`);
