import type { OpenCaseImage } from '../../annotations/case-images.js';
import type { EvaluationCase, EvaluationSource } from '../../annotations/evaluation-case.js';
import { materialProfile } from '../../booster/material-profile.js';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import type { MaterialCount } from '../../core/material-count.js';
import { valueOrThrow } from '../../core/result.js';
import { decodeMicrograph } from '../../imaging/decode-micrograph.js';
import type { PaintableLabels } from '../../label-studio/assign-labels.js';
import { meanOf } from '../../metrics/statistics.js';
import { cachedEmbedding, type EmbeddingCache, embeddingKey } from '../../painting/embedding-cache.js';
import type { LoadedModels } from '../../pipeline/loaded-models.js';
import { isUsable } from '../../pipeline/use-profile.js';
import type { LastTraining, ProfileStore, StoredProfile, TrainingRecord } from '../../store/profile-store.js';
import { type GateImage, judgeProfile } from './gate.js';
import { type LearnedCandidate, learnProfile, profileOf } from './learn-profile.js';
import { paintImage, scorePainting } from './score-image.js';
import { type AcceptedMask, acceptedMasks, prepareImage, type TrainingImage } from './training-image.js';
import { withTrainingLock } from './training-lock.js';

/** What a training needs. */
export interface TrainingJob {
  /** Label Studio's project id, or the name of what was exported. */
  readonly project: string;
  readonly source: EvaluationSource;
  /** Undefined: every label that was used counts. */
  readonly labels: PaintableLabels<string> | undefined;
  /** Undefined: as many as there are labels at most. */
  readonly materials: MaterialCount | undefined;
  readonly open: OpenCaseImage;
  readonly models: LoadedModels;
  readonly baseVersion: string;
  readonly embeddings: EmbeddingCache;
  readonly maxPixels: number;
  readonly store: ProfileStore;
  /** Milliseconds to wait for another training of the project to end. Default: none. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** `done` in [0, 1]. */
  readonly onProgress: (done: number, line: string) => void;
  readonly onProblem: (line: string) => void;
}

/** What came of a training; `profile` is the one that is in use now. */
export interface TrainingOutcome extends LastTraining {
  readonly images: number;
  readonly heldOutIou: number | null;
  readonly zeroShotIou: number | null;
  readonly file: string | null;
}

/** Names are learned from so many images, the newest; more would say the same. */
const mostImages = 200;
/** The pipeline is run on so many of them: it takes seconds for each. */
const mostTuned = 12;
/** Share of the progress that belongs to reading and describing images. */
const preparingShare = 0.6;

/**
 * Learns from what people accepted, compares the result with the profile in use on images that were held out, and puts it in its place if it is not
 * worse. One training per project at a time. How it ended is kept, whatever it was.
 */
export async function trainProject(job: TrainingJob): Promise<TrainingOutcome> {
  const { project, store, patienceMs, signal } = job;
  const work = async (): Promise<TrainingOutcome> => {
    try {
      const outcome = await train(job);
      await store.recordTraining(project, outcome);
      return outcome;
    } catch (thrown) {
      const { code, message, hint } = asSamIAmError(thrown);
      if (code === 'cancelled') throw thrown;
      const reason = `${message}. ${hint}`;
      await store.recordTraining(project, {
        finishedAt: new Date().toISOString(),
        outcome: 'failed',
        reason,
        version: null,
      });
      throw thrown;
    }
  };
  return withTrainingLock(store.folderOf(project), work, { patienceMs, signal });
}

async function train(job: TrainingJob): Promise<TrainingOutcome> {
  const { project, store, models } = job;
  const cases = await readCases(job);
  const labels = job.labels ?? { labels: labelsUsed(cases), hasUnknown: false };
  const images = await prepareImages(cases, labels, job);
  if (images.length === 0) throw nothingAccepted();
  const candidate = await learnProfile(images, labels, await models.namingSpread(), (done) => {
    stopIfAsked(job);
    job.onProgress(preparingShare + (1 - preparingShare) * done, 'comparing choices on held-out images');
    // Progress is told, and a request to stop heard, in between.
    return new Promise((resolve) => setImmediate(resolve));
  });
  if (candidate === undefined) throw nothingAccepted();
  const current = await store.active(project);
  const gate = await gateImages(candidate, images, current, labels, job);
  const verdict = judgeProfile(gate, current !== undefined, candidate.expectedRight);
  const heldOutIou = meanOf(candidate.images.flatMap(({ heldOut }) => heldOut?.named ?? [])) ?? null;
  const zeroShotIou = meanOf(candidate.images.map(({ zeroShot }) => zeroShot.named)) ?? null;
  const figures = { images: images.length, heldOutIou, zeroShotIou };
  const finishedAt = new Date().toISOString();
  if (!verdict.adopt) {
    return { ...figures, finishedAt, outcome: 'refused', reason: verdict.reason, version: null, file: null };
  }
  const record: Omit<TrainingRecord, 'version'> = {
    createdAt: finishedAt,
    baseVersion: job.baseVersion,
    ...figures,
    scores: candidate.images.map((image) => ({ ...image })),
  };
  const profile = profileOf(candidate, {
    textureSha256: models.textureSha256,
    about: `${images.length} accepted images of project ${project}`,
  });
  const adopted = await store.adopt(project, profile, record);
  return {
    ...figures,
    finishedAt,
    outcome: 'adopted',
    reason: verdict.reason,
    version: adopted.modelVersion,
    file: adopted.file,
  };
}

