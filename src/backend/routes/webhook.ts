import type { RequestHandler } from 'express';
import { webhookRequestSchema } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { parseBody } from '../parse-body.js';
import { noteAnnotations } from '../submitted-annotations.js';
import { trainingNotAvailable } from './train.js';

/** `POST /webhook`: project events, and the button "Start training". Label Studio waits one second while its user does. */
export function webhookRoute(deps: RouteDeps): RequestHandler {
  return (request, response) => {
    const { action } = parseBody(webhookRequestSchema, request.body);
    if (deps.accuracy !== undefined) noteAnnotations(request.body, deps.accuracy, deps);
    response.json(action === 'START_TRAINING' ? trainingNotAvailable : { status: 'ok', action });
  };
}
