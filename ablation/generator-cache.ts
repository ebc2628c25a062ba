import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { LoadedModels } from '../src/pipeline/loaded-models.js';
import type { ScoredProposal } from '../src/pipeline/merge-masks.js';
import { defaultSegmentOptions, pipelineParameters } from '../src/pipeline/pipeline-parameters.js';
import type { ImageEmbedding } from '../src/sam/sam-model.js';
import { writeWhole } from '../src/store/write-whole.js';
import { codeDigest, generatorCode } from './code-digest.js';

/** What the generator found in an image, as far as the booster takes it. */
export interface Generated {
  readonly proposals: readonly ScoredProposal[];
  readonly embedding: Pick<ImageEmbedding, 'image' | 'textureTokens'>;
  readonly milliseconds: number;
}

/** Keeps what the generator finds on disk, so that a change of the booster alone costs no second run of the generator. */
export interface GeneratorCache {
  find(pixels: Float32Array, generate: () => Promise<Generated>): Promise<Generated>;
}

/** Entries hang on the weights, the generator's options and code, and the pixels. Written by us only: v8's format is not for strangers. */
export async function generatorCache(folder: string, { weights, thresholds }: LoadedModels): Promise<GeneratorCache> {
  const { schedule, followUp, leastRegionShare, pointsDownscale } = pipelineParameters;
  const options = { thresholds, schedule, followUp, leastRegionShare, pointsDownscale, ...defaultSegmentOptions };
  const code = await codeDigest(generatorCode);
  await mkdir(folder, { recursive: true });
  return {
    async find(pixels, generate) {
      const digest = createHash('sha256')
        .update(JSON.stringify([weights, options, code]))
        .update(pixels);
      const path = join(folder, `${digest.digest('hex').slice(0, 24)}.bin`);
      const stored = await readFile(path).catch(() => undefined);
      if (stored !== undefined) return deserialize(stored) as Generated;
      const generated = await generate();
      await writeWhole(path, serialize(generated));
      return generated;
    },
  };
}
