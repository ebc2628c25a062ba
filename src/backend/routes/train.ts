import type { RequestHandler } from 'express';
import { z } from 'zod';
import { projectNumberOf, projectSchema } from '../../label-studio/protocol.js';
import type { TrainingState } from '../../learning/training/trainer.js';
import type { RouteDeps } from '../app-deps.js';
import { parseBody } from '../parse-body.js';

/** What a request to learn from annotations is told; Label Studio keeps `job`. */
export interface TrainingAnswer {
  readonly status: 'ok' | 'not_available';
  readonly job?: string;
  readonly training?: TrainingState;
  readonly message: string;
}

/** Starts the training of a project, answers as soon as that is on record. `project` may be followed by its time of creation. */
export async function startTraining(project: string | undefined, { learning }: RouteDeps): Promise<TrainingAnswer> {
  const id = projectNumberOf(project);
  if (learning === undefined || id === undefined) {
    return {
      status: 'not_available',
      message: 'Training is not available: the request names no project, or this server does not learn.',
    };
  }
  const training = await learning.train(id);
  const message = 'Training runs in the background; its result becomes a new model version if it is not worse.';
  return { status: 'ok', job: `${id}-${training.startedAt}`, training, message };
}

const trainBody = z.looseObject({
  project: z.union([z.string(), z.number(), z.looseObject({ id: z.union([z.string(), z.number()]) })]).nullish(),
});

/** The project that a body names, as a number, a text or an object. */
export function projectIn(body: unknown): string | undefined {
  const { project } = parseBody(trainBody, body ?? {});
  if (project === undefined || project === null) return undefined;
  return parseBody(z.object({ project: projectSchema }), {
    project: typeof project === 'object' ? project.id : project,
  }).project;
}

/** `POST /train`: older Label Studio servers ask here for training. */
export function trainRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    response.json(await startTraining(projectIn(request.body), deps));
  };
}
