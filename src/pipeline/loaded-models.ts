import type { NamingSpread } from '../booster/learn-names.js';
import type { GeneratorThresholds } from '../sam/automatic-mask-generator.js';
import type { SamModel } from '../sam/sam-model.js';
import type { TextureEncoder } from '../texture/texture-encoder.js';

/** Both models, loaded, with what their manifest entries say about how to use them. */
export interface LoadedModels {
  readonly sam: SamModel;
  readonly thresholds: GeneratorThresholds;
  readonly texture: TextureEncoder;
  /** Digest of the texture encoder's file: profiles belong to one. */
  readonly textureSha256: string;
  /** Reads how materials spread in the descriptors that names are learned from; undefined where nobody has measured it. */
  readonly namingSpread: () => Promise<NamingSpread | undefined>;
  /** Digest of all that decides how an image is encoded: the segmentation model's files and input size. */
  readonly weights: string;
}
