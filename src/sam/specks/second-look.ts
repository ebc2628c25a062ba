import { type Mask, maskIou, unionOf } from '../../core/mask.js';
import type { GreyImage } from '../../core/micrograph.js';
import { cropGrey, resizeGrey } from '../../core/resize.js';
import type { MeasureStep } from '../automatic-mask-generator.js';
import { LogitThresholder } from '../logit-threshold.js';
import type { MaskProposal } from '../mask-proposal.js';
import { type ImageEmbedding, promptLabels, type SamModel } from '../sam-model.js';
import { findSpecks, type Speck } from './find-specks.js';
import { outlineSpeck } from './outline-speck.js';
import { type RatedSpeck, speckFamilies } from './speck-families.js';
import { tokenContrast } from './token-contrast.js';
import { type ZoomWindow, zoomWindows } from './zoom-windows.js';

/** How closely small things are looked at. */
export interface SecondLookOptions {
  /** Specks are looked for in a copy of the image whose longer side is no longer than this. */
  readonly searchSide: number;
  /** Radii that are looked for, as shares of the longer side. */
  readonly radiusShares: readonly number[];
  readonly mostSpecks: number;
  /** How much windows are enlarged, and how many there are at most: what the look costs. */
  readonly zoom: number;
  readonly mostWindows: number;
}

/** The image, and what the first pass made of it. */
export interface SecondLookImage {
  readonly image: GreyImage;
  readonly embedding: ImageEmbedding;
}

/** Small things that belong together, such as particles on a support: one proposal for each, in families. */
export type SpeckProposals = readonly (readonly MaskProposal[])[];

const leastClearness = 0.7;
const leastRareness = 3;
/** Specks narrower than this many pixels of the image are noise. */
const leastRadiusPx = 2;
/** The model's mask is taken where it is at least this like the outline by grey (IoU): they have found the same thing. */
const leastAgreement = 0.4;
/** What an outline by grey alone is worth, that the model did not find. */
const scoreOfOutline = 0.6;
const promptsPerBatch = 8;

/**
 * Looks again, enlarged, where there are families of specks: things too small for the model's masks. Without texture
 * tokens nobody can tell specks from the atoms of a lattice, and nothing is looked at.
 */
export async function lookAgain(
  model: SamModel,
  { image, embedding }: SecondLookImage,
  options: SecondLookOptions,
  measure: MeasureStep,
): Promise<SpeckProposals> {
  const specks = await measure('prompt', () => Promise.resolve(ratedSpecks(image, embedding, options)));
  const families = speckFamilies(specks, image.width * image.height);
  const outlines = new Map<OutlinedSpeck, MaskProposal>();
  for (const window of zoomWindows(image, families.flat(), { zoom: options.zoom, most: options.mostWindows })) {
    for (const [speck, proposal] of await masksInWindow(model, image, window, measure)) outlines.set(speck, proposal);
  }
  return families.map((family) => family.map((speck) => outlines.get(speck) ?? outlineProposal(speck, image)));
}

/** A speck with its outline, in pixels of the image. */
interface OutlinedSpeck extends Speck, RatedSpeck {
  readonly reach: number;
  readonly mask: Mask;
}

function ratedSpecks(
  image: GreyImage,
  { textureTokens }: ImageEmbedding,
  { searchSide, radiusShares, mostSpecks }: SecondLookOptions,
): OutlinedSpeck[] {
  if (textureTokens === null) return [];
  const { width, height } = image;
  const side = Math.max(width, height);
  const scale = Math.min(1, searchSide / side);
  const small = resizeGrey(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const radii = radiusShares.map((share) => share * side * scale).filter((radius) => radius >= leastRadiusPx);
  const found = findSpecks(small, { radii, leastClearness, leastRareness, most: mostSpecks });
  return found.flatMap((speck) => {
    const mask = outlineSpeck(small, speck, image);
    if (mask === undefined) return [];
    const [x, y, radius] = [(speck.x + 0.5) / scale, (speck.y + 0.5) / scale, speck.radius / scale];
    const contrast = tokenContrast(textureTokens, { x, y, radius });
    return [{ ...speck, x, y, radius, reach: 2 * radius, mask, areaPx: mask.areaPx, tokenContrast: contrast }];
  });
}

/** What the model sees of the specks in one window, where it sees the same as the grey shows. */
async function masksInWindow(
  model: SamModel,
  image: GreyImage,
  { box, places }: ZoomWindow<OutlinedSpeck>,
  measure: MeasureStep,
): Promise<(readonly [OutlinedSpeck, MaskProposal])[]> {
  const crop = cropGrey(image, box.x, box.y, box.width, box.height);
  const embedding = await measure('encode', () => model.encode(crop));
  const thresholder = new LogitThresholder({ imageWidth: image.width, imageHeight: image.height, window: box });
  const found: (readonly [OutlinedSpeck, MaskProposal])[] = [];
  for (let start = 0; start < places.length; start += promptsPerBatch) {
    const batch = places.slice(start, start + promptsPerBatch);
    const prompts = batch.map(({ x, y }) => [{ x: x - box.x, y: y - box.y, label: promptLabels.foreground }]);
    const decoded = await measure('prompt', () => model.decode(embedding, prompts));
    decoded.forEach((masks, index) => {
      const speck = batch[index] as OutlinedSpeck;
      const proposals = masks.map(({ map, predictedIou }) => {
        const { mask, stabilityScore } = thresholder.threshold(map);
        return { agreement: maskIou(mask, speck.mask), mask, stabilityScore, predictedIou };
      });
      const best = proposals.reduce((a, b) => (b.agreement > a.agreement ? b : a));
      if (!(best.agreement >= leastAgreement)) return;
      const { mask, agreement } = best;
      // Two that know nothing of each other agree: that says more than what either thinks of itself.
      const predictedIou = Math.max(scoreOfOutline, agreement);
      found.push([speck, { mask, predictedIou, stabilityScore: 1, point: { x: speck.x, y: speck.y }, cropBox: box }]);
    });
  }
  return found;
}

function outlineProposal({ mask, x, y }: OutlinedSpeck, { width, height }: GreyImage): MaskProposal {
  const cropBox = { x: 0, y: 0, width, height };
  return { mask, predictedIou: scoreOfOutline, stabilityScore: 1, point: { x, y }, cropBox };
}

/** A family as one proposal: its masks together, its scores their means by area. */
export function familyProposal(family: readonly MaskProposal[]): MaskProposal | undefined {
  const [first, ...others] = family;
  if (first === undefined) return undefined;
  const mask = unionOf(first.mask, ...others.map((other) => other.mask));
  const weight = family.reduce((sum, each) => sum + each.mask.areaPx, 0);
  const score = family.reduce((sum, each) => sum + each.mask.areaPx * each.predictedIou, 0) / weight;
  return { mask, predictedIou: score, stabilityScore: 1, point: null, cropBox: first.cropBox };
}
