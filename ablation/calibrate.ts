/*
 * Chooses what hangs on the weights of the embedded models on simulated micrographs, and writes it to src/pipeline/calibration.ts: how alike two masks
 * must be to show one material, and what scores are worth.
 *
 *   npm run calibrate -- FOLDER...
 *
 * FOLDER is written by `python -m sam_i_am_models.simulated_set --set validation --per-class 20 FOLDER` in training/; `--set tuning` gives more. Never
 * choose on the test set. What the generator finds is kept in .cache/ablation, so that a second run takes a few minutes only.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { MaskDescription } from '../src/booster/describe-masks.js';
import { groupMasks } from '../src/booster/mask-merging.js';
import type { LikenessWeights } from '../src/booster/material-likeness.js';
import { intersectionArea } from '../src/core/mask.js';
import { fitConfidence } from '../src/learning/training/fit-confidence.js';
import type { ScoredOutcome } from '../src/metrics/calibration.js';
import { difficulties } from '../src/metrics/difficulty.js';
import { describeCandidates } from '../src/pipeline/merge-masks.js';
import { defaultSegmentOptions, pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { erringMasks, seedOf } from './erring-masks.js';
import { fitLikeness, type KnownPair } from './fit-likeness.js';
import { generatorCache } from './generator-cache.js';
import { type ImageContext, keptMasks, mergeAs, openImage } from './image-context.js';
import { outcomesOf } from './image-record.js';
import { openModels } from './open-models.js';
import { readSet, readSimulatedImage, type SimulatedImage } from './simulated-set.js';

/** A mask says something about a material if at least this share of it is that material. */
const leastPurity = 0.8;
/** Masks of one set that are compared. */
const mostMasks = 16;
/** Thresholds that are tried for the number of materials. */
const thresholds = Array.from({ length: 41 }, (_, index) => (index - 30) / 20);
/** Sums of three shares that differ by less are the same but for chance: two of a hundred images of one class. */
const plateauDepth = 0.02 + 1e-9;

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'src/pipeline/calibration.ts' },
    state: { type: 'string', default: '.cache/ablation' },
    threads: { type: 'string', default: '2' },
  },
});
if (folders.length === 0) {
  process.stderr.write('usage: npm run calibrate -- FOLDER... [--out FILE] [--threads 2]\n');
  process.exit(2);
}

/** The masks of one image, described, with the index of the material that each shows most of. */
interface KnownMasks {
  readonly image: Pick<SimulatedImage, 'name' | 'difficulty' | 'materials'>;
  readonly described: readonly MaskDescription[];
  readonly shown: readonly { readonly material: number; readonly purity: number }[];
}

const models = await openModels(values.threads);
const cache = await generatorCache(join(values.state, 'generated'), models);
const [found, erring]: [KnownMasks[], KnownMasks[]] = [[], []];
await forEachImage('masks', async (context) => {
  found.push(await describe(context));
  const proposals = erringMasks(context.image, seedOf(context.image.name));
  erring.push(await describe({ ...context, proposals }));
});
const likeness = fitLikeness(found.flatMap(pairsOf), erring.flatMap(pairsOf));
const { leastLikeness, right } = chooseThreshold(found, likeness);
process.stderr.write(`right number of materials, by class: ${right.map((share) => share.toFixed(2)).join(' / ')}\n`);
const merging = { ...pipelineParameters.merging, likeness, leastLikeness };
const outcomes: ScoredOutcome[] = [];
await forEachImage('scores', async (context) => {
  const parameters = { ...pipelineParameters, merging, confidence: [] };
  const boosted = await mergeAs(context, keptMasks(context, parameters), { materials: 'auto', parameters });
  outcomes.push(...outcomesOf(context.image, boosted));
});
await writeCalibration({ merging: { likeness, leastLikeness }, confidence: fitConfidence(outcomes) });
await models.sam.release();
await models.texture.release();

