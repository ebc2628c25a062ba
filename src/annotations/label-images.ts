import { readdir, readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import { labelAreas, type LabelMap, maskOfLabel } from '../core/label-map.js';
import { decodeSegmentation, segmentationSchema } from './coco-segmentation.js';
import type { EvaluationSource, PredictedRegion, Problem, SourceItem } from './evaluation-case.js';
import { fileCase } from './file-case.js';

/** What stands between the name of a micrograph and the ending of its label image or masks. */
const roles = /\.(labels|materials|mask|masks)$/i;

/**
 * Folders of label images (8 bits, one channel, 0 unlabelled): one with what is true, optionally one with what was predicted, the same
 * names in both. Predictions may also be `NAME.masks.json` files of `sam-i-am segment`.
 */
export async function openLabelImages(folder: string, predictionsFolder?: string): Promise<EvaluationSource> {
  const truths = await filesByStem(folder, ['.png']);
  const predictions =
    predictionsFolder === undefined ? undefined : await filesByStem(predictionsFolder, ['.png', '.json']);
  if (truths.size === 0) {
    throw new SamIAmError('usage.invalid', `the folder ${folder} holds no PNG file`, {
      hint: 'Give a folder of label images: NAME.png or NAME.labels.png, 8 bits, one channel.',
    });
  }
  return {
    name: basename(folder),
    total: truths.size,
    async *items() {
      for (const [stem, path] of truths) yield await readCase(stem, path, predictions);
    },
  };
}

/** Masks files come last, so that they win over label images, which can't tell overlapping masks. */
async function filesByStem(folder: string, endings: readonly string[]): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => {
    throw new SamIAmError('usage.invalid', `the folder ${folder} can't be read`, {
      hint: 'Give a folder that exists.',
    });
  });
  const files = names
    .filter((name) => endings.includes(parse(name).ext.toLowerCase()) && !/\.(overlay|task)\.\w+$/i.test(name))
    .toSorted((a, b) => endings.indexOf(parse(a).ext.toLowerCase()) - endings.indexOf(parse(b).ext.toLowerCase()));
  const byStem = new Map(files.map((name) => [parse(name).name.replace(roles, ''), join(folder, name)]));
  return new Map([...byStem].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function readCase(
  stem: string,
  path: string,
  predictions: ReadonlyMap<string, string> | undefined,
): Promise<SourceItem> {
  const problems: Problem[] = [];
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      problems.push({
        id: stem,
        file: stem,
        message,
        hint: 'Save it as PNG with 8 bits and one channel, or correct it.',
      });
      return undefined;
    }
  };
  const truth = await attempt(async () => regionsOf(await readLabelImage(path)));
  if (truth === undefined) return { evaluated: null, problems };
  const { width, height, regions } = truth;
  if (regions.length === 0) await attempt(() => Promise.reject(new Error(`${basename(path)} has no labelled pixel`)));
  const predictedPath = predictions?.get(stem);
  if (predictions !== undefined && predictedPath === undefined) {
    await attempt(() => Promise.reject(new Error('there is no prediction to compare the labels with')));
  }
  const predicted =
    predictedPath === undefined ? undefined : await attempt(() => readPrediction(predictedPath, width, height));
  if (regions.length === 0) return { evaluated: null, problems };
  const evaluated = fileCase({
    image: { id: stem, file: stem, width, height, difficulty: null },
    accepted: regions,
    predicted,
  });
  return { evaluated, problems };
}

async function readPrediction(path: string, width: number, height: number): Promise<PredictedRegion[]> {
  if (path.endsWith('.json')) return readMasksFile(path, width, height);
  const map = await readLabelImage(path);
  if (map.width === width && map.height === height) return regionsOf(map).regions;
  throw new RangeError(`${basename(path)} is ${map.width} × ${map.height} pixels, the labels ${width} × ${height}`);
}

function regionsOf(map: LabelMap): { width: number; height: number; regions: PredictedRegion[] } {
  const regions = labelAreas(map).flatMap((area, label): PredictedRegion[] =>
    label === 0 || area === 0
      ? []
      : [{ id: `label-${label}`, label: String(label), mask: maskOfLabel(map, label), score: null }],
  );
  return { width: map.width, height: map.height, regions };
}

async function readLabelImage(path: string): Promise<LabelMap> {
  const image = sharp(path, { limitInputPixels: false });
  const { channels, depth, isPalette } = await image.metadata().catch(() => {
    throw new TypeError(`${basename(path)} is no PNG image`);
  });
  if (channels !== 1 || depth !== 'uchar' || isPalette) {
    throw new TypeError(`${basename(path)} has colours or more than 8 bits, a label image has neither`);
  }
  const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, labels: data };
}

const masksFileSchema = z.object({
  masks: z.array(z.object({ rle: segmentationSchema, material: z.number().nullish(), score: z.number().nullish() })),
});

async function readMasksFile(path: string, width: number, height: number): Promise<PredictedRegion[]> {
  const parsed = masksFileSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new TypeError(`${basename(path)} is no masks file of sam-i-am segment`);
  return parsed.data.masks.map(({ rle, material, score }, index) => ({
    id: `mask-${index + 1}`,
    label: material === null || material === undefined ? `mask ${index + 1}` : String(material),
    mask: decodeSegmentation(rle, width, height),
    score: score ?? null,
  }));
}
