import type { RequestHandler, Response } from 'express';
import { SamIAmError } from '../../core/errors.js';
import { parseLabelConfig } from '../../label-studio/label-config.js';
import {
  mostTasks,
  type PredictAnswer,
  type PredictionEntry,
  type PredictRequest,
  predictRequestSchema,
  projectNumberOf,
  type TaskErrorAt,
} from '../../label-studio/protocol.js';
import { tooManyTasks } from '../../label-studio/task-stream.js';
import { promptRegions, readUserPrompt } from '../../label-studio/user-prompt.js';
import { toServedRegion } from '../../painting/results/served-copies.js';
import type { RouteDeps } from '../app-deps.js';
import { longestHoldMs } from '../door.js';
import { errorBody } from '../error-response.js';
import { isLabelStudioCall } from '../label-studio-call.js';
import { requestLogger } from '../middleware/request-id.js';
import { parseBody } from '../parse-body.js';
import { type PredictJob, predictPrompted, predictTasks, type TaskOutcome } from '../predict-tasks.js';
import { labelStudioAccess } from '../project-registry.js';
import { type SlowAnswer, slowAnswer } from '../slow-answer.js';

/** A prompt that fails can say so in its status, which is all that its user sees, as long as nothing of the answer was sent. */
const longestSilentPromptMs = 60_000;

/** One predict request on its way through. */
interface PredictCall {
  readonly body: PredictRequest;
  readonly fromLabelStudio: boolean;
  readonly signal: AbortSignal;
  readonly answer: SlowAnswer;
  readonly deps: RouteDeps;
}

/** Under which version a prediction is known. */
function versionOf({ profile }: PredictJob, { service }: RouteDeps): string {
  return profile?.modelVersion ?? service.modelVersion;
}

/** `POST /predict`: every material of each task's image, or, with a context, the mask that a user points at. */
export function predictRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    const answer = slowAnswer(response);
    const call: PredictCall = {
      body: parseBody(predictRequestSchema, request.body),
      fromLabelStudio: isLabelStudioCall(request),
      signal: abortOnDisconnect(response),
      answer,
      deps: { ...deps, logger: requestLogger(deps.logger, response) },
    };
    try {
      await deps.door.admit(() => predict(call), { hold: call.fromLabelStudio, signal: call.signal });
    } finally {
      answer.stop();
    }
  };
}

async function predict(call: PredictCall): Promise<void> {
  const { body, signal, answer, deps } = call;
  if (body.tasks.length > mostTasks) throw tooManyTasks(mostTasks);
  await modelsReady(deps, signal);
  const project = deps.projects.find(body.project);
  const number = projectNumberOf(body.project);
  const job: PredictJob = {
    labelConfig: parseLabelConfig(body.label_config ?? project?.labelConfig ?? noConfig(body.project)),
    labelStudio: labelStudioAccess(deps.settings, project),
    signal,
    profile: await deps.learning?.profiles.find(body.project),
    project: number === undefined ? undefined : Number(number),
  };
  const context = body.params?.context?.result ?? [];
  if (context.length > 0) {
    answer.begin(longestSilentPromptMs);
    answer.send(await answerPrompts(promptRegions(context), job, call));
    return;
  }
  const outcomes = predictTasks(body.tasks, job, deps);
  const modelVersion = versionOf(job, deps);
  answer.begin();
  const errors: TaskErrorAt[] = [];
  const entries = (async function* () {
    let index = 0;
    for await (const { taskId, result } of outcomes) {
      if (signal.aborted) return;
      keep({ taskId, result }, call, modelVersion);
      if (!result.ok) errors.push({ ...errorBody(result.error), task: taskId, index });
      index++;
      yield toEntry(result, call, modelVersion);
    }
  })();
  await answer.sendResults(entries, () => (errors.length === 0 ? {} : { errors }));
}

