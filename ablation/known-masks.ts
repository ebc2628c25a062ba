import type { MaskDescription } from '../src/booster/describe-masks.js';
import type { Candidate } from '../src/booster/merge-candidates.js';
import { intersectionArea } from '../src/core/mask.js';
import { describeCandidates, type ScoredProposal } from '../src/pipeline/merge-masks.js';
import { defaultSegmentOptions, pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import type { KnownPair } from './fit-likeness.js';
import { type ImageContext, keptMasks } from './image-context.js';
import type { JudgedImage } from './labelled-set.js';

/** A mask says something about a material if at least this share of what is known of it is that material … */
const leastPurity = 0.8;
/** … and something is known of at least this share of its pixels. */
const leastKnown = 0.3;
/** Masks of one image that are compared. */
const mostMasks = 16;

/** The masks of one image, described, with what each shows. */
export interface KnownMasks {
  readonly image: Omit<JudgedImage, 'micrograph'>;
  readonly candidates: readonly Candidate<ScoredProposal>[];
  readonly described: readonly MaskDescription[];
  readonly shown: readonly Shown[];
}

/** The class that a mask shows most of (−1: none), that class's share of its known pixels, and the share of its pixels that are known. */
export interface Shown {
  readonly material: number;
  readonly purity: number;
  readonly known: number;
}

/**
 * Describes what mask removal leaves; of sets made to err the largest masks alone: they have many scraps, which take
 * long and say little.
 */
export async function describeKnown(
  context: ImageContext<JudgedImage>,
  { most = Infinity }: { readonly most?: number } = {},
): Promise<KnownMasks> {
  const { micrograph, ...image } = context.image;
  const { described, candidates } = await describeCandidates(
    context,
    micrograph,
    context.embedding,
    keptMasks(context)
      .toSorted((a, b) => b.mask.areaPx - a.mask.areaPx)
      .slice(0, most),
    defaultSegmentOptions,
    pipelineParameters,
  );
  return { image, candidates, described, shown: candidates.map(({ region }) => shownBy(region, image)) };
}

function shownBy(region: Candidate<ScoredProposal>['region'], { materialMasks }: KnownMasks['image']): Shown {
  const areas = materialMasks.map((material) => intersectionArea(region, material));
  const [most, sum] = [Math.max(0, ...areas), areas.reduce((total, area) => total + area, 0)];
  return { material: sum === 0 ? -1 : areas.indexOf(most), purity: most / (sum || 1), known: sum / region.areaPx };
}

/** Every image counts by the root of its pairs, a pair by the smaller of its masks: scraps hardly matter. */
export function pairsOf({ described: all, shown: shownByAll, image }: KnownMasks): KnownPair[] {
  const order = [...all.keys()]
    .sort((a, b) => (all[b]?.areaPx ?? 0) - (all[a]?.areaPx ?? 0))
    .slice(0, image.isSimulated ? Infinity : mostMasks);
  const described = order.flatMap((index) => all[index] ?? []);
  const shown = order.map((index) => shownByAll[index]);
  const largest = described[0]?.areaPx ?? 1;
  const share = 1 / Math.sqrt((described.length * (described.length - 1)) / 2 || 1);
  return described.flatMap((a, index) =>
    described.slice(index + 1).flatMap((b, at) => {
      const [of, other] = [shown[index], shown[index + 1 + at]];
      if (!tells(of) || !tells(other)) return [];
      const weight = share * (Math.sqrt(Math.min(a.areaPx, b.areaPx) / largest) + 0.02);
      return [{ a, b, same: of.material === other.material, weight }];
    }),
  );
}

function tells(shown: Shown | undefined): shown is Shown {
  return shown !== undefined && shown.material >= 0 && shown.purity >= leastPurity && shown.known >= leastKnown;
}