interface AcceptedCase {
  readonly evaluated: EvaluationCase;
  readonly changedAt: string;
}

/** The newest accepted images, oldest first; what can't be read is named and left out. */
async function readCases(job: TrainingJob): Promise<AcceptedCase[]> {
  let cases: AcceptedCase[] = [];
  for await (const { evaluated, problems } of job.source.items()) {
    stopIfAsked(job);
    for (const { file, message, hint } of problems) job.onProblem(`${file}: ${message}. ${hint}`);
    if (evaluated === null) continue;
    const changedAt =
      evaluated.annotations
        .map(({ completedAt }) => completedAt ?? '')
        .sort()
        .at(-1) ?? '';
    cases.push({ evaluated, changedAt });
    if (cases.length > 2 * mostImages) cases = newest(cases);
  }
  return newest(cases);
}

function newest(cases: readonly AcceptedCase[]): AcceptedCase[] {
  return cases.toSorted((a, b) => (a.changedAt < b.changedAt ? -1 : 1)).slice(-mostImages);
}

function labelsUsed(cases: readonly AcceptedCase[]): string[] {
  const used = cases.flatMap(({ evaluated }) => evaluated.annotations[0].regions.map(({ label }) => label));
  return [...new Set(used)].sort();
}

async function prepareImages(
  cases: readonly AcceptedCase[],
  labels: PaintableLabels<string>,
  job: TrainingJob,
): Promise<TrainingImage[]> {
  const taught = cases.flatMap(({ evaluated }) => {
    const accepted = acceptedMasks(evaluated, labels.labels);
    return accepted.length === 0 ? [] : [{ evaluated, accepted }];
  });
  const materials = job.materials ?? { atMost: labels.labels.length };
  const images: TrainingImage[] = [];
  for (const [index, { evaluated, accepted }] of taught.entries()) {
    stopIfAsked(job);
    job.onProgress((preparingShare * index) / taught.length, evaluated.file);
    const isTuned = index >= taught.length - mostTuned;
    try {
      images.push(await prepareCase(evaluated, accepted, isTuned, materials, job));
    } catch (thrown) {
      const { message, hint } = asSamIAmError(thrown);
      job.onProblem(`${evaluated.file}: ${message}. ${hint}`);
    }
  }
  return images;
}

async function prepareCase(
  evaluated: EvaluationCase,
  accepted: readonly AcceptedMask[],
  isTuned: boolean,
  materials: MaterialCount,
  { open, models, embeddings, maxPixels, signal }: TrainingJob,
): Promise<TrainingImage> {
  const file = valueOrThrow(await open(evaluated, signal));
  const micrograph = valueOrThrow(await decodeMicrograph(file.name, file.bytes, { maxPixels }));
  if (micrograph.width !== evaluated.width || micrograph.height !== evaluated.height) throw otherSize(evaluated);
  const key = embeddingKey(file, models.weights);
  const encode = () => cachedEmbedding(embeddings, key, () => models.sam.encode(micrograph));
  const [{ id, completedAt }] = evaluated.annotations;
  const options = { models, micrograph, accepted, materials, encode: isTuned ? encode : undefined };
  return prepareImage(evaluated.id, `${id} ${completedAt ?? ''}`, options);
}

/** What the profile in use makes of images that it has not seen; of those that it has seen, what it made of them when they were held out. */
async function gateImages(
  candidate: LearnedCandidate,
  images: readonly TrainingImage[],
  current: StoredProfile | undefined,
  labels: PaintableLabels<string>,
  { models }: TrainingJob,
): Promise<GateImage[]> {
  const parsed = materialProfile.safeParse(current?.content).data;
  const profile = parsed && isUsable(parsed, models.textureSha256) ? parsed : undefined;
  const gate: GateImage[] = [];
  for (const { task, annotation, heldOut, zeroShot } of candidate.images) {
    const image = images.find(({ id }) => id === task);
    const seen = current?.training.scores.find((score) => score.task === task);
    const isSame = seen !== undefined && seen.annotation === annotation;
    const described = seen !== undefined || profile === undefined ? undefined : await image?.found?.(profile);
    const scored =
      described === undefined || image === undefined
        ? null
        : scorePainting(paintImage(image, described, profile, labels), image.accepted);
    gate.push({ next: heldOut, current: isSame ? seen.heldOut : scored, zeroShot });
  }
  return gate;
}

function stopIfAsked({ signal }: TrainingJob): void {
  if (signal?.aborted !== true) return;
  throw new SamIAmError('cancelled', 'the training was stopped', {
    hint: 'Nothing has changed: the profile in use stays; start it again when you like.',
  });
}

function nothingAccepted(): SamIAmError {
  return new SamIAmError('request.invalid', 'the project has no accepted annotation with brush masks of its labels', {
    hint: 'Submit at least one task with painted materials, then train again.',
  });
}

function otherSize({ width, height }: EvaluationCase): SamIAmError {
  return new SamIAmError('request.invalid', `the image has another size than its masks, ${width} × ${height} pixels`, {
    hint: 'Annotate the task again: its image was replaced.',
  });
}
