import type { ImageFile } from '../core/image-file.js';
import type { LabelMap } from '../core/label-map.js';
import { valueOrThrow } from '../core/result.js';
import { promptInPixels } from '../core/user-prompt.js';
import { type DecodedMicrograph, decodeMicrograph, type DecodeOptions } from '../imaging/decode-micrograph.js';
import { decodeMicrographFile, type MicrographFile } from '../imaging/micrograph-file.js';
import { renderGrey } from '../imaging/overlay.js';
import { scalarPixelSize } from '../imaging/pixel-size.js';
import type { Exploration } from '../pipeline/exploration.js';
import { exploreMicrograph, segmentationOf } from '../pipeline/explore-micrograph.js';
import type { LoadedModels } from '../pipeline/loaded-models.js';
import {
  defaultSegmentOptions,
  type PaintingChoices,
  pipelineParameters,
  quickParameters,
  type Stage,
} from '../pipeline/pipeline-parameters.js';
import { joinMasks, materialsAtPrompt } from '../pipeline/prompted-material.js';
import { type ResultMask, resultMasks, type StagedMasks } from '../pipeline/result-masks.js';
import { segmentMicrograph } from '../pipeline/segment-micrograph.js';
import { type StageMasks, stageMasks } from '../pipeline/stage-masks.js';
import { Stopwatch, type Timings } from '../pipeline/timings.js';
import { proposalScore } from '../sam/mask-proposal.js';
import { predictMask } from '../sam/predict-mask.js';
import type { ImageEmbedding } from '../sam/sam-model.js';
import { cachedEmbedding, createEmbeddingCache, embeddingKey, encodingOf } from './embedding-cache.js';
import { loadModels } from './models/load-models.js';
import { masksReport } from './results/masks-report.js';
import { paintedMicrograph } from './results/painted-micrograph.js';
import { regionsReport } from './results/regions-of-interest.js';
import { boostedFiles, overlayFile } from './results/segment-to-files.js';
import type { ActiveProfile, PaintedMicrograph } from './segmentation-service.js';
import { stopIfCancelled } from './threads/cancel-flag.js';
import type {
  ExploreTask,
  PaintPromptedTask,
  PaintTask,
  RewriteTask,
  SegmentedFiles,
  SegmentTask,
  WorkerSettings,
} from './threads/messages.js';
import { enterStep } from './threads/progress-flag.js';

/** The last painting, so that clicks for whole materials need no second one. */
interface PaintedStructure {
  readonly key: string;
  /** What it was painted with. */
  readonly choices: string;
  readonly map: LabelMap;
  readonly masks: readonly ResultMask[];
}

/** Decodes what a task gives. */
type Decode = (
  image: ImageFile | MicrographFile,
  options?: Pick<DecodeOptions, 'keepOverlays' | 'frame' | 'pixelSizeNm'>,
) => Promise<DecodedMicrograph>;

/** The pipeline on image files, with the models loaded at the first use. */
export interface Segmenter {
  models(): Promise<LoadedModels>;
  paint(task: PaintTask): Promise<PaintedMicrograph>;
  paintPrompted(task: PaintPromptedTask): Promise<PaintedMicrograph>;
  segment(task: SegmentTask): Promise<SegmentedFiles>;
  /** What `watch` writes, as JSON. */
  regions(task: SegmentTask): Promise<string>;
  stages(task: PaintTask): Promise<StageMasks>;
  explore(task: ExploreTask): Promise<Exploration>;
  rewrite(task: RewriteTask): Promise<SegmentedFiles>;
}

/** Opens nothing yet: models are loaded when the first image asks for them, once. */
export function createSegmenter(settings: WorkerSettings): Segmenter {
  let loading: Promise<LoadedModels> | undefined;
  const embeddings = createEmbeddingCache(settings.cacheFolder, settings.cache);
  const models = (): Promise<LoadedModels> => (loading ??= loadModels({ ...settings, folder: settings.modelsFolder }));
  const { choices = defaultSegmentOptions, maxImagePixels: maxPixels } = settings;
  const decode: Decode = async (image, { keepOverlays, frame, pixelSizeNm } = choices) => {
    const options = { maxPixels, keepOverlays, frame, pixelSizeNm };
    if ('path' in image) return valueOrThrow(await decodeMicrographFile(image, options));
    return valueOrThrow(await decodeMicrograph(image.name, image.bytes, options));
  };
  const keyOf = async (image: ImageFile): Promise<string> =>
    embeddingKey(image, encodingOf((await models()).weights, choices));

  const remember = (key: string, embedding: ImageEmbedding): Promise<void> => embeddings.put(key, embedding);
  const painting = createPainting({ models, decode, keyOf, remember, choices });

  return {
    models,
    async paint(task) {
      const { micrograph, masks, warnings } = await painting.segmentAll(task);
      return paintedMicrograph(micrograph, masks, warnings, namesOf(task.profile));
    },
    async paintPrompted(task) {
      const { image, prompt, extent, cancel } = task;
      const material = extent === 'material' ? await painting.materialAt(task) : null;
      if (material !== null) return paintedMicrograph(material.mask, [material], []);
      const { sam } = await models();
      const key = await keyOf(image);
      const embedding = await cachedEmbedding(embeddings, key, async () => sam.encode(await decode(image)));
      stopIfCancelled(cancel);
      const found = await predictMask(sam, embedding, promptInPixels(prompt, embedding.image));
      if (found === null) return paintedMicrograph(embedding.image, [], ['no mask was found at the prompt']);
      return paintedMicrograph(embedding.image, [{ ...found, score: proposalScore(found), material: 1 }], []);
    },
    async stages({ image, materials }) {
      const micrograph = await decode(image);
      const options = { ...defaultSegmentOptions, ...choices, materials };
      const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, new Stopwatch());
      return stageMasks(micrograph, result);
    },
    async regions(task) {
      const stopwatch = new Stopwatch();
      const micrograph = await stopwatch.measure('decode', () => decode(task.image, task.options));
      const result = await segmentMicrograph(await models(), micrograph, task.options, quickParameters, stopwatch);
      const nanometresPerPixel = scalarPixelSize(micrograph.pixelSizeNm) ?? undefined;
      return JSON.stringify(regionsReport(micrograph, result, { ...task, nanometresPerPixel }, stopwatch.timings()));
    },
    async segment(task) {
      const stopwatch = new Stopwatch();
      const micrograph = await stopwatch.measure('decode', () => decode(task.image, task.options));
      const result = await segmentMicrograph(await models(), micrograph, task.options, pipelineParameters, stopwatch);
      return segmentedFiles(
        micrograph,
        result,
        { ...task, stage: task.options.stage, isNamed: task.options.profile !== undefined },
        stopwatch.timings(),
      );
    },
    ...createExploring({ models, decode, keyOf, remember, choices }),
  };
}

