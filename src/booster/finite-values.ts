import type { TextureTokens } from '../core/token-grid.js';
import type { MaskSamples } from './describe-masks.js';

/*
 * A broken or mismatched model may give values that are no numbers. They must not reach a mean or a distance, where one of them would take all
 * others with it.
 */

/** The samples of a mask that can vote. */
export function finiteSamples(samples: MaskSamples): MaskSamples {
  return samples.filter((sample) => sample.every(Number.isFinite));
}

/** Null where some of the tokens are no numbers. */
export function finiteTokens(tokens: TextureTokens | null): TextureTokens | null {
  return tokens?.tokens.every(Number.isFinite) === true ? tokens : null;
}
