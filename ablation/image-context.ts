import { maskOfLabel } from '../src/core/label-map.js';
import type { Mask } from '../src/core/mask.js';
import type { MaterialCount } from '../src/core/material-count.js';
import { findMasks } from '../src/pipeline/find-masks.js';
import { keepProposals } from '../src/pipeline/keep-proposals.js';
import type { LoadedModels } from '../src/pipeline/loaded-models.js';
import { mergeMasks, type ScoredProposal } from '../src/pipeline/merge-masks.js';
import {
  defaultSegmentOptions,
  type PipelineParameters,
  pipelineParameters,
} from '../src/pipeline/pipeline-parameters.js';
import type { TextureEncoder } from '../src/texture/texture-encoder.js';
import type { Generated, GeneratorCache } from './generator-cache.js';
import type { SimulatedImage } from './simulated-set.js';

/** What every row starts from. */
export type OpenedImage = Pick<SimulatedImage, 'micrograph' | 'materials'>;

/** One image with what the generator found in it: every row of the tables starts from the same masks. */
export interface ImageContext<Image extends OpenedImage = SimulatedImage> {
  readonly image: Image;
  readonly texture: TextureEncoder;
  readonly embedding: Generated['embedding'];
  readonly proposals: readonly ScoredProposal[];
  /** What the generator took, when it ran. */
  readonly generatorMs: number;
}

/** Finds, keeps and describes the masks of an image once, for all rows that are measured on it. */
export async function openImage<Image extends OpenedImage>(
  models: LoadedModels,
  image: Image,
  cache: GeneratorCache,
): Promise<ImageContext<Image>> {
  const { micrograph } = image;
  const { milliseconds, ...found } = await cache.find(micrograph.grey, async () => {
    const start = performance.now();
    const { proposals, embedding } = await findMasks(models, micrograph, defaultSegmentOptions, pipelineParameters);
    const { image: size, textureTokens } = embedding;
    return { proposals, embedding: { image: size, textureTokens }, milliseconds: performance.now() - start };
  });
  return { image, texture: models.texture, generatorMs: milliseconds, ...found };
}

/** What mask removal leaves. */
export function keptMasks(
  found: Pick<ImageContext<OpenedImage>, 'proposals' | 'embedding'>,
  parameters: PipelineParameters = pipelineParameters,
) {
  return keepProposals(found, parameters).kept;
}

/** How a row differs from the pipeline as it is. */
export interface MergingChanges {
  readonly materials?: MaterialCount;
  readonly parameters?: PipelineParameters;
  readonly texture?: TextureEncoder;
  /** Whether the image encoder's tokens take part at all. */
  readonly tokens?: boolean;
}

/** Mask merging as in the pipeline, the number of materials given unless told otherwise. */
export async function mergeAs(
  { image, texture, embedding }: ImageContext<OpenedImage>,
  kept: readonly ScoredProposal[],
  changes: MergingChanges = {},
) {
  const { microstructure } = await mergeMasks(
    { texture: changes.texture ?? texture },
    image.micrograph,
    { textureTokens: changes.tokens === false ? null : embedding.textureTokens },
    kept,
    { materials: changes.materials ?? image.materials, seed: defaultSegmentOptions.seed },
    changes.parameters ?? pipelineParameters,
  );
  return microstructure;
}

/** Each material's pixels as a mask. */
export function materialMasks({ map, materials }: Awaited<ReturnType<typeof mergeAs>>): Mask[] {
  return materials.map(({ label }) => maskOfLabel(map, label));
}
