/*
 * Measures how materials spread over the micrographs of a project, and from each other, which names are learned with, on simulated projects.
 *
 *   npm run naming-spread -- FOLDER [--images 20]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_project --projects 12 --images 20 FOLDER` in training/. Measure on other projects than the
 * learning curve is drawn from (`--first`). It belongs to what describes masks for names (src/texture/name-descriptors.ts): measure again when that has changed.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type NamedRegion, spreadOf } from '../../src/booster/learn-names.js';
import { namingSpreadFile } from '../../src/painting/models/naming-spread.js';
import { openProjects } from './command.js';
import { projectNames, readRegions } from './project-set.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '20' },
    out: { type: 'string', default: `models/${namingSpreadFile}` },
  },
});
const { folder, models } = await openProjects(
  positionals[0],
  'npm run naming-spread -- FOLDER [--images N] [--out FILE]',
);
/** A label that fewer images showed says little of how it spreads over images. */
const leastImages = 3;
const labels: NamedRegion[][] = [];
const names = await projectNames(folder);
for (const name of names) {
  const regions = await readRegions(models, { folder, name, most: Number(values.images) });
  for (const label of new Set(regions.map((region) => region.name))) {
    const own = regions.filter((region) => region.name === label);
    if (own.length >= leastImages) labels.push(own);
  }
  process.stderr.write(`${join(folder, name)}\n`);
}
await models.sam.release();
await models.texture.release();
const about = `${labels.length} materials of ${names.length} simulated projects: npm run naming-spread`;
const { mean, within, between } = spreadOf(labels);
const row = (numbers: readonly number[]): string =>
  `[${numbers.map((value) => Number(value.toPrecision(4))).join(',')}]`;
const matrix = (rows: readonly (readonly number[])[]): string => `[\n${rows.map(row).join(',\n')}]`;
await writeFile(
  values.out,
  `{"about":"${about}",\n"mean":${row(mean)},\n"within":${matrix(within)},\n"between":${matrix(between)}}\n`,
);
process.stdout.write(`${values.out}\n`);
