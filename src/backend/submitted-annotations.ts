import { z } from 'zod';
import type { AnnotationEvent, LiveAccuracy } from '../learning/live-accuracy.js';
import type { RouteDeps } from './app-deps.js';
import { labelStudioAccess } from './project-registry.js';

const id = z.union([z.number(), z.string()]).transform(String);
const annotation = z.looseObject({ id });
const project = z.looseObject({ id, label_config: z.string().nullish() });

const submitted = z.object({
  action: z.literal(['ANNOTATION_CREATED', 'ANNOTATION_UPDATED']),
  annotation,
  task: z.object({ id }),
  project,
});
const submittedInBulk = z.object({
  action: z.literal('ANNOTATIONS_CREATED'),
  annotation: z.array(annotation),
  task: z.array(z.object({ id })),
  project,
});
const deleted = z.object({ action: z.literal('ANNOTATIONS_DELETED'), annotations: z.array(z.object({ id })) });

/** Hands what a webhook says of annotations on to be measured; other events are passed over. */
export function noteAnnotations(body: unknown, accuracy: LiveAccuracy, deps: RouteDeps): void {
  const single = submitted.safeParse(body).data;
  if (single !== undefined) accuracy.submitted(eventOf(single.annotation, single.task.id, single.project, deps));
  const bulk = submittedInBulk.safeParse(body).data;
  bulk?.annotation.forEach((each, index) => {
    const task = bulk.task[index] ?? bulk.task[0];
    if (task !== undefined) accuracy.submitted(eventOf(each, task.id, bulk.project, deps));
  });
  for (const gone of deleted.safeParse(body).data?.annotations ?? []) accuracy.deleted(gone.id);
}

function eventOf(
  annotated: z.infer<typeof annotation>,
  task: string,
  { id: projectId, label_config: labelConfig }: z.infer<typeof project>,
  { projects, settings }: RouteDeps,
): AnnotationEvent {
  return {
    project: projectId,
    task,
    annotationId: annotated.id,
    annotation: annotated,
    labelConfig: labelConfig ?? undefined,
    labelStudio: labelStudioAccess(settings, projects.findById(projectId)),
  };
}
