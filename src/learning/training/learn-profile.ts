import { expectedRightShare } from '../../booster/label-distributions.js';
import { learnNames, type NameClassifier, type NamedRegion, type NamingSpread } from '../../booster/learn-names.js';
import type { MaterialProfile, Naming } from '../../booster/material-profile.js';
import type { PaintableLabels } from '../../label-studio/assign-labels.js';
import { meanOf } from '../../metrics/statistics.js';
import { fitConfidence } from './fit-confidence.js';
import { type ImageScore, outcomesOf, paintImage, scorePainting } from './score-image.js';
import type { FilterSetting, TrainingImage } from './training-image.js';

/** How an image fared when it was held out, and without any profile. */
export interface HeldOutImage {
  readonly task: string;
  readonly annotation: string;
  /** Null where it is the only image: then nothing can be held out. */
  readonly heldOut: ImageScore | null;
  readonly zeroShot: ImageScore;
}

/** A profile that is not adopted yet, and how well it did on images that it had not seen. */
export interface LearnedCandidate {
  readonly profile: Omit<MaterialProfile, 'format' | 'version' | 'textureSha256' | 'about'>;
  readonly images: readonly HeldOutImage[];
  /** Share of materials that its names are expected to be right for, in [0, 1]. */
  readonly expectedRight: number;
}

/** What a training learned, as a whole profile. */
export function profileOf(
  { profile }: LearnedCandidate,
  about: Pick<MaterialProfile, 'textureSha256' | 'about'>,
): MaterialProfile {
  return { format: 'sam-i-am-profile', version: 2, ...about, ...profile };
}

/** Called before each step of which there are many, with the share done; throws to stop. */
export type OnStep = (done: number) => void | Promise<void>;

/** Keeps every mask. */
export const noFilter: FilterSetting = { filter: { predictedIou: 0, stabilityScore: 0 }, removal: {} };

/** With fewer held-out images than this, a choice that changes masks would be a guess. */
const leastHeldOut = 6;
/** Gain in IoU from which on another choice than the most careful one is made. */
const leastGain = 0.01;
/** Masks count as not worse if their mean less its doubt is not below this. */
const leastDoubt = 0.001;
/** By how many standard errors over the held-out images a choice must stand clear of chance. */
const standardErrors = 2;
/** Materials that a curve of confidence needs. */
const leastOutcomes = 24;

/** Everything that training may ask an image for. */
export function allSettings(): FilterSetting[] {
  const filters = [noFilter.filter, ...filterSteps];
  return filters.flatMap((filter) => [{}, ...removalSteps].map((removal) => ({ filter, removal })));
}

const filterSteps: readonly FilterSetting['filter'][] = [
  { predictedIou: 0.5, stabilityScore: 0 },
  { predictedIou: 0.6, stabilityScore: 0 },
  { predictedIou: 0, stabilityScore: 0.92 },
];
const removalSteps: readonly FilterSetting['removal'][] = [
  { compoundShare: 0.6 },
  { compoundShare: 0.8 },
  { redundantIou: 0.7 },
  { islandShare: 0.003 },
];

/**
 * Learns a profile from accepted images: names from all of them; how names are given, the filters and the worth of scores from those that the pipeline
 * was run on, each held out in turn. With too few images to hold out, only names are learned, given in the way that changes no mask.
 */
export async function learnProfile(
  images: readonly TrainingImage[],
  labels: PaintableLabels<string>,
  spread: NamingSpread | undefined,
  onStep: OnStep = () => undefined,
): Promise<LearnedCandidate | undefined> {
  const names = namesFrom(
    images.flatMap((image) => image.regions),
    labels,
    spread,
  );
  if (names === undefined) return undefined;
  const expectedRight = expectedRightShare(names);
  const learner = new Learner(images, labels, spread, onStep);
  const zeroShot = await learner.zeroShot();
  const careful = { ...noFilter, naming: 'materials-apart' as Naming };
  const isAlone = images.length < 2;
  const { setting, scores, confidence } = isAlone
    ? { setting: careful, scores: [], confidence: [] }
    : await learner.choose(zeroShot);
  return {
    profile: { ...names, ...setting, confidence },
    images: learner.tuned.map(({ id, annotation }, index) => ({
      task: id,
      annotation,
      heldOut: isAlone ? null : (scores[index] ?? nothing),
      zeroShot: zeroShot[index] ?? nothing,
    })),
    expectedRight,
  };
}

type Names = NameClassifier & Pick<MaterialProfile, 'unseen'>;

function namesFrom(
  regions: readonly NamedRegion[],
  { labels }: PaintableLabels<string>,
  spread: NamingSpread | undefined,
): Names | undefined {
  const classifier = learnNames(regions, spread);
  if (classifier === undefined) return undefined;
  const unseen = labels.filter((label) => classifier.labels.every(({ name }) => name !== label)).length;
  return { ...classifier, unseen };
}

