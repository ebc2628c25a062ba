import { z } from 'zod';
import { type ConnectedApi, unknownForm } from './connected-api.js';

/** An annotated task, without its masks. */
export interface AnnotatedTask {
  readonly id: string;
  /** Changes with every annotation that is submitted, corrected or deleted, and with predictions; ISO 8601. */
  readonly updatedAt: string;
}

/** An annotation, as far as it matters whether it has changed. */
export interface ListedAnnotation {
  readonly id: string;
  /** ISO 8601 */
  readonly updatedAt: string;
  /** As Label Studio gives it, masks and all. */
  readonly annotation: unknown;
}

/** Label Studio as the one record of what people have accepted. Nothing here makes it ask a backend for predictions. */
export interface AnnotationLedger {
  /** Tasks with at least one annotation that was not skipped. */
  annotatedTasks(): Promise<AnnotatedTask[]>;
  annotationsOf(task: string): Promise<ListedAnnotation[]>;
}

const pageSchema = z.object({
  total: z.number(),
  tasks: z.array(z.object({ id: z.number(), updated_at: z.string() })),
});
const annotationsSchema = z.array(
  z.looseObject({ id: z.number(), updated_at: z.string(), was_cancelled: z.boolean().nullish() }),
);

/** Tasks without their masks are short. */
const pageSize = 500;

/** The list of tasks is asked for by ids, so that tasks which come or go meanwhile move no page. */
export function openAnnotationLedger(api: ConnectedApi, project: string): AnnotationLedger {
  return {
    async annotatedTasks() {
      const tasks: AnnotatedTask[] = [];
      for (let after = 0; ;) {
        const query = {
          ordering: ['tasks:id'],
          filters: { conjunction: 'and', items: [numberFilter('total_annotations', 0), numberFilter('id', after)] },
        };
        const search = new URLSearchParams({ project, page_size: String(pageSize), query: JSON.stringify(query) });
        const parsed = pageSchema.safeParse(await api.get(`/api/tasks?${search.toString()}`));
        if (!parsed.success) throw unknownForm();
        const page = parsed.data.tasks;
        tasks.push(...page.map(({ id, updated_at }) => ({ id: String(id), updatedAt: updated_at })));
        const last = page.at(-1);
        if (last === undefined || parsed.data.total <= page.length) return tasks;
        after = last.id;
      }
    },
    async annotationsOf(task) {
      const parsed = annotationsSchema.safeParse(await api.get(`/api/tasks/${encodeURIComponent(task)}/annotations/`));
      if (!parsed.success) throw unknownForm();
      return parsed.data
        .filter(({ was_cancelled }) => was_cancelled !== true)
        .map((annotation) => ({ id: String(annotation.id), updatedAt: annotation.updated_at, annotation }));
    },
  };
}

function numberFilter(column: string, above: number) {
  return { filter: `filter:tasks:${column}`, operator: 'greater', type: 'Number', value: above };
}
