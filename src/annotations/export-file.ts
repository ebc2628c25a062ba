import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import type { EvaluationSource } from './evaluation-case.js';
import { readJsonArray } from './json-array.js';
import { readLabelStudioTask, type TaskReading } from './read-label-studio-task.js';

/** A project as Label Studio exports it (JSON): a list of tasks, read one at a time. */
export function openExportFile(path: string, reading: TaskReading): EvaluationSource {
  return {
    name: basename(path),
    total: null,
    async *items() {
      for await (const task of tasksOf(path)) yield await readLabelStudioTask(task, reading);
    },
  };
}

async function* tasksOf(path: string): AsyncGenerator {
  try {
    yield* readJsonArray(createReadStream(path, { highWaterMark: 1 << 20 }));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new SamIAmError('usage.invalid', `${path} can't be read as an export: ${thrown.message}`, {
      hint: 'Export the project from Label Studio as JSON, or give a COCO file or a folder of label images.',
      cause: thrown,
    });
  }
}
