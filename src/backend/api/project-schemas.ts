import { z } from 'zod';

const share = z.number().min(0).max(1);

const profile = z.object({
  version: z.string(),
  createdAt: z.string(),
  active: z.boolean(),
  images: z.number().int(),
  heldOutIou: share.nullable().describe('Mean IoU on held-out annotations.'),
  zeroShotIou: share.nullable().describe('The same without what was learned.'),
});

/** The schema of `GET /api/projects`. */
export const projectsAnswer = z.object({
  projects: z.array(
    z.object({
      id: z.union([z.number(), z.string()]),
      title: z.string(),
      url: z.string().nullable(),
      modelVersion: z.string().nullable(),
      labels: z.array(z.string()),
      accepted: z.number().int().describe('Accepted annotations.'),
      sinceTraining: z.number().int().describe('Accepted since the last training.'),
      training: z
        .object({ state: z.enum(['waiting', 'running']), progress: share, startedAt: z.string().nullable() })
        .nullable(),
      lastTraining: z
        .object({
          finishedAt: z.string(),
          outcome: z.enum(['adopted', 'refused', 'failed']),
          reason: z.string().nullable(),
          version: z.string().nullable(),
        })
        .nullable(),
      profiles: z.array(profile),
    }),
  ),
});

/** Projects as the page reads them. */
export type ProjectsAnswer = z.infer<typeof projectsAnswer>;

/** The schema of a rollback's body; without a version the one before the active one is meant. */
export const rollbackRequest = z.object({ version: z.string().optional() });

/** The schema of its answer: the version that is active now, null for none. */
export const rollbackAnswer = z.object({ active: z.string().nullable() });

/** The schema of the answer to a wanted training. */
export const trainingAnswer = z.looseObject({ training: z.looseObject({}) });

const measures = z.object({ mIoU: share, mRecall: share, mPrecision: share, mFPR: z.number(), best_iou: share });

/** The schema of a project's accuracy: one entry for each annotation. */
export const accuracyAnswer = z.object({
  annotations: z.array(
    z.object({
      project: z.string(),
      task: z.string(),
      annotation: z.string(),
      annotator: z.string().nullable(),
      at: z.string(),
      modelVersion: z.string(),
      measures: measures.extend({ boundary: measures }),
      regions: z.object({ accepted: z.number(), edited: z.number(), rejected: z.number(), drawn: z.number() }),
      editedShare: z.number().describe('Pixels that the annotator changed, as a share of the image.'),
      leadTimeS: z.number().nullable(),
    }),
  ),
});

/** A project's accuracy as the page reads it. */
export type AccuracyAnswer = z.infer<typeof accuracyAnswer>;
