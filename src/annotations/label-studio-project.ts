import { parseLabelConfig } from '../label-studio/label-config.js';
import type { ProjectApi } from '../label-studio/project-api.js';
import type { EvaluationSource } from './evaluation-case.js';
import { readLabelStudioTask, type TaskReading } from './read-label-studio-task.js';

/** A project over the API: pages of tasks, one in memory at a time. */
export async function openProject(
  api: ProjectApi,
  project: string,
  reading: Omit<TaskReading, 'config'>,
): Promise<EvaluationSource & { readonly labelConfig: string }> {
  const { title, labelConfig, annotatedTasks } = await api.project(project);
  const config = parseLabelConfig(labelConfig);
  return {
    name: title,
    total: annotatedTasks,
    labelConfig,
    async *items() {
      for await (const task of api.tasks(project)) yield* await readLabelStudioTask(task, { ...reading, config });
    },
  };
}
