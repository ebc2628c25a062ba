import { z } from 'zod';
import { SamIAmError } from '../core/errors.js';
import type { Authorize } from './access-token.js';
import { createAuthorize } from './access-token.js';
import type { HttpClient } from './http-client.js';
import type { LabelStudioAccess } from './image-address.js';
import { createLabelStudioApi } from './label-studio-api.js';

/** What a project is called, and its label config. */
export interface ProjectInfo {
  readonly title: string;
  readonly labelConfig: string;
  /** Null where an old server does not say. */
  readonly annotatedTasks: number | null;
}

/** Reads what people did in a project, over Label Studio's API. Nothing here makes Label Studio ask a backend for predictions. */
export interface ProjectApi {
  project(id: string): Promise<ProjectInfo>;
  /** Tasks with annotations and predictions in full, page by page. */
  tasks(project: string): AsyncGenerator;
  /** Stored predictions of a task. */
  predictions(task: string): Promise<readonly unknown[]>;
  /** One annotation as it is now; undefined if there is none any more. */
  annotation(id: string): Promise<unknown>;
}

const projectSchema = z.object({
  title: z.string(),
  label_config: z.string(),
  num_tasks_with_annotations: z.number().nullish(),
});
const pageSchema = z.object({ total: z.number(), tasks: z.array(z.unknown()) });
const listSchema = z.array(z.unknown());

/** Masks make tasks large: a page of so many stays within some megabytes. */
const pageSize = 20;

export function createProjectApi(http: HttpClient, { url, token }: LabelStudioAccess): ProjectApi {
  const authorize = createAuthorize(http);
  const get = (path: string): Promise<unknown> => getJson(http, authorize, { url, token }, path);
  return {
    async project(id) {
      const { title, label_config, num_tasks_with_annotations } = parse(
        projectSchema,
        await get(`/api/projects/${id}/`),
      );
      return { title, labelConfig: label_config, annotatedTasks: num_tasks_with_annotations ?? null };
    },
    async *tasks(project) {
      for (let page = 1, seen = 0, total = 1; seen < total; page++) {
        const query = new URLSearchParams({ project, fields: 'all', page: String(page), page_size: String(pageSize) });
        const answer = parse(pageSchema, await get(`/api/tasks?${query.toString()}`));
        if (answer.tasks.length === 0) return;
        yield* answer.tasks;
        seen += answer.tasks.length;
        total = answer.total;
      }
    },
    predictions: async (task) => parse(listSchema, await get(`/api/predictions/?task=${encodeURIComponent(task)}`)),
    annotation: (id) => get(`/api/annotations/${encodeURIComponent(id)}/`),
  };
}

async function getJson(
  http: HttpClient,
  authorize: Authorize,
  { url, token }: LabelStudioAccess,
  path: string,
): Promise<unknown> {
  if (url === undefined) {
    throw new SamIAmError('label_studio.unreachable', 'the address of Label Studio is not known', {
      hint: 'Give --url or set LABEL_STUDIO_URL.',
    });
  }
  if (token === undefined) {
    throw new SamIAmError('label_studio.unauthorised', 'there is no token for Label Studio', {
      hint: 'Set LABEL_STUDIO_API_KEY to a token of Label Studio (Account & Settings).',
    });
  }
  const { status, json } = await createLabelStudioApi(http, authorize, url, token).get(path);
  if (status !== 200) throw refusal(status, path);
  if (json === undefined) throw unknownForm();
  return json;
}

function refusal(status: number, path: string): SamIAmError {
  if (status === 401 || status === 403) {
    return new SamIAmError('label_studio.unauthorised', `Label Studio refused the token (status ${status})`, {
      hint:
        'Set LABEL_STUDIO_API_KEY to a personal access token of a user who can open the project (Account & Settings), ' +
        'or allow legacy tokens in Label Studio.',
    });
  }
  const missing = status === 404;
  return new SamIAmError('label_studio.refused', `Label Studio answered ${status} to ${path.split('?')[0] ?? path}`, {
    hint: missing ? 'Check the number: the address of a project ends in it.' : "Look into Label Studio's log.",
  });
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw unknownForm();
}

function unknownForm(): SamIAmError {
  return new SamIAmError('label_studio.refused', 'Label Studio answered in an unknown form', {
    hint: 'Check that the address is that of Label Studio, version 1.2x.',
  });
}
