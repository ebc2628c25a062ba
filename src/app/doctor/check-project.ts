import { z } from 'zod';
import type { Settings } from '../../config/settings.js';
import { asSamIAmError, SamIAmError } from '../../core/errors.js';
import { withoutTrailing } from '../../core/without-trailing.js';
import { decodeMicrograph } from '../../imaging/decode-micrograph.js';
import type { FetchTaskImage } from '../../label-studio/fetch-task-image.js';
import type { HttpClient } from '../../label-studio/http-client.js';
import { imageAddressesOf, type LabelStudioAccess } from '../../label-studio/image-address.js';
import {
  findPaintTargets,
  type LabelConfig,
  labelConfigOfTask,
  type PaintTarget,
  parseLabelConfig,
} from '../../label-studio/label-config.js';
import type { LabelStudioApi } from '../../label-studio/label-studio-api.js';
import { taskSchema } from '../../label-studio/protocol.js';
import { fault, faultOf, type Finding, ok, warning } from './finding.js';

/** What a project is checked with. */
export interface ProjectTools {
  readonly settings: Settings;
  readonly access: LabelStudioAccess & { readonly url: string };
  readonly api: LabelStudioApi;
  readonly http: HttpClient;
  readonly fetchTaskImage: FetchTaskImage;
}

const projectSchema = z.object({ title: z.string(), label_config: z.string() });
const backendsSchema = z.array(
  z.object({
    url: z.string(),
    state: z.string(),
    error_message: z.string().nullish(),
    is_interactive: z.boolean().nullish(),
  }),
);
const tasksSchema = z.object({ tasks: z.array(z.unknown()) });
const errorSchema = z.object({ detail: z.string().optional() });

/** Its label config, the connection back to the backend, and the images of its first tasks. */
export async function* checkProject(id: string, tools: ProjectTools): AsyncGenerator<Finding> {
  const name = `project ${id}`;
  const project = await readProject(id, tools);
  if ('status' in project) {
    yield project;
    return;
  }
  const targets = readTargets(project.label_config);
  yield targets instanceof SamIAmError
    ? faultOf(`${name}: label config`, targets)
    : ok(`${name}: label config`, describeTargets(targets));
  yield* checkBackends(id, tools);
  if (!(targets instanceof SamIAmError)) yield* checkImages(id, parseLabelConfig(project.label_config), tools);
}

async function readProject(id: string, { api }: ProjectTools): Promise<Finding | z.infer<typeof projectSchema>> {
  const check = `project ${id}`;
  try {
    const { status, json } = await api.get(`/api/projects/${encodeURIComponent(id)}/`);
    const parsed = projectSchema.safeParse(json);
    if (status === 200 && parsed.success) return parsed.data;
    return fault(
      check,
      `Label Studio shows no project ${id} to this user (status ${status})`,
      'Give the number from its address (/projects/<number>/), and a token of a user who can open it.',
    );
  } catch (thrown) {
    return faultOf(check, thrown);
  }
}

function readTargets(labelConfig: string): [PaintTarget, ...PaintTarget[]] | SamIAmError {
  try {
    return findPaintTargets(parseLabelConfig(labelConfig));
  } catch (thrown) {
    return asSamIAmError(thrown);
  }
}

function describeTargets(targets: readonly PaintTarget[]): string {
  return targets
    .map(
      ({ image, labels }) =>
        `"${image.name}" is painted with ${labels.map(({ label }) => label).join(', ') || "each task's own labels"}`,
    )
    .join('; ');
}

async function* checkBackends(id: string, tools: ProjectTools): AsyncGenerator<Finding> {
  const check = `project ${id}: model`;
  const backends = backendsSchema.safeParse((await tools.api.get(`/api/ml?project=${encodeURIComponent(id)}`)).json);
  if (!backends.success) {
    yield fault(
      check,
      'Label Studio does not tell its connected models',
      'Use a token of a user who may edit the project.',
    );
    return;
  }
  for (const { url, state, error_message: reason, is_interactive: isInteractive } of backends.data) {
    if (state === 'CO' || state === 'TR' || state === 'PR') {
      yield ok(check, `${url} is connected`);
      if (isInteractive !== true) {
        const hint = 'Switch on "Interactive preannotations" of the model in the settings of the project.';
        yield warning(check, `clicks do not reach ${url}: it is not interactive`, hint);
      }
    } else yield await diagnoseBackend(check, url, reason ?? '', tools);
  }
  if (backends.data.length === 0) yield await diagnoseNoBackend(check, id, tools);
}

