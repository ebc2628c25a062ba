import type { RequestHandler } from 'express';

/** What a request to learn from annotations is told, as long as there is no training. */
export const trainingNotAvailable = {
  status: 'not_available',
  message: 'Learning from annotations is not available yet; predictions come from the models as they are.',
} as const;

/** `POST /train`: older Label Studio servers ask here for training. */
export function trainRoute(): RequestHandler {
  return (_request, response) => {
    response.json(trainingNotAvailable);
  };
}
