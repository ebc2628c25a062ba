/*
 * Chooses what hangs on the weights of the embedded models, and writes it to src/pipeline/calibration.ts: how alike two
 * masks must be to show one material, and what scores are worth.
 *
 *   npm run calibrate -- FOLDER... [--models FOLDER]
 *
 * A FOLDER is a simulated set, written by `python -m sam_i_am_models.simulated_set --set validation --per-class 20
 * FOLDER` in training/ (`--set tuning` gives more; never choose on the test set), or labelled micrographs (images.json,
 * see labelled-set.ts). What the encoders say is weighed on simulations alone; what masks look like, and what scores
 * are worth, on both, each counting half. What the generator finds is kept in .cache/ablation, so that a second run
 * takes a few minutes only. `npm run grouping` judges the result.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { groupMasks } from '../src/booster/mask-merging.js';
import { type LikenessWeights, lookNames } from '../src/booster/material-likeness.js';
import { fitConfidence } from '../src/learning/training/fit-confidence.js';
import type { ScoredOutcome } from '../src/metrics/calibration.js';
import { pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { erringMasks, seedOf } from './erring-masks.js';
import { fitLikeness, fitLooks, type Observation, observeLooks } from './fit-likeness.js';
import { fitSeen } from './fit-seen.js';
import { generatorCache } from './generator-cache.js';
import { type ImageContext, keptMasks, mergeAs, openImage } from './image-context.js';
import { judgedOutcomes } from './judged-outcomes.js';
import { describeKnown, type KnownMasks, pairsOf } from './known-masks.js';
import { type JudgedImage, readJudgedSet } from './labelled-set.js';
import { openModels } from './open-models.js';

/** Thresholds that are tried for the number of materials. */
const thresholds = Array.from({ length: 61 }, (_, index) => (index - 30) / 20);
/** Sums of three shares that differ by less are the same but for chance: two of a hundred images of one class. */
const plateauDepth = 0.02 + 1e-9;
/** Masks of a set made to err that are compared. */
const mostErring = 16;

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'src/pipeline/calibration.ts' },
    state: { type: 'string', default: '.cache/ablation' },
    models: { type: 'string', default: 'models' },
    threads: { type: 'string', default: '2' },
  },
});
if (folders.length === 0) {
  process.stderr.write('usage: npm run calibrate -- FOLDER... [--models FOLDER] [--out FILE] [--threads 2]\n');
  process.exit(2);
}

const models = await openModels(values.threads, undefined, values.models);
const cache = await generatorCache(join(values.state, 'generated'), models);
const [found, erring]: [KnownMasks[], KnownMasks[]] = [[], []];
await forEachImage('masks', async (context) => {
  found.push(await describeKnown(context));
  const { image } = context;
  if (!image.isSimulated) return;
  const proposals = erringMasks(image, seedOf(image.name));
  erring.push(await describeKnown({ ...context, proposals }, { most: mostErring }));
});
const simulated = found.filter(({ image }) => image.isSimulated);
const encoders = fitLikeness(simulated.flatMap(pairsOf), erring.flatMap(pairsOf));
const { leastLikeness } = chooseThreshold(simulated, () => encoders);
const { likeness, report } = fitAllLooks();
process.stderr.write(report);
const merging = { ...pipelineParameters.merging, likeness, leastLikeness };
const outcomes: { simulated: ScoredOutcome[]; labelled: ScoredOutcome[] } = { simulated: [], labelled: [] };
await forEachImage('scores', async (context) => {
  const parameters = { ...pipelineParameters, merging, confidence: [] };
  const boosted = await mergeAs(context, keptMasks(context, parameters), { materials: 'auto', parameters });
  outcomes[context.image.isSimulated ? 'simulated' : 'labelled'].push(...judgedOutcomes(context.image, boosted));
});
const seen = fitSeen(simulated);
await writeCalibration({ merging: { likeness, leastLikeness, seen }, confidence: fitConfidence(balanced(outcomes)) });
await models.sam.release();
await models.texture.release();

async function forEachImage(step: string, visit: (context: ImageContext<JudgedImage>) => Promise<void>): Promise<void> {
  for (const folder of folders) {
    const entries = await readJudgedSet(folder);
    for (const [index, entry] of entries.entries()) {
      await visit(await openImage(models, await entry.read(), cache));
      process.stderr.write(`${step}: ${index + 1} of ${entries.length}, ${folder}\n`);
    }
  }
}

/** What happened on labelled micrographs counts as much as what happened on simulated ones. */
function balanced({ simulated: many, labelled }: typeof outcomes): ScoredOutcome[] {
  const times = labelled.length === 0 ? 0 : Math.max(1, Math.round(many.length / labelled.length));
  return [...many, ...Array.from({ length: times }, () => labelled).flat()];
}

/**
 * What the looks of masks are worth, from simulated and labelled micrographs, each half; labelled ones are judged by a
 * fit without them. The bias is moved so that one threshold holds with looks and without.
 */
