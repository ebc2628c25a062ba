import { intersectionArea, type Mask, subtract, unionOf } from '../../core/mask.js';
import type { MaskProposal } from '../mask-proposal.js';
import { familyProposal, type SpeckProposals } from './second-look.js';

/** A mask of the first pass of which so much lies in specks of one family is one or several of them. */
const leastOfSpecks = 0.5;

/**
 * The masks of the first pass and those of the second as one set: a family of specks is one mask, with the masks of the
 * first pass that show the same; what it holds is taken from all others, which surround it.
 */
export function withSpecks(first: readonly MaskProposal[], specks: SpeckProposals): readonly MaskProposal[] {
  return specks.reduce<readonly MaskProposal[]>((proposals, family) => {
    const found = familyProposal(family);
    return found === undefined ? proposals : withFamily(proposals, found);
  }, first);
}

function withFamily(proposals: readonly MaskProposal[], family: MaskProposal): readonly MaskProposal[] {
  const isSame = ({ mask }: MaskProposal): boolean =>
    intersectionArea(mask, family.mask) >= leastOfSpecks * mask.areaPx;
  const mask: Mask = unionOf(family.mask, ...proposals.filter(isSame).map((each) => each.mask));
  const others = proposals.flatMap((proposal) => {
    if (isSame(proposal)) return [];
    const left = subtract(proposal.mask, mask);
    return left.areaPx === 0 ? [] : [{ ...proposal, mask: left }];
  });
  return [{ ...family, mask }, ...others];
}
