import { createHash } from 'node:crypto';
import type { Micrograph } from '../core/micrograph.js';
import { valueOrThrow } from '../core/result.js';
import type { UserPrompt } from '../core/user-prompt.js';
import { decodeMicrograph } from '../imaging/decode-micrograph.js';
import { proposalScore } from '../sam/mask-proposal.js';
import { predictMask } from '../sam/predict-mask.js';
import type { ImageEmbedding, Prompt, PromptPoint } from '../sam/sam-model.js';
import { promptLabels } from '../sam/sam-model.js';
import type { LoadedModels } from './load-models.js';
import { loadModels } from './load-models.js';
import { masksReport, resultMasks } from './masks-report.js';
import { paintedMicrograph } from './painted-micrograph.js';
import { defaultSegmentOptions, pipelineParameters } from './pipeline-parameters.js';
import { boostedFiles, overlayFile } from './segment-to-files.js';
import { segmentMicrograph } from './segment-micrograph.js';
import type { ImageFile, PaintedMicrograph } from './segmentation-service.js';
import { Stopwatch } from './timings.js';
import type { PaintPromptedTask, PaintTask, SegmentedFiles, SegmentTask, WorkerSettings } from './workers/messages.js';

/** Embeddings of the last images, so that a click on an image that was just painted needs no encoding. */
const rememberedImages = 4;

/** The pipeline on image files, with the models loaded at the first use. */
export interface Segmenter {
  models(): Promise<LoadedModels>;
  paint(task: PaintTask): Promise<PaintedMicrograph>;
  paintPrompted(task: PaintPromptedTask): Promise<PaintedMicrograph>;
  segment(task: SegmentTask): Promise<SegmentedFiles>;
}

export function createSegmenter(settings: WorkerSettings): Segmenter {
  let loading: Promise<LoadedModels> | undefined;
  const embeddings = new Map<string, ImageEmbedding>();
  const models = (): Promise<LoadedModels> =>
    (loading ??= loadModels({ folder: settings.modelsFolder, modelId: settings.modelId, threads: settings.threads }));
  const decode = async (image: ImageFile): Promise<Micrograph> =>
    valueOrThrow(await decodeMicrograph(image.name, image.bytes, { maxPixels: settings.maxImagePixels }));
  const remember = (key: string, embedding: ImageEmbedding): void => {
    embeddings.set(key, embedding);
    for (const key of [...embeddings.keys()].slice(0, -rememberedImages)) embeddings.delete(key);
  };

  return {
    models,
    async paint({ image, materials }) {
      const micrograph = await decode(image);
      const options = { ...defaultSegmentOptions, materials };
      const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, new Stopwatch());
      remember(contentKey(image), result.embedding);
      return paintedMicrograph(micrograph, resultMasks(result), result.warnings);
    },
    async paintPrompted({ image, prompt }) {
      const { sam } = await models();
      const key = contentKey(image);
      const embedding = embeddings.get(key) ?? (await sam.encode(await decode(image)));
      remember(key, embedding);
      const found = await predictMask(sam, embedding, toPrompt(prompt));
      if (found === null) return paintedMicrograph(embedding.image, [], ['no mask was found at the prompt']);
      return paintedMicrograph(embedding.image, [{ ...found, score: proposalScore(found), material: 1 }], []);
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

function contentKey(image: ImageFile): string {
  return createHash('sha256').update(image.bytes).digest('hex');
}

/** SAM has room for one box per prompt: the last one drawn counts. */
function toPrompt({ points, boxes }: UserPrompt): Prompt {
  const box = boxes.at(-1);
  const { foreground, background, boxTopLeft, boxBottomRight, padding } = promptLabels;
  const clicked = points.map(({ x, y, positive }): PromptPoint => ({
    x,
    y,
    label: positive ? foreground : background,
  }));
  if (box === undefined) return [...clicked, { x: 0, y: 0, label: padding }];
  const { x, y, width, height } = box;
  return [...clicked, { x, y, label: boxTopLeft }, { x: x + width, y: y + height, label: boxBottomRight }];
}