interface ReportOptions {
  readonly stage: Stage;
  readonly modelVersion: string;
  /** A profile names the materials. */
  readonly isNamed?: boolean;
}

/** What `segment` writes for one micrograph. */
async function segmentedFiles(
  micrograph: DecodedMicrograph,
  result: StagedMasks & { readonly warnings: readonly string[] },
  { stage, modelVersion, isNamed = false }: ReportOptions,
  timings: Timings,
): Promise<SegmentedFiles> {
  const masks = resultMasks(result);
  const { warnings } = result;
  const report = masksReport(micrograph, masks, { modelVersion, stage, timings, warnings, hasNames: isNamed });
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
    warnings,
  };
}

/** What painting needs of a segmenter. */
interface PaintingTools {
  readonly models: () => Promise<LoadedModels>;
  readonly decode: Decode;
  readonly keyOf: (image: ImageFile) => Promise<string>;
  readonly remember: (key: string, embedding: ImageEmbedding) => Promise<void>;
  readonly choices: PaintingChoices;
}

/** Looking at one micrograph, and writing down what was seen with other choices. */
function createExploring({
  models,
  decode,
  keyOf,
  remember,
  choices,
}: PaintingTools): Pick<Segmenter, 'explore' | 'rewrite'> {
  return {
    async explore({ image, modelVersion, cancel, progress }) {
      const stopwatch = new Stopwatch((step) => {
        stopIfCancelled(cancel);
        enterStep(progress, step);
      });
      const micrograph = await stopwatch.measure('decode', () => decode(image));
      const key = await keyOf(image);
      const about = { modelVersion, choices, nanometresPerPixel: scalarPixelSize(micrograph.pixelSizeNm) };
      const explored = await exploreMicrograph(await models(), micrograph, about, stopwatch);
      const picture = await renderGrey(micrograph);
      await remember(key, explored.embedding);
      return { json: Buffer.from(JSON.stringify(explored.json)), picture };
    },
    async rewrite(task) {
      const result = segmentationOf(task.explored, task.choices);
      const { modelVersion, choices } = task;
      return segmentedFiles(await decode(task.image), result, { modelVersion, stage: choices.stage }, result.timingsMs);
    },
  };
}

function createPainting({ models, decode, keyOf, remember, choices }: PaintingTools) {
  let lastPainted: PaintedStructure | undefined;
  const segmentAll = async ({ image, materials, profile, cancel }: PaintTask) => {
    const micrograph = await decode(image);
    const options = { ...defaultSegmentOptions, ...choices, materials, profile: profile?.profile };
    const stopwatch = new Stopwatch(() => stopIfCancelled(cancel));
    const result = await segmentMicrograph(await models(), micrograph, options, pipelineParameters, stopwatch);
    const key = await keyOf(image);
    await remember(key, result.embedding);
    const masks = resultMasks(result);
    const map = result.microstructure?.map;
    if (map !== undefined) lastPainted = { key, choices: choicesOf({ materials, profile }), map, masks };
    return { micrograph, masks, warnings: result.warnings };
  };

  /** The whole material under the prompt, from the painting that is shown; null where none is. */
  const materialAt = async (task: PaintPromptedTask) => {
    const { image, prompt } = task;
    const isLast = lastPainted?.key === (await keyOf(image)) && lastPainted.choices === choicesOf(task);
    if (!isLast) await segmentAll(task);
    if (lastPainted === undefined) return null;
    const { map, masks } = lastPainted;
    const wanted = materialsAtPrompt(map, promptInPixels(prompt, map));
    return joinMasks(masks.filter(({ material }) => material !== null && wanted.has(material)));
  };
  return { segmentAll, materialAt };
}

function choicesOf({ materials, profile }: Pick<PaintTask, 'materials' | 'profile'>): string {
  return JSON.stringify([materials, profile?.modelVersion]);
}

function namesOf(active: ActiveProfile | undefined): string[] {
  return active?.profile.labels.map(({ name }) => name) ?? [];
}
