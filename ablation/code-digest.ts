import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Code that only writes down what was measured. */
const reporting = /^ablation\/(main|report|plots|comparisons|code-digest)\.js$/;
const deciding =
  /^(ablation|src\/(booster|core|metrics|sam|texture))\/|^src\/app\/(segment-micrograph|pipeline-parameters)\.js$/;

/** A digest of the compiled code that decides a measurement: records of other code are not taken up again. */
export async function codeDigest(): Promise<string> {
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