function noConfig(project: string | undefined): never {
  const named = project === undefined ? 'names no project' : `is for project ${project}, which was never set up here`;
  throw new SamIAmError('label_config.unreadable', `the request has no label config, and it ${named}`, {
    hint: 'Send label_config with the request, or POST /setup first, as Label Studio does.',
  });
}

/** Label Studio shows an interactive failure only if the whole request fails: an entry without result would show nothing. */
async function answerPrompts(prompts: readonly unknown[], job: PredictJob, call: PredictCall): Promise<PredictAnswer> {
  const prompt = readUserPrompt(prompts);
  if (prompt === undefined) {
    throw prompts.length === 0 ? noPrompt() : damagedPrompt();
  }
  const outcome = await predictPrompted(call.body.tasks[0], prompt, job, call.deps);
  if (!outcome.result.ok) throw outcome.result.error;
  const modelVersion = versionOf(job, call.deps);
  keep(outcome, call, modelVersion, prompts);
  return { results: [toEntry(outcome.result, call, modelVersion)] };
}

function noPrompt(): SamIAmError {
  return new SamIAmError('request.invalid', 'the context has no key point, no rectangle and no brush stroke', {
    hint: 'Use the smart key point or rectangle tool of the label config.',
  });
}

function damagedPrompt(): SamIAmError {
  const needed =
    'key points and rectangles need x and y in percent, brush strokes a mask with original_width and original_height';
  return new SamIAmError('request.invalid', `none of the prompts in the context can be read: ${needed}`, {
    hint: 'Send regions as Label Studio does.',
  });
}

/**
 * A failed task has an empty result, except for Label Studio: it stores an empty result as a prediction and never asks again,
 * and passes over an entry without one, so that it asks again later (docs/decisions/0004).
 */
function toEntry(
  result: TaskOutcome['result'],
  { fromLabelStudio }: PredictCall,
  modelVersion: string,
): PredictionEntry {
  const version = { model_version: modelVersion };
  if (!result.ok) {
    const error = errorBody(result.error);
    return fromLabelStudio ? { ...version, error } : { ...version, score: 0, result: [], error };
  }
  const { regions, notes, score, warnings } = result.value;
  const entry = { ...version, score, result: [...regions, ...notes] };
  return warnings.length === 0 ? entry : { ...entry, warnings };
}

/** Logs what went wrong; keeps a copy of what is served, because Label Studio forgets it. */
function keep(
  { taskId, result }: TaskOutcome,
  { body, deps }: PredictCall,
  modelVersion: string,
  prompts: readonly unknown[] = [],
): void {
  const { logger, settings, predictions } = deps;
  if (!result.ok) {
    if (result.error.code !== 'cancelled') logger.warn({ taskId, ...errorBody(result.error) }, 'task not predicted');
    return;
  }
  const { regions, score, warnings } = result.value;
  for (const warning of warnings) logger.warn({ taskId }, warning);
  if (taskId === null) return;
  predictions
    .record({
      project: body.project ?? '',
      task: taskId,
      modelVersion,
      servedAt: new Date().toISOString(),
      parameters: { materials: settings.materials ?? null, click: settings.click },
      prompts: [...prompts],
      score,
      regions: regions.map(toServedRegion),
    })
    .catch((thrown: unknown) => logger.error({ taskId, err: thrown }, 'the copy of a prediction could not be kept'));
}

/** Label Studio may ask before the models are loaded; it waits long enough. */
async function modelsReady({ service }: RouteDeps, signal: AbortSignal): Promise<void> {
  if (service.isReady()) return;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(longestHoldMs)]);
  const withdrawn = new Promise<never>((_, reject) => {
    ended.addEventListener('abort', () =>
      reject(
        signal.aborted
          ? new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again.' })
          : new SamIAmError('model.not_ready', 'the models are still loading', { hint: 'Ask again in a minute.' }),
      ),
    );
  });
  await Promise.race([service.ready, withdrawn]);
}

function abortOnDisconnect(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