function fitAllLooks(): { readonly likeness: LikenessWeights; readonly report: string } {
  const observed = new Map(found.map((known) => [known, observeLooks(pairsOf(known), encoders)]));
  const weightsWithout = (left: KnownMasks | undefined): LikenessWeights => {
    const halves = [true, false].map((isSimulated) =>
      found.flatMap((known) =>
        known !== left && known.image.isSimulated === isSimulated ? (observed.get(known) ?? []) : [],
      ),
    );
    return { ...encoders, looks: fitLooks(halves.flatMap(ofWeightOne)) };
  };
  const all = weightsWithout(undefined);
  const crossed = new Map(
    found.map((known) => [known, known.image.isSimulated ? all : weightsWithout(known)] as const),
  );
  const weightsOf = (known: KnownMasks): LikenessWeights => crossed.get(known) ?? all;
  const chosen = chooseThreshold(found, weightsOf);
  const bias = Math.round(1000 * ((all.looks?.bias ?? 0) + leastLikeness - chosen.leastLikeness)) / 1000;
  const likeness = { ...encoders, looks: all.looks && { ...all.looks, bias } };
  return { likeness, report: reportOf(observed, weightsOf, chosen) };
}

function ofWeightOne(observations: readonly Observation[]): Observation[] {
  const total = observations.reduce((sum, { weight }) => sum + weight, 0);
  return observations.map((each) => ({ ...each, weight: each.weight / total }));
}

/** How well pairs are told and numbers chosen; labelled images by fits without them. */
function reportOf(
  observed: ReadonlyMap<KnownMasks, readonly Observation[]>,
  weightsOf: (known: KnownMasks) => LikenessWeights,
  { leastLikeness: least, right }: Chosen,
): string {
  const lines = [true, false].map((isSimulated) => {
    const judged = [...observed].filter(([{ image }]) => image.isSimulated === isSimulated);
    const pairs = judged.flatMap(([known, observations]) => {
      const looks = weightsOf(known).looks;
      return observations.map(({ values: evidence, is, weight }) => {
        const score = lookNames.reduce(
          (sum, name, at) => sum + (looks?.[name] ?? 0) * (evidence[at] ?? 0),
          looks?.bias ?? 0,
        );
        return { score, is, weight };
      });
    });
    const counts = `${judged.length} images, ${pairs.length} pairs`;
    const area = areaUnderCurve(pairs).toFixed(3);
    return `${isSimulated ? 'simulated' : 'labelled'}: ${counts}, area under the curve ${area}\n`;
  });
  const shares = right.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', ');
  return `${lines.join('')}threshold ${least}; right number of materials: ${shares}\n`;
}

/** The share of pairs of one same and one different pair of masks that are in the right order. */
function areaUnderCurve(
  pairs: readonly { readonly score: number; readonly is: 0 | 1; readonly weight: number }[],
): number {
  const sorted = pairs.toSorted((a, b) => a.score - b.score);
  let [below, area, sames] = [0, 0, 0];
  for (const { is, weight } of sorted) {
    if (is === 0) below += weight;
    else [area, sames] = [area + weight * below, sames + weight];
  }
  return area / (sames * below || 1);
}

interface Chosen {
  readonly leastLikeness: number;
  /** The share of images of each kind whose number is right. */
  readonly right: readonly (readonly [kind: string, share: number])[];
}

/**
 * The threshold with the most images right, simulated classes and labelled sets counting the same; of those that are as
 * good the middle.
 */
function chooseThreshold(known: readonly KnownMasks[], weightsOf: (known: KnownMasks) => LikenessWeights): Chosen {
  const groupOf = ({ image }: KnownMasks): string => (image.isSimulated ? image.kind : 'labelled');
  const groups = [...new Set(known.map(groupOf))].sort();
  const shares = thresholds.map((least) => {
    const isRight = new Map(
      known.map((each) => [each, countGroups(each, weightsOf(each), least) === each.image.materials]),
    );
    return groups.map((group) => {
      const ofGroup = known.filter((each) => groupOf(each) === group);
      return [group, ofGroup.filter((each) => isRight.get(each)).length / ofGroup.length] as const;
    });
  });
  const isLabelled = groups.includes('labelled');
  const sums = shares.map((all) =>
    all.reduce((sum, [group, share]) => sum + share * (isLabelled && group === 'labelled' ? groups.length - 1 : 1), 0),
  );
  const best = Math.max(...sums);
  const plateau = thresholds.flatMap((_, index) => ((sums[index] ?? 0) > best - plateauDepth ? [index] : []));
  const middle = plateau[plateau.length >> 1] ?? 0;
  return { leastLikeness: thresholds[middle] ?? 0, right: shares[middle] ?? [] };
}

function countGroups({ described }: KnownMasks, likeness: LikenessWeights, leastLikeness: number): number {
  const { scraps } = pipelineParameters.merging;
  return new Set(groupMasks(described, { materials: 'auto', likeness, leastLikeness, scraps })).size;
}

async function writeCalibration(calibration: object): Promise<void> {
  const text = `import type { ConfidenceCurve } from '../booster/confidence.js';
import type { LikenessWeights } from '../booster/material-likeness.js';
import type { SeenTextures } from '../booster/seen-textures.js';

/** What hangs on the weights of the embedded models. Written by \`npm run calibrate\` (ablation/calibrate.ts); do not edit. */
interface Calibration {
  readonly merging: {
    readonly likeness: LikenessWeights;
    readonly leastLikeness: number;
    readonly seen?: SeenTextures | undefined;
  };
  readonly confidence: ConfidenceCurve;
}

/** The constants that npm run calibrate has chosen on the validation set; docs/ABLATION.md says what they are worth. */
export const calibration: Calibration = ${JSON.stringify(calibration)};
`;
  const options = await resolveConfig(values.out, { config: '.prettierrc.json' });
  await writeFile(values.out, await format(text, { ...options, parser: 'typescript' }));
  process.stdout.write(`${values.out}\n`);
}
