import type { Mask } from '../src/core/mask.js';
import { type PipelineParameters, pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import { clusterWindows } from './baselines/sliding-window.js';
import { clusterSuperpixels } from './baselines/superpixels.js';
import { clusterTokens } from './baselines/token-clusters.js';
import { floodBasins } from './baselines/watershed.js';
import { encoderOfSize } from './crop-sizes.js';
import { type ImageContext, keptMasks, materialMasks, mergeAs, type MergingChanges } from './image-context.js';
import { mergeVerbatim } from './verbatim.js';

/** One row of the tables: a way from an image to masks. */
export interface Row {
  readonly name: string;
  readonly group: 'pipeline' | 'rules' | 'number of materials' | 'crops' | 'dense features' | 'baselines';
  readonly masks: (context: ImageContext) => Promise<readonly Mask[]> | readonly Mask[];
}

/** All other rows are compared with this one. */
export const referenceRow = 'both (boosted)';

/** The row of SAM's masks as they come. */
export const unboostedRow = 'SAM+';

/** The row whose number of materials is chosen for each image. */
export const chosenCountRow = 'k chosen per image';

const verbatimRemoval = {
  ...pipelineParameters,
  removal: { ...pipelineParameters.removal, variant: 'verbatim' },
} as const;
const unreachable = 2;
const steps = {
  splitting: {
    splitting: { ...pipelineParameters.splitting, mostSimilarity: -unreachable, clearSimilarity: -unreachable },
  },
  uncovered: { uncovered: { ...pipelineParameters.uncovered, leastShare: unreachable } },
  borders: { borders: { ...pipelineParameters.borders, reachCells: 0, leastSimilarity: unreachable } },
} satisfies Record<string, Partial<PipelineParameters>>;

const boosted = async (context: ImageContext, changes: MergingChanges = {}): Promise<Mask[]> =>
  materialMasks(await mergeAs(context, keptMasks(context), changes));

const withParameters =
  (changes: Partial<PipelineParameters>, others: MergingChanges = {}) =>
  (context: ImageContext): Promise<Mask[]> =>
    boosted(context, { ...others, parameters: { ...pipelineParameters, ...changes } });

const withMerging = (changes: Partial<PipelineParameters['merging']>) =>
  withParameters({ merging: { ...pipelineParameters.merging, ...changes } });

const masksOf = (items: readonly { readonly mask: Mask }[]): Mask[] => items.map(({ mask }) => mask);

/** The system and its parts. The number of materials is given but where a row says otherwise. */
export const systemRows: readonly Row[] = [
  { name: unboostedRow, group: 'pipeline', masks: ({ proposals }) => masksOf(proposals) },
  { name: '+ removal', group: 'pipeline', masks: (context) => masksOf(keptMasks(context)) },
  {
    name: '+ merging',
    group: 'pipeline',
    masks: async (context) => materialMasks(await mergeAs(context, context.proposals)),
  },
  { name: referenceRow, group: 'pipeline', masks: (context) => boosted(context) },
  {
    name: 'verbatim: removal and merging',
    group: 'rules',
    masks: (context) => mergeVerbatim(context, masksOf(keptMasks(context, verbatimRemoval))),
  },
  {
    name: 'verbatim: removal, our merging',
    group: 'rules',
    masks: async (context) => materialMasks(await mergeAs(context, keptMasks(context, verbatimRemoval))),
  },
  {
    name: 'verbatim: merging, our removal',
    group: 'rules',
    masks: (context) => mergeVerbatim(context, masksOf(keptMasks(context))),
  },
  { name: 'k-means on samples', group: 'rules', masks: withMerging({ grouping: 'k-means' }) },
  {
    name: 'compound masks of one texture go',
    group: 'rules',
    masks: async (context) => {
      const parameters = { ...pipelineParameters, fragments: { leastLikeness: Infinity } };
      return materialMasks(await mergeAs(context, keptMasks(context, parameters)));
    },
  },
  {
    name: 'tiny children of another material go',
    group: 'rules',
    masks: async (context) => {
      const merging = { ...pipelineParameters.merging, leastLikeness: -Infinity };
      return materialMasks(await mergeAs(context, keptMasks(context, { ...pipelineParameters, merging })));
    },
  },
  {
    name: chosenCountRow,
    group: 'number of materials',
    masks: (context) => boosted(context, { materials: 'auto' }),
  },
  ...[4, 8, 32, 64].map((cropsPerMask): Row => ({
    name: `K = ${cropsPerMask}`,
    group: 'crops',
    masks: withMerging({ cropsPerMask }),
  })),
  ...[30, 45, 90].map((size): Row => ({
    name: `crops of ${size} px`,
    group: 'crops',
    masks: (context) => boosted(context, { texture: encoderOfSize(context.texture, size) }),
  })),
  ...[0, 0.25, 0.75, 1].map((tokenShare): Row => ({
    name: `token share ${tokenShare}`,
    group: 'dense features',
    masks: withMerging({ tokenShare }),
  })),
  { name: 'no splitting', group: 'dense features', masks: withParameters(steps.splitting) },
  { name: 'uncovered regions left', group: 'dense features', masks: withParameters(steps.uncovered) },
  { name: 'borders left', group: 'dense features', masks: withParameters(steps.borders) },
  {
    name: 'none of these steps',
    group: 'dense features',
    masks: withParameters({ ...steps.uncovered }, { tokens: false }),
  },
  { name: "k-means on the encoder's tokens", group: 'baselines', masks: clusterTokens },
  { name: 'SLIC + k-means on crop embeddings', group: 'baselines', masks: clusterSuperpixels },
  { name: 'sliding-window texture clustering', group: 'baselines', masks: clusterWindows },
  { name: 'watershed', group: 'baselines', masks: floodBasins },
];
