import type { Micrograph } from '../core/micrograph.js';
import { valueOrThrow } from '../core/result.js';
import { decodeMicrograph } from '../imaging/decode-micrograph.js';
import { proposalScore } from '../sam/mask-proposal.js';
import { predictMask } from '../sam/predict-mask.js';
import { createEmbeddingCache, embeddingKey } from './embedding-cache.js';
import type { LoadedModels } from './load-models.js';
import { loadModels } from './load-models.js';
import { masksReport, resultMasks } from './masks-report.js';
import { paintedMicrograph } from './painted-micrograph.js';
import { defaultSegmentOptions, pipelineParameters } from './pipeline-parameters.js';
import { boostedFiles, overlayFile } from './segment-to-files.js';
import { segmentMicrograph } from './segment-micrograph.js';
import type { ImageFile, PaintedMicrograph } from './segmentation-service.js';
import { stageMasks, type StageMasks } from './stage-masks.js';
import { Stopwatch } from './timings.js';
import type { PaintPromptedTask, PaintTask, SegmentedFiles, SegmentTask, WorkerSettings } from './workers/messages.js';

/** The pipeline on image files, with the models loaded at the first use. */
export interface Segmenter {
  models(): Promise<LoadedModels>;
  paint(task: PaintTask): Promise<PaintedMicrograph>;
  paintPrompted(task: PaintPromptedTask): Promise<PaintedMicrograph>;
  segment(task: SegmentTask): Promise<SegmentedFiles>;
  stages(task: PaintTask): Promise<StageMasks>;
}

export function createSegmenter(settings: WorkerSettings): Segmenter {
  let loading: Promise<LoadedModels> | undefined;
  const embeddings = createEmbeddingCache(settings.cacheFolder, settings.cache);
  const models = (): Promise<LoadedModels> => (loading ??= loadModels({ ...settings, folder: settings.modelsFolder }));
  const decode = async (image: ImageFile): Promise<Micrograph> =>
    valueOrThrow(await decodeMicrograph(image.name, image.bytes, { maxPixels: settings.maxImagePixels }));
  const keyOf = async (image: ImageFile): Promise<string> => embeddingKey(image.bytes, (await models()).weights);

  return {
    models,
    async paint({ image, materials }) {
      const micrograph = await decode(image);
      const options = { ...defaultSegmentOptions, materials };
      const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, new Stopwatch());
      await embeddings.put(await keyOf(image), result.embedding);
      return paintedMicrograph(micrograph, resultMasks(result), result.warnings);
    },
    async paintPrompted({ image, prompt }) {
      const { sam } = await models();
      const key = await keyOf(image);
      const embedding = (await embeddings.get(key)) ?? (await sam.encode(await decode(image)));
      await embeddings.put(key, embedding);
      const found = await predictMask(sam, embedding, prompt);
      if (found === null) return paintedMicrograph(embedding.image, [], ['no mask was found at the prompt']);
      return paintedMicrograph(embedding.image, [{ ...found, score: proposalScore(found), material: 1 }], []);
    },
    async stages({ image, materials }) {
      const micrograph = await decode(image);
      const options = { ...defaultSegmentOptions, materials };
      const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, new Stopwatch());
      return stageMasks(micrograph, result);
    },
    async segment({ image, options, modelVersion }) {
      const stopwatch = new Stopwatch();
      const micrograph = await stopwatch.measure('decode', () => decode(image));
      const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, stopwatch);
      const masks = resultMasks(result);
      const timings = stopwatch.timings();
      const report = masksReport(micrograph, modelVersion, options.stage, masks, timings);
      const { microstructure } = result;
      const boosted = microstructure ? await boostedFiles(micrograph, microstructure.map, masks, modelVersion) : [];
      return {
        files: [
          { suffix: '.masks.json', content: JSON.stringify(report) },
          ...boosted,
          await overlayFile(micrograph, masks),
        ],
        materials: report.materials,
        masks: masks.length,
        totalMs: timings.total,
        warnings: result.warnings,
      };
    },
  };
}
