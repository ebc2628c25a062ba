import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which compiled code decides something: whole folders, and single files, each of which must be there. */
export interface DecidingCode {
  readonly folders: readonly string[];
  readonly files?: readonly string[];
  /** Files of the folders that decide nothing of it. One that is renamed counts again, which costs a run, and no more. */
  readonly without?: readonly string[];
}

/** What decides a measurement; not counted is what only writes down what was measured. */
export const measuringCode: DecidingCode = {
  folders: ['ablation', 'src/booster', 'src/core', 'src/metrics', 'src/pipeline', 'src/sam', 'src/texture'],
  without: [
    'ablation/learning/',
    ...['main', 'report', 'plots', 'comparisons', 'code-digest', 'generator-cache', 'calibrate', 'fit-likeness'].map(
      (name) => `ablation/${name}.js`,
    ),
  ],
};

/** What decides what is found in the images of a project before names are learned: naming is not part of it. */
export const preparingCode: DecidingCode = {
  folders: ['src/booster', 'src/core', 'src/imaging', 'src/pipeline', 'src/sam', 'src/texture'],
  files: ['src/learning/training/training-image.js'],
  without: [
    'boost-again',
    'confidence',
    'label-distributions',
    'label-space',
    'learn-names',
    'material-profile',
    'name-masks',
    'name-materials',
  ].map((name) => `src/booster/${name}.js`),
};

/** What decides what the generator finds. */
export const generatorCode: DecidingCode = {
  folders: ['src/core', 'src/sam'],
  files: ['src/pipeline/find-masks.js'],
};

/** A digest of compiled code: what other code has measured or found is not taken up again. */
export async function codeDigest({ folders, files = [], without = [] }: DecidingCode): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const listed = await Promise.all(folders.map((folder) => compiledFiles(root, folder)));
  const deciding = listed.flat().filter((file) => !without.some((left) => file.startsWith(left)));
  const digest = createHash('sha256');
  for (const file of [...deciding, ...files].sort()) digest.update(file).update(await readFile(join(root, file)));
  return digest.digest('hex').slice(0, 8);
}

async function compiledFiles(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}
