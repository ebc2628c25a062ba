import type { Mask } from '../src/core/mask.js';
import { pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { erringMasks } from './erring-masks.js';
import { type ImageContext, keptMasks, materialMasks, mergeAs } from './image-context.js';
import { mergeVerbatim } from './verbatim.js';

/** Rows of the table of the booster by itself: the same steps on mask sets made to err. */
export const boosterRows = {
  unboosted: 'unboosted',
  removal: '+ removal',
  merging: '+ merging',
  both: 'both (boosted)',
  cropsAlone: 'both, without tokens and gap filling',
  verbatim: 'verbatim rules',
} as const;

/** The paper's gains, boosted minus unboosted, in points of difficulty 1, 2 and 3. */
export const paperGains = {
  mIoU: [21.35, 12.6, 5.27],
  mFPR: [-9.91, -18.42, -4.06],
} as const;

/** The paper's own ingredients, with our rules and guards. */
const cropsAlone = {
  tokens: false,
  parameters: { ...pipelineParameters, uncovered: { ...pipelineParameters.uncovered, leastShare: 2 } },
} as const;

/** What each row makes of the erring masks of one image. */
export async function boosterMasks(context: ImageContext, seed: number): Promise<Map<string, readonly Mask[]>> {
  const proposals = erringMasks(context.image, seed);
  const erring = { ...context, proposals };
  const kept = keptMasks(erring);
  const masksOf = (items: readonly { readonly mask: Mask }[]): Mask[] => items.map(({ mask }) => mask);
  const verbatimRemoval = {
    ...pipelineParameters,
    removal: { ...pipelineParameters.removal, variant: 'verbatim' },
  } as const;
  return new Map<string, readonly Mask[]>([
    [boosterRows.unboosted, masksOf(proposals)],
    [boosterRows.removal, masksOf(kept)],
    [boosterRows.merging, materialMasks(await mergeAs(erring, proposals))],
    [boosterRows.both, materialMasks(await mergeAs(erring, kept))],
    [boosterRows.cropsAlone, materialMasks(await mergeAs(erring, kept, cropsAlone))],
    [boosterRows.verbatim, await mergeVerbatim(erring, masksOf(keptMasks(erring, verbatimRemoval)))],
  ]);
}