async function forEachImage(step: string, visit: (context: ImageContext) => Promise<void>): Promise<void> {
  for (const folder of folders) {
    const entries = await readSet(folder);
    for (const [index, entry] of entries.entries()) {
      await visit(await openImage(models, await readSimulatedImage(folder, entry), cache));
      process.stderr.write(`${step}: ${index + 1} of ${entries.length}, ${folder}\n`);
    }
  }
}

async function describe(context: ImageContext): Promise<KnownMasks> {
  const { image, embedding, texture } = context;
  const { described, candidates } = await describeCandidates(
    { texture },
    image.micrograph,
    embedding,
    largest(keptMasks(context)),
    defaultSegmentOptions,
    pipelineParameters,
  );
  const shown = candidates.map(({ region }) => {
    const areas = image.materialMasks.map((material) => intersectionArea(region, material));
    const most = Math.max(...areas);
    return { material: areas.indexOf(most), purity: most / region.areaPx };
  });
  return { image, described, shown };
}

/** Sets made to err have many scraps, which take long and say little. */
function largest(kept: ReturnType<typeof keptMasks>): ReturnType<typeof keptMasks> {
  return kept.toSorted((a, b) => b.mask.areaPx - a.mask.areaPx).slice(0, mostMasks);
}

/** Every image counts by the root of its pairs, a pair by the smaller of its masks: scraps hardly matter. */
function pairsOf({ described, shown }: KnownMasks): KnownPair[] {
  const [first] = described;
  if (first === undefined) return [];
  const largest = Math.max(...described.map(({ areaPx }) => areaPx));
  const share = 1 / Math.sqrt((described.length * (described.length - 1)) / 2 || 1);
  return described.flatMap((a, index) =>
    described.slice(index + 1).flatMap((b, at) => {
      const [of, other] = [shown[index], shown[index + 1 + at]];
      if (of === undefined || other === undefined || Math.min(of.purity, other.purity) < leastPurity) return [];
      const weight = share * (Math.sqrt(Math.min(a.areaPx, b.areaPx) / largest) + 0.02);
      return [{ a, b, same: of.material === other.material, weight }];
    }),
  );
}

/** The threshold with the most images right, every class counting the same; of those that are as good the middle. */
function chooseThreshold(known: readonly KnownMasks[], weights: LikenessWeights) {
  const shares = thresholds.map((least) => {
    const isRight = known.map(({ image, described }) => countGroups(described, weights, least) === image.materials);
    return difficulties.map((difficulty) => {
      const ofClass = isRight.filter((_, index) => known[index]?.image.difficulty === difficulty);
      return ofClass.filter(Boolean).length / (ofClass.length || 1);
    });
  });
  const sums = shares.map((classes) => classes.reduce((sum, share) => sum + share, 0));
  const best = Math.max(...sums);
  const plateau = thresholds.flatMap((_, index) => ((sums[index] ?? 0) > best - plateauDepth ? [index] : []));
  const middle = plateau[plateau.length >> 1] ?? 0;
  return { leastLikeness: thresholds[middle] ?? 0, right: shares[middle] ?? [] };
}

function countGroups(described: readonly MaskDescription[], likeness: LikenessWeights, leastLikeness: number): number {
  const { scraps } = pipelineParameters.merging;
  return new Set(groupMasks(described, { materials: 'auto', likeness, leastLikeness, scraps })).size;
}

async function writeCalibration(calibration: object): Promise<void> {
  const text = `import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';

/** What hangs on the weights of the embedded models. Written by \`npm run calibrate\` (ablation/calibrate.ts); do not edit. */
interface Calibration {
  readonly merging: { readonly likeness: LikenessWeights; readonly leastLikeness: number };
  readonly confidence: ConfidenceCurve;
}

/** The constants that npm run calibrate has chosen on the validation set; docs/ABLATION.md says what they are worth. */
export const calibration: Calibration = ${JSON.stringify(calibration)};
`;
  const options = await resolveConfig(values.out, { config: '.prettierrc.json' });
  await writeFile(values.out, await format(text, { ...options, parser: 'typescript' }));
  process.stdout.write(`${values.out}\n`);
}
