import { z } from 'zod';
import { type GivenMaterialCount, maxMaterials, parseMaterialCount } from '../../core/material-count.js';
import { stages } from '../../pipeline/pipeline-parameters.js';
import { timedSteps } from '../../pipeline/timings.js';
import { errorDetail } from './error-schema.js';

/*
 * What the routes under /api/try take and give. The page imports the types, /openapi.json the schemas.
 */

/** The states of a look at a micrograph. */
export const tryStates = ['waiting', 'running', 'done', 'failed'] as const;

/** The schema of `GET /api/try/{id}`. */
export const tryStatus = z.object({
  id: z.string(),
  name: z.string().describe('The file name that was given.'),
  state: z.enum(tryStates),
  step: z.enum(timedSteps).nullable().describe('The step of the pipeline under way; null while it waits.'),
  progress: z.number().min(0).max(1),
  error: errorDetail.nullable().describe('Why it failed.'),
});

/** How far a look is, as the page reads it. */
export type TryStatus = z.infer<typeof tryStatus>;

/** The schema of the list of examples, with the file formats that can be uploaded. */
export const examplesAnswer = z.object({
  examples: z.array(z.object({ name: z.string(), title: z.string() })),
  formats: z
    .object({ names: z.string(), accept: z.string() })
    .describe('Formats of micrographs: in words, and as the accept attribute of a file chooser.'),
});

/** Examples and formats as the page reads them. */
export type ExamplesAnswer = z.infer<typeof examplesAnswer>;

const share = z.coerce.number().min(0).max(1);

/** Thresholds of mask removal; those left out are the pipeline's. */
export const removalQuery = {
  redundantIou: share.optional().describe('Two masks with at least this IoU are the same mask twice.'),
  childShare: share.optional().describe('A smaller mask with at least this share inside a larger one is its child.'),
  tinyChildShare: share.optional().describe("A child below this share of its parent's area is tiny."),
  compoundShare: share.optional().describe('A mask of which its children cover more than this share is compound.'),
  islandShare: share.optional().describe('An island is smaller than this share of the image.'),
};

const materials = z
  .string()
  .prefault('auto')
  .transform((text, context): GivenMaterialCount => {
    const parsed = parseMaterialCount(text);
    if (parsed !== undefined) return parsed;
    context.addIssue(`must be auto or a number from 1 to ${maxMaterials}`);
    return z.NEVER;
  });

/** The schema of what decides the files that are downloaded. */
export const filesQuery = z.object({
  stage: z.enum(stages).prefault('boosted'),
  materials: materials.describe(`auto or 1 to ${maxMaterials}`),
  ...removalQuery,
});

/** The files of `segment`, by the ends of their names. */
export const fileNames = ['labels.png', 'masks.json', 'task.json', 'overlay.png'] as const;

/** The schema of an upload's query: a name, or an example instead of a body. */
export const uploadQuery = z.object({
  name: z.string().max(400).optional().describe('File name of the micrograph in the body.'),
  example: z.string().max(400).optional().describe('Name of an example to take instead of a body.'),
});

/** The schema of a click or box, in pixels of the micrograph. */
export const promptRequest = z.object({
  points: z
    .array(z.object({ x: z.number(), y: z.number(), positive: z.boolean() }))
    .min(1)
    .max(100)
    .describe('Clicks in pixels of the image.'),
  extent: z.enum(['mask', 'material']).prefault('mask').describe('The one mask that SAM sees, or the whole material.'),
});

/** A click or box as the page writes it. */
export type PromptBody = z.input<typeof promptRequest>;

const base64 = z.string().describe('base64 of little-endian numbers');

/** The schema of the mask under a click. */
export const promptAnswer = z.object({
  mask: z
    .object({
      runs: base64.describe('base64 of little-endian uint32 pairs (start, end) of pixel indices'),
      areaPx: z.number(),
      score: z.number(),
    })
    .nullable(),
});

/** The mask under a click as the page reads it. */
export type PromptAnswer = z.infer<typeof promptAnswer>;

/** `GET /api/try/{id}/masks`, in outline: see `FoundMasks` in src/booster/found-masks.ts. */
export const explorationAnswer = z.looseObject({
  name: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  nanometresPerPixel: z.number().nullable(),
  modelVersion: z.string(),
  masks: z.array(
    z.object({
      runs: base64.describe('base64 of little-endian uint32 pairs (start, end) of flat pixel indices, half-open'),
      predictedIou: z.number(),
      stabilityScore: z.number(),
      score: z.number(),
      point: z.object({ x: z.number(), y: z.number() }).nullable(),
    }),
  ),
  removed: z
    .array(z.object({ mask: z.number().int(), rule: z.string(), causes: z.array(z.number().int()), ratio: z.number() }))
    .describe("What mask removal takes with the pipeline's thresholds, and why."),
  warnings: z.array(z.string()),
});
