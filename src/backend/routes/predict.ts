import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { SamIAmError } from '../../core/errors.js';
import { parseLabelConfig } from '../../label-studio/label-config.js';
import {
  predictRequestSchema,
  type PredictAnswer,
  type PredictionEntry,
  type PredictRequest,
} from '../../label-studio/protocol.js';
import { readUserPrompt } from '../../label-studio/user-prompt.js';
import type { RouteDeps } from '../app-deps.js';
import { errorBody } from '../error-response.js';
import { requestLogger } from '../middleware/request-id.js';
import { parseBody } from '../parse-body.js';
import { predictPrompted, predictTasks, type PredictJob, type TaskOutcome } from '../predict-tasks.js';
import { labelStudioAccess } from '../project-registry.js';
import { slowAnswer } from '../slow-answer.js';

/** `POST /predict`: every material of each task's image, or, with a context, the mask that a user points at. */
export function predictRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    const body = parseBody(predictRequestSchema, request.body);
    const signal = abortOnDisconnect(response);
    const answer = slowAnswer(response);
    try {
      const results = await deps.queue.admit(() =>
        predict(body, signal, { ...deps, logger: requestLogger(deps.logger, response) }),
      );
      answer.send(results);
    } finally {
      answer.stop();
    }
  };
}

async function predict(body: PredictRequest, signal: AbortSignal, deps: RouteDeps): Promise<PredictAnswer> {
  await modelsReady(deps, signal);
  const project = deps.projects.find(body.project);
  const job: PredictJob = {
    labelConfig: parseLabelConfig(body.label_config ?? project?.labelConfig ?? ''),
    labelStudio: labelStudioAccess(deps.settings, project),
    signal,
  };
  const prompts = body.params?.context?.result ?? [];
  if (prompts.length > 0) return answerPrompts(body.tasks, prompts, job, deps);
  const outcomes = await predictTasks(body.tasks, job, deps);
  logFailures(outcomes, deps.logger);
  return toAnswer(outcomes, deps.service.modelVersion);
}

/** Label Studio shows an interactive failure only if the whole request fails: an entry without result would show nothing. */
async function answerPrompts(
  tasks: readonly unknown[],
  prompts: readonly unknown[],
  job: PredictJob,
  deps: RouteDeps,
): Promise<PredictAnswer> {
  const prompt = readUserPrompt(prompts);
  if (prompt === undefined) {
    throw new SamIAmError('request.invalid', 'the context has no key point and no rectangle', {
      hint: 'Use the smart key point or rectangle tool of the label config.',
    });
  }
  const outcome = await predictPrompted(tasks[0], prompt, job, deps);
  if (!outcome.result.ok) throw outcome.result.error;
  return toAnswer([outcome], deps.service.modelVersion);
}

function toAnswer(outcomes: readonly TaskOutcome[], modelVersion: string): PredictAnswer {
  const errors = outcomes.flatMap(({ taskId, result }, index) =>
    result.ok ? [] : [{ ...errorBody(result.error), task: taskId, index }],
  );
  const results = outcomes.map(({ result }) => toEntry(result, modelVersion));
  return errors.length === 0 ? { results } : { results, errors };
}

function toEntry(result: TaskOutcome['result'], modelVersion: string): PredictionEntry {
  if (!result.ok) return { model_version: modelVersion, error: errorBody(result.error) };
  const { regions, score, warnings } = result.value;
  const entry = { model_version: modelVersion, score, result: regions };
  return warnings.length === 0 ? entry : { ...entry, warnings };
}

/** Label Studio may ask before the models are loaded; it waits long enough. */
async function modelsReady({ service }: RouteDeps, signal: AbortSignal): Promise<void> {
  if (service.isReady()) return;
  const withdrawn = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(new SamIAmError('cancelled', 'the request was withdrawn', { hint: 'Ask again.' })),
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

function logFailures(outcomes: readonly TaskOutcome[], logger: Logger): void {
  for (const { taskId, result } of outcomes) {
    if (!result.ok) logger.warn({ taskId, ...errorBody(result.error) }, 'task not predicted');
    else for (const warning of result.value.warnings) logger.warn({ taskId }, warning);
  }
}
