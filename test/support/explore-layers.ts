import { exploreMicrograph } from '../../src/pipeline/explore-micrograph.js';
import type { LoadedModels } from '../../src/pipeline/loaded-models.js';
import { Stopwatch } from '../../src/pipeline/timings.js';
import { diskSam } from './disk-sam.js';
import { greyImage } from './grey-image.js';
import { meanGreyEncoder } from './mean-grey-encoder.js';

/** Three layers, the first and the last of one material, explored with doubles of the models. */
export async function explorationOf() {
  const micrograph = greyImage(64, 64, (_, y) => (y < 20 || y >= 44 ? 0 : 1));
  const models: LoadedModels = {
    // Small discs are islands in a layer, which mask removal drops.
    sam: diskSam({ radii: [4, 200], sameGreyOnly: true }),
    thresholds: { predictedIou: 0, stabilityScore: 0, boxNms: null, maskNms: 0.7 },
    texture: meanGreyEncoder(8),
    textureSha256: '0'.repeat(64),
    namingSpread: () => Promise.resolve(undefined),
    weights: 'none',
  };
  const about = { modelVersion: 'v-1', nanometresPerPixel: null };
  const { json } = await exploreMicrograph(models, micrograph, about, new Stopwatch());
  return { json, models, micrograph };
}
