import type { TextureTokens } from '../core/token-grid.js';

/*
 * A broken or mismatched model may give values that are no numbers. They must not reach a mean or a distance, where one of them would take all
 * others with it.
 */

/** Null where some of the tokens are no numbers. */
export function finiteTokens(tokens: TextureTokens | null): TextureTokens | null {
  return tokens?.tokens.every(Number.isFinite) === true ? tokens : null;
}