/** Why Label Studio cannot use a backend that it knows. */
async function diagnoseBackend(check: string, url: string, reason: string, { http }: ProjectTools): Promise<Finding> {
  if (reason !== '')
    return fault(
      check,
      `${url} answers Label Studio with an error: ${reason}`,
      'Do what it says, then reload the page.',
    );
  try {
    const { status } = await http.send(`${withoutTrailing(url, '/')}/health`, { asked: 'api', trusted: true });
    if (status === 401)
      return fault(
        check,
        `${url} wants a user and a password`,
        'Give the model BASIC_AUTH_USER and BASIC_AUTH_PASS as basic authentication.',
      );
    if (status !== 200)
      return fault(
        check,
        `${url} answers /health with ${status}`,
        'Correct the address of the model in the settings of the project.',
      );
    return fault(
      check,
      `${url} answers here, but not to Label Studio`,
      "Give the address under which Label Studio's machine reaches the backend; on a private network Label Studio needs LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false.",
    );
  } catch {
    return fault(
      check,
      `nothing answers at ${url}`,
      'Start the backend (sam-i-am serve), or correct the address of the model in the project.',
    );
  }
}

/** An address at which nothing listens: adding it fails, and how it fails tells whether private addresses are blocked. */
const probeUrl = 'http://127.0.0.1:1';

async function diagnoseNoBackend(check: string, id: string, { api }: ProjectTools): Promise<Finding> {
  const answer = await api.post('/api/ml', { project: Number(id), url: probeUrl, title: 'sam-i-am doctor' });
  const added = z.object({ id: z.number() }).safeParse(answer.json).data?.id;
  if (answer.status === 201 && added !== undefined) await api.delete(`/api/ml/${added}`);
  const detail = errorSchema.safeParse(answer.json).data?.detail ?? '';
  if (answer.status === 403 && /reserved|private|address/i.test(detail)) {
    return fault(
      check,
      'no model is connected, and Label Studio refuses those on private addresses',
      'Start Label Studio with LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false and LABEL_STUDIO_SSRF_PROTECTION_ENABLED=false, then connect the backend.',
    );
  }
  return fault(
    check,
    'no model is connected',
    'Connect the address of sam-i-am serve in the project: Settings, Model, Connect Model.',
  );
}

const triedTasks = 3;

async function* checkImages(id: string, config: LabelConfig, tools: ProjectTools): AsyncGenerator<Finding> {
  const check = `project ${id}: images`;
  // Listing tasks, unlike reading one, makes Label Studio ask no backend.
  const answer = await tools.api.get(`/api/tasks?project=${encodeURIComponent(id)}&page_size=${triedTasks}`);
  const tasks = tasksSchema.safeParse(answer.json).data?.tasks ?? [];
  if (tasks.length === 0) yield warning(check, 'the project has no tasks', 'Import some micrographs.');
  for (const task of tasks) yield await checkImage(check, task, config, tools);
}

async function checkImage(check: string, task: unknown, config: LabelConfig, tools: ProjectTools): Promise<Finding> {
  const { settings, access, fetchTaskImage } = tools;
  try {
    const parsed = taskSchema.parse(task);
    const name = `task ${parsed.id ?? '?'}`;
    const [{ image }] = findPaintTargets(labelConfigOfTask(config, parsed.data));
    const [address = ''] = imageAddressesOf(parsed, image);
    const stranger = await strangeHost(address, tools);
    if (stranger !== undefined) return { ...stranger, check };
    const taskId = typeof parsed.id === 'number' ? parsed.id : undefined;
    const fetched = await fetchTaskImage(address, { ...access, taskId });
    if (!fetched.ok)
      return faultOf(check, new SamIAmError(fetched.error.code, `${name}: ${fetched.error.message}`, fetched.error));
    const decoded = await decodeMicrograph(fetched.value.name, fetched.value.bytes, {
      maxPixels: settings.maxImagePixels,
    });
    if (!decoded.ok)
      return faultOf(check, new SamIAmError(decoded.error.code, `${name}: ${decoded.error.message}`, decoded.error));
    return ok(check, `${name}: ${decoded.value.name}, ${decoded.value.width} × ${decoded.value.height} pixels`);
  } catch (thrown) {
    return faultOf(check, thrown);
  }
}

/** Label Studio writes its own address, LABEL_STUDIO_HOST, into tasks of local files; a wrong one reaches nobody's browser. */
async function strangeHost(address: string, { access, http }: ProjectTools): Promise<Finding | undefined> {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  if (!/\/data\/(local-files|upload)(\/|$)/.test(pathname) || origin === new URL(access.url).origin) return undefined;
  const answers = await http.send(`${origin}/health`, { asked: 'api', trusted: true }).then(
    ({ status }) => status === 200,
    () => false,
  );
  if (answers) return undefined;
  return fault(
    '',
    `Label Studio calls itself ${origin} in its tasks, and nothing answers there`,
    `Start Label Studio with LABEL_STUDIO_HOST=${new URL(access.url).origin}, and sync its storages again.`,
  );
}