const nothing: ImageScore = { named: 0, plain: 0 };

/** What a profile needs besides, to paint with it. */
const unnamed: Pick<MaterialProfile, 'format' | 'version' | 'about' | 'textureSha256' | 'confidence'> = {
  format: 'sam-i-am-profile',
  version: 2,
  about: '',
  textureSha256: '',
  confidence: [],
};

type Setting = FilterSetting & { readonly naming: Naming };

interface Choice {
  readonly setting: Setting;
  readonly scores: readonly ImageScore[];
}

/** Cross-validation: every classifier here has never seen the image that it is judged on. */
class Learner {
  readonly tuned: readonly TrainingImage[];
  readonly #labels: PaintableLabels<string>;
  readonly #onStep: OnStep;
  readonly #names: readonly (Names | undefined)[];
  #steps = 0;

  constructor(
    images: readonly TrainingImage[],
    labels: PaintableLabels<string>,
    spread: NamingSpread | undefined,
    onStep: OnStep,
  ) {
    this.tuned = images.filter(({ found }) => found !== null);
    this.#labels = labels;
    this.#onStep = onStep;
    const without = ({ id }: TrainingImage): NamedRegion[] =>
      images.flatMap((image) => (image.id === id ? [] : [...image.regions]));
    this.#names = this.tuned.map((image) => namesFrom(without(image), labels, spread));
  }

  async zeroShot(): Promise<ImageScore[]> {
    return this.#eachTuned(async (image) => {
      const described = await image.found?.(noFilter);
      if (described === undefined) return nothing;
      return scorePainting(paintImage(image, described, undefined, this.#labels), image.accepted);
    });
  }

  async choose(zeroShot: readonly ImageScore[]): Promise<Choice & { readonly confidence: [number, number][] }> {
    let best = await this.#judge({ ...noFilter, naming: 'materials-apart' });
    if (this.tuned.length >= leastHeldOut) {
      for (const naming of ['materials', 'masks'] as const) {
        best = better(await this.#judge({ ...best.setting, naming }), best, zeroShot);
      }
      for (const filter of filterSteps) {
        best = better(await this.#judge({ ...best.setting, filter }), best, zeroShot);
      }
      for (const removal of removalSteps) {
        best = better(await this.#judge({ ...best.setting, removal }), best, zeroShot);
      }
    }
    return { ...best, confidence: await this.#confidence(best.setting) };
  }

  #judge(setting: Setting): Promise<Choice> {
    const judged = this.#eachTuned(async (image, index) => {
      const painted = await this.#paintHeldOut(image, index, setting);
      return scorePainting(painted, image.accepted);
    });
    return judged.then((scores) => ({ setting, scores }));
  }

  async #paintHeldOut(image: TrainingImage, index: number, setting: Setting) {
    const described = await image.found?.(setting);
    if (described === undefined) return [];
    const names = this.#names[index];
    const profile = names && { ...names, ...setting, ...unnamed };
    return paintImage(image, described, profile, this.#labels);
  }

  async #confidence(setting: Setting): Promise<[number, number][]> {
    const outcomes = await this.#eachTuned(async (image, index) =>
      outcomesOf(await this.#paintHeldOut(image, index, setting), image.accepted),
    );
    const all = outcomes.flat();
    return all.length < leastOutcomes ? [] : fitConfidence(all).map(([raw, iou]) => [raw, iou]);
  }

  async #eachTuned<Value>(work: (image: TrainingImage, index: number) => Promise<Value>): Promise<Value[]> {
    const values: Value[] = [];
    for (const [index, image] of this.tuned.entries()) {
      await this.#onStep(Math.min(1, this.#steps++ / (this.tuned.length * stepsPerImage)));
      values.push(await work(image, index));
    }
    return values;
  }
}

/** Zero-shot, three namings, all filters and removals, and the confidence. */
const stepsPerImage = 5 + filterSteps.length + removalSteps.length;

/** The new choice only if it gains clearly, by more than chance would have it, and its masks are not worse than those without a profile. */
function better(next: Choice, best: Choice, zeroShot: readonly ImageScore[]): Choice {
  const gains = next.scores.map(({ named }, index) => named - (best.scores[index]?.named ?? 0));
  const plain = next.scores.map((score, index) => score.plain - (zeroShot[index]?.plain ?? 0));
  const gain = meanOf(gains) ?? 0;
  const isClear = gain >= leastGain && gain > standardErrors * standardError(gains);
  const isSafe = (meanOf(plain) ?? 0) - standardErrors * standardError(plain) >= -leastDoubt;
  return isClear && isSafe ? next : best;
}

function standardError(values: readonly number[]): number {
  const mean = meanOf(values) ?? 0;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1) / Math.max(1, values.length));
}
