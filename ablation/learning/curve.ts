import type { NamingSpread } from '../../src/booster/learn-names.js';
import type { MaterialProfile } from '../../src/booster/material-profile.js';
import { intersectionArea } from '../../src/core/mask.js';
import type { SeededRandom } from '../../src/core/seeded-random.js';
import type { PaintableLabels } from '../../src/label-studio/assign-labels.js';
import { judgeProfile } from '../../src/learning/training/gate.js';
import { learnProfile, noFilter, profileOf } from '../../src/learning/training/learn-profile.js';
import { paintImage, scorePainting } from '../../src/learning/training/score-image.js';
import type { TrainingImage } from '../../src/learning/training/training-image.js';
import type { Difficulty } from '../../src/metrics/difficulty.js';
import type { SimulatedProject } from './project-set.js';

/** Numbers of accepted images at which projects are looked at; 0: without a profile. */
export const acceptedCounts = [0, 1, 3, 5, 10] as const;

/** What a project's unseen images come to after so many accepted ones; means over them. */
export interface CurvePoint {
  readonly draw: number;
  readonly project: string;
  readonly difficulty: Difficulty;
  readonly accepted: number;
  /** Label-aware IoU and the paper's mIoU. */
  readonly named: number;
  readonly plain: number;
  /** Painted masks, and those of them that are shown with the label of what they mostly cover. */
  readonly masks: number;
  readonly rightlyNamed: number;
  readonly naming: string;
}

/** Images that are never accepted: all counts are judged on the same ones. */
const leastUnseen = 6;

/** Accepts images of a project in a random order and looks at those that were never accepted. */
export async function drawProject(
  draw: number,
  { name, difficulty, labels, prepared }: SimulatedProject,
  spread: NamingSpread | undefined,
  random: SeededRandom,
): Promise<CurvePoint[]> {
  const order = shuffled(prepared, random);
  const unseen = order.slice(Math.min(10, order.length - leastUnseen));
  const options: PaintableLabels<string> = { labels, hasUnknown: false };
  const points: CurvePoint[] = [];
  for (const accepted of acceptedCounts) {
    if (accepted > order.length - unseen.length) continue;
    const profile = accepted === 0 ? undefined : await learn(order.slice(0, accepted), options, spread);
    const scores = await Promise.all(unseen.map((image) => judge(image, profile, options)));
    const mean = (value: (score: (typeof scores)[number]) => number) =>
      scores.reduce((sum, score) => sum + value(score), 0) / scores.length;
    const total = (value: (score: (typeof scores)[number]) => number) => mean(value) * scores.length;
    points.push({
      draw,
      project: name,
      difficulty,
      accepted,
      naming: profile?.naming ?? 'none',
      named: mean(({ named }) => named),
      plain: mean(({ plain }) => plain),
      masks: total(({ masks }) => masks),
      rightlyNamed: total(({ right }) => right),
    });
  }
  return points;
}

/** As a project trains: learned, judged, and used only if it passes. */
async function learn(
  images: readonly TrainingImage[],
  options: PaintableLabels<string>,
  spread: NamingSpread | undefined,
): Promise<MaterialProfile | undefined> {
  const candidate = await learnProfile(images, options, spread);
  if (candidate === undefined) return undefined;
  const gate = candidate.images.map(({ heldOut, zeroShot }) => ({ next: heldOut, current: null, zeroShot }));
  return judgeProfile(gate, false, candidate.expectedRight).adopt
    ? profileOf(candidate, { textureSha256: '', about: '' })
    : undefined;
}

async function judge(image: TrainingImage, profile: MaterialProfile | undefined, options: PaintableLabels<string>) {
  const described = await image.found?.(profile ?? noFilter);
  if (described === undefined) throw new Error('an image that was not prepared');
  const painted = paintImage(image, described, profile, options);
  const truthOf = (mask: (typeof painted)[number]['mask']) => {
    const overlaps = image.accepted.map((truth) => intersectionArea(truth.mask, mask));
    const most = Math.max(0, ...overlaps);
    return most === 0 ? undefined : image.accepted[overlaps.indexOf(most)]?.name;
  };
  const right = painted.filter(({ mask, label }) => label !== undefined && truthOf(mask) === label).length;
  return { ...scorePainting(painted, image.accepted), masks: painted.length, right };
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
