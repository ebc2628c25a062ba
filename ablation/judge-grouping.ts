/*
 * How well masks are grouped into materials, on simulated and labelled micrographs, by the calibration as it is:
 *
 *   npm run grouping -- FOLDER... [--models FOLDER] [--json FILE]
 *
 * FOLDER is a simulated set (set.json), labelled micrographs (images.json, see labelled-set.ts), or micrographs beside
 * label images NAME.mask.png. One line per image; then per kind and per number of materials: best-match IoU with the
 * number chosen, given, and with the true class of every mask known (the limit of grouping), how often the number is
 * right, and how far confidence is off.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { paintCandidates } from '../src/booster/merge-candidates.js';
import type { NamedVote } from '../src/booster/name-materials.js';
import { maskIou, subtract } from '../src/core/mask.js';
import { pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { generatorCache } from './generator-cache.js';
import { type GroupingRecord, groupingReport } from './grouping-report.js';
import { type ImageContext, keptMasks, materialMasks, mergeAs, openImage } from './image-context.js';
import { judgedOutcomes } from './judged-outcomes.js';
import { describeKnown, type KnownMasks } from './known-masks.js';
import { type JudgedImage, readJudgedSet } from './labelled-set.js';
import { openModels } from './open-models.js';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string', default: 'models' },
    state: { type: 'string', default: '.cache/ablation' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
if (folders.length === 0) {
  process.stderr.write('usage: npm run grouping -- FOLDER... [--models FOLDER] [--json FILE] [--threads 2]\n');
  process.exit(2);
}

const models = await openModels(values.threads, undefined, values.models);
const cache = await generatorCache(join(values.state, 'generated'), models);
const records: GroupingRecord[] = [];
for (const folder of folders) {
  for (const entry of await readJudgedSet(folder)) {
    const record = await judge(await openImage(models, await entry.read(), cache));
    records.push(record);
    process.stdout.write(`${lineOf(record)}\n`);
  }
}
await models.sam.release();
await models.texture.release();
process.stdout.write(`\n${groupingReport(records)}\n`);
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(records, null, 1));

async function judge(context: ImageContext<JudgedImage>): Promise<GroupingRecord> {
  const { image } = context;
  const kept = keptMasks(context);
  const chosen = await mergeAs(context, kept, { materials: 'auto' });
  const about = { name: image.name, kind: image.kind, isSimulated: image.isSimulated, materials: image.materials };
  const counts = { masks: kept.length, chosen: chosen.materials.length };
  if (image.materialMasks.length === 0) return { ...about, ...counts, outcomes: [] };
  const given = await mergeAs(context, kept, { materials: image.materials });
  return {
    ...about,
    ...counts,
    iou: {
      chosen: bestIou(image, chosen),
      given: bestIou(image, given),
      limit: bestIou(image, limitOf(await describeKnown(context), context)),
    },
    outcomes: judgedOutcomes(image, chosen),
  };
}

type Painted = Awaited<ReturnType<typeof mergeAs>>;

/** The masks painted by the class that each shows most of; those that show none are a class of their own. */
function limitOf({ candidates, shown }: KnownMasks, { embedding, image }: ImageContext<JudgedImage>): Painted {
  const votes = shown.map(({ material }): NamedVote => {
    return { material: material < 0 ? image.materialMasks.length : material, margin: 1, name: null };
  });
  return paintCandidates(image.micrograph, { candidates, tokens: embedding.textureTokens }, votes, pipelineParameters);
}

function bestIou(
  { materialMasks: classes, unknown }: Pick<JudgedImage, 'materialMasks' | 'unknown'>,
  painted: Painted,
): number {
  const masks = materialMasks(painted).map((mask) => subtract(mask, unknown));
  const best = classes.map((mask) => Math.max(0, ...masks.map((each) => maskIou(each, mask))));
  return best.reduce((sum, iou) => sum + iou, 0) / best.length;
}

function lineOf({ name, kind, materials, chosen, masks, iou }: GroupingRecord): string {
  const figures =
    iou === undefined
      ? ''
      : ` chosen ${iou.chosen.toFixed(3)} given ${iou.given.toFixed(3)} limit ${iou.limit.toFixed(3)}`;
  return `${name} (${kind}): ${materials} materials, ${chosen} chosen of ${masks} masks${figures}`;
}
