import type { RequestHandler } from 'express';
import { webhookRequestSchema } from '../../label-studio/protocol.js';
import { parseBody } from '../parse-body.js';
import { trainingNotAvailable } from './train.js';

/** `POST /webhook`: project events, and the button "Start training". Label Studio waits one second while its user does. */
export function webhookRoute(): RequestHandler {
  return (request, response) => {
    const { action } = parseBody(webhookRequestSchema, request.body);
    response.json(action === 'START_TRAINING' ? trainingNotAvailable : { status: 'ok', action });
  };
}
