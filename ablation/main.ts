/*
 * Measures every part of the system by itself on simulated micrographs and writes docs/ABLATION.md with its plots.
 *
 *   npm run ablation -- FOLDER [--limit N] [--out docs/ABLATION.md]
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_set --set test --per-class 30 FOLDER` in training/. Images that an earlier run has
 * measured with the same models, parameters and code are not measured again.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultModelId } from '../src/painting/models/load-models.js';
import { modelVersionOf } from '../src/painting/models/model-version.js';
import { writeWhole } from '../src/store/write-whole.js';
import { codeDigest, measuringCode } from './code-digest.js';
import { generatorCache } from './generator-cache.js';
import { type ImageRecord, imageRecord, recordImage } from './image-record.js';
import { addedFolder, modelsFolder, openModels } from './open-models.js';
import { writeReport } from './report.js';
import { firstOfEach, readSet, readSimulatedImage } from './simulated-set.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string' },
    out: { type: 'string', default: 'docs/ABLATION.md' },
    state: { type: 'string', default: '.cache/ablation' },
    model: { type: 'string', default: defaultModelId },
    threads: { type: 'string', default: '2' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write(
    'usage: npm run ablation -- FOLDER [--limit N per class] [--out FILE] [--model ID] [--threads 2]\n',
  );
  process.exit(2);
}

const version = await modelVersionOf(modelsFolder, addedFolder, values.model);
const state = join(values.state, `${version}-${await codeDigest(measuringCode)}`);
await mkdir(state, { recursive: true });
const limit = values.limit === undefined ? Infinity : Number(values.limit);
const entries = firstOfEach(await readSet(folder), limit);
const models = await openModels(values.threads, values.model);
const cache = await generatorCache(join(values.state, 'generated'), models);
const records: ImageRecord[] = [];
for (const entry of entries) {
  const path = join(state, `${entry.name}.json`);
  const known = await readRecord(path);
  const started = performance.now();
  const record = known ?? (await recordImage(models, await readSimulatedImage(folder, entry), cache));
  if (known === undefined) await writeWhole(path, JSON.stringify(record));
  records.push(record);
  const took = known === undefined ? `${((performance.now() - started) / 1000).toFixed(0)} s` : 'known';
  process.stderr.write(`${records.length} of ${entries.length}: ${entry.name} (${took})\n`);
}
await models.sam.release();
await models.texture.release();
await writeReport(values.out, version, records);
process.stdout.write(`${values.out}\n`);

async function readRecord(path: string): Promise<ImageRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : imageRecord.safeParse(JSON.parse(text)).data;
}
