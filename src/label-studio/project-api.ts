import { z } from 'zod';
import { connectApi, unknownForm } from './connected-api.js';
import type { HttpClient } from './http-client.js';
import type { LabelStudioAccess } from './image-address.js';

/** What a project is called, and its label config. */
export interface ProjectInfo {
  readonly title: string;
  readonly labelConfig: string;
  /** Null where an old server does not say. */
  readonly annotatedTasks: number | null;
  /** Listing tasks makes Label Studio ask its backends for predictions. */
  readonly asksBackends: boolean;
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
  evaluate_predictions_automatically: z.boolean().nullish(),
});
const pageSchema = z.object({ total: z.number(), tasks: z.array(z.unknown()) });
const listSchema = z.array(z.unknown());

/** Masks make tasks large: a page of so many stays within some megabytes. */
const pageSize = 20;

/** The parts of Label Studio's API that projects need. Calls throw `label-studio.…` where they fail. */
export function createProjectApi(http: HttpClient, access: LabelStudioAccess): ProjectApi {
  const api = connectApi(http, access);
  const get = (path: string): Promise<unknown> => api.get(path);
  return {
    async project(id) {
      const project = parse(projectSchema, await get(`/api/projects/${id}/`));
      return {
        title: project.title,
        labelConfig: project.label_config,
        annotatedTasks: project.num_tasks_with_annotations ?? null,
        asksBackends: project.evaluate_predictions_automatically === true,
      };
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

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw unknownForm();
}
