import type { RequestHandler } from 'express';
import { readAnnouncedQueues } from '../../store/announced-queues.js';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';

/** `GET /api/jobs`: the queue, its workers and its newest jobs, and what other commands tell of theirs, for the web page. */
export function jobsRoute({ jobs, settings }: RouteDeps): RequestHandler {
  return async (_request, response) => {
    const [overview, announced] = await Promise.all([jobs.overview(), readAnnouncedQueues(settings.dataDir)]);
    response.json({ ...overview, elsewhere: announced.map(({ at: _, ...queue }) => queue) });
  };
}

/** `POST /api/jobs/:id/cancel` and `/retry`: the job as it is then. */
export function changeJobRoute({ jobs }: RouteDeps, to: 'cancel' | 'retry'): RequestHandler {
  return async (request, response) => {
    const { id } = request.params;
    const job = typeof id === 'string' ? await jobs.change(id, to) : undefined;
    if (job === undefined) {
      throw new RefusedRequest(404, 'there is no such job', 'Look at GET /api/jobs; old jobs are forgotten.');
    }
    response.json(job);
  };
}
