import type { RequestHandler } from 'express';
import { findPaintTargets, parseLabelConfig } from '../../label-studio/label-config.js';
import { projectNumberOf, setupRequestSchema } from '../../label-studio/protocol.js';
import type { RouteDeps } from '../app-deps.js';
import { parseBody } from '../parse-body.js';

/**
 * `POST /setup`: remembers the project and answers at once with the version that predictions will carry. A label config that
 * nothing can be painted with is refused here, because here the reason reaches the user: Label Studio shows it where the model
 * is connected. A project that has no label config yet is welcome.
 */
export function setupRoute({ projects, service, learning }: RouteDeps): RequestHandler {
  return async (request, response) => {
    const setup = parseBody(setupRequestSchema, request.body);
    const id = projectNumberOf(setup.project);
    projects.remember(setup);
    if (!isBlank(setup.schema)) findPaintTargets(parseLabelConfig(setup.schema ?? ''));
    if (id !== undefined) learning?.connected(id);
    const profile = await learning?.profiles.find(id);
    response.json({ model_version: profile?.modelVersion ?? service.modelVersion });
  };
}

/** Label Studio's own first config is an empty `<View>`. */
function isBlank(schema: string | null | undefined): boolean {
  const text = (schema ?? '').replace(/\s+/g, ' ').trim();
  return /^(<View ?(\/>|> ?<\/View>))?$/i.test(text);
}
