import { describeMasks, type DescribeOptions, type MaskSamples } from '../booster/describe-masks.js';
import type { MaterialProfile } from '../booster/material-profile.js';
import type { Mask } from '../core/mask.js';
import type { GreyImage } from '../core/micrograph.js';
import type { MaskProposal } from '../sam/mask-proposal.js';
import { nameDescriptors, nameDimensions } from '../texture/name-descriptors.js';
import type { PipelineParameters } from './pipeline-parameters.js';

/** Crops by which a mask is named are large and costly, and few of them tell. */
const nameOptions: DescribeOptions = { cropsPerMask: 12, minimumShare: 0.75, tokenShare: 0, seed: 0 };

/** Describes masks in the way that a profile, or the training of one, needs. */
export async function describeForNames(image: GreyImage, masks: readonly Mask[]): Promise<MaskSamples[]> {
  const samples: MaskSamples[] = [];
  // One mask at a time: the crops of many would fill the memory.
  for (const mask of masks) {
    const described = await Promise.all(
      nameDescriptors.map((encoder) => describeMasks(image, [mask], { encoder, tokens: null }, nameOptions)),
    );
    const [first = [], ...others] = described.map(([each]) => each?.samples ?? []);
    samples.push(first.map((sample, crop) => [...sample, ...others.flatMap((other) => other[crop] ?? [])]));
  }
  return samples;
}

/** Whether a profile describes masks as this version does, with this texture encoder. */
export function isUsable(profile: MaterialProfile, textureSha256: string): boolean {
  return profile.offset.length === nameDimensions && profile.textureSha256 === textureSha256;
}

/** What a profile has learned of mask removal and of scores takes the place of the defaults. */
export function withProfile(parameters: PipelineParameters, profile: MaterialProfile | undefined): PipelineParameters {
  if (profile === undefined) return parameters;
  const { removal, confidence } = profile;
  return {
    ...parameters,
    removal: { ...parameters.removal, ...removal },
    confidence: confidence.length === 0 ? parameters.confidence : confidence,
  };
}

/** Whether a mask that the generator trusts passes the filters of a profile, too. */
export function passesFilter(
  { predictedIou, stabilityScore }: Pick<MaskProposal, 'predictedIou' | 'stabilityScore'>,
  profile: MaterialProfile | undefined,
): boolean {
  if (profile === undefined) return true;
  return predictedIou >= profile.filter.predictedIou && stabilityScore >= profile.filter.stabilityScore;
}
