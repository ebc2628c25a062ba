import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Code that only writes down what was measured. */
const reporting =
  /^ablation\/(learning\/.*|main|report|plots|comparisons|code-digest|generator-cache|calibrate|fit-likeness)\.js$/;

/** The compiled code that decides a measurement. */
export const measuringCode = /^(ablation|src\/(booster|core|metrics|pipeline|sam|texture))\//;

/** The compiled code that decides what is found in the images of a project before names are learned: naming is not part of it. */
export const preparingCode =
  /^src\/(core|imaging|pipeline|sam|texture)\/|^src\/booster\/(?!(boost-again|confidence|label-[a-z]+|learn-names|material-profile|name-[a-z]+)\.js$)|^src\/learning\/training\/training-image\.js$/;

/** The compiled code that decides what the generator finds. */
export const generatorCode =
  /^src\/sam\/|^src\/core\/(box|mask|point-grid|resize|token-grid|non-maximum-suppression)\.js$/;

/** A digest of compiled code: what other code has measured or found is not taken up again. */
export async function codeDigest(deciding: RegExp): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => deciding.test(file) && !reporting.test(file))
    .sort();
  const digest = createHash('sha256');
  for (const file of files) digest.update(file).update(await readFile(join(root, file)));
  return digest.digest('hex').slice(0, 8);
}
