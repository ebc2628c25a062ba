import { z } from 'zod';
import type { Settings } from '../../config/settings.js';
import { createAuthorize } from '../../label-studio/access-token.js';
import { createLabelStudioApi } from '../../label-studio/label-studio-api.js';
import { modelsFolder } from '../../painting/models/load-models.js';
import { openConnection } from '../compose.js';
import { checkAddress, checkToken } from './check-connection.js';
import { checkMachine } from './check-machine.js';
import { checkProject } from './check-project.js';
import { fault, type Finding, warning } from './finding.js';

/** A wrong address should be told in seconds. */
const patienceMs = 10_000;
const mostProjects = 20;

/**
 * Looks for whatever keeps predictions from Label Studio, from this machine's models to the image of a task, and names the cure.
 * `project`: only this one; undefined: all that have a model connected. Nothing is changed anywhere.
 */
export async function* runDoctor(settings: Settings, project: string | undefined): AsyncGenerator<Finding> {
  yield* checkMachine(settings, modelsFolder);
  const { labelStudioUrl: url, labelStudioApiKey: token } = settings;
  if (url === undefined) {
    yield fault('address', 'LABEL_STUDIO_URL is not set', 'Set it, or give --url, to the address of Label Studio.');
    return;
  }
  const connection = openConnection(settings, { timeoutMs: patienceMs });
  const { http, fetchTaskImage } = connection;
  try {
    const authorize = createAuthorize(http);
    const address = await checkAddress(url, createLabelStudioApi(http, authorize, url, undefined));
    yield address;
    if (address.status === 'fault') return;
    const api = createLabelStudioApi(http, authorize, url, token);
    const login = await checkToken(settings, api);
    yield login;
    if (login.status === 'fault') return;
    const tools = { settings, access: { url, token }, api, http, fetchTaskImage };
    const projects = project === undefined ? connectedProjects((await api.get('/api/ml')).json) : [project];
    if (projects.length === 0) yield warning('projects', 'no project has a model', 'Give --project to check one.');
    for (const id of projects) yield* checkProject(id, tools);
  } finally {
    await connection.close();
  }
}

function connectedProjects(json: unknown): string[] {
  const backends = z.array(z.object({ project: z.number() })).safeParse(json).data ?? [];
  return [...new Set(backends.map(({ project }) => String(project)))].slice(0, mostProjects);
}
