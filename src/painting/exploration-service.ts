import type { SamIAmError } from '../core/errors.js';
import type { ImageFile } from '../core/image-file.js';
import type { Result } from '../core/result.js';
import type { BoostChoices, Exploration } from '../pipeline/exploration.js';
import type { SegmentedFiles } from './threads/messages.js';
import type { Progress } from './threads/progress-flag.js';

/** Who looks, and for how long. */
export interface ExploreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how far it is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Everything about one micrograph for people who want to see why: behind a thread boundary, as SegmentationService is. */
export interface ExplorationService {
  /** Finds all there is in a micrograph. */
  explore(image: ImageFile, options?: ExploreOptions): Promise<Result<Exploration, SamIAmError>>;
  /** What the command `segment` writes, with any thresholds, from what was found before. */
  rewrite(image: ImageFile, explored: Uint8Array, choices: BoostChoices): Promise<Result<SegmentedFiles, SamIAmError>>;
}
