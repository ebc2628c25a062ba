import type { RequestHandler } from 'express';
import { findPaintTargets, parseLabelConfig } from '../../label-studio/label-config.js';
import { validateRequestSchema } from '../../label-studio/protocol.js';
import { parseBody } from '../parse-body.js';

/** `POST /validate`: older Label Studio servers ask here whether a label config suits the backend. */
export function validateRoute(): RequestHandler {
  return (request, response) => {
    const { config, label_config: labelConfig, schema } = parseBody(validateRequestSchema, request.body ?? {});
    const xml = config ?? labelConfig ?? schema;
    if (typeof xml === 'string' && xml !== '') findPaintTargets(parseLabelConfig(xml));
    response.json({ status: 'ok' });
  };
}
