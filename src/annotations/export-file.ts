import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { SamIAmError } from '../core/errors.js';
import type { EvaluationSource } from './evaluation-case.js';
import { readJsonArray } from './json-array.js';
import { readJsonObjects } from './json-objects.js';
import type { TaskReading } from './label-studio-task.js';
import { readLabelStudioTask } from './read-label-studio-task.js';
import { firstSign, readTextPieces } from './text-encoding.js';

/** A project as Label Studio exports it (JSON): a list of tasks, one task, or a task per line; read one at a time. */
export function openExportFile(path: string, reading: TaskReading): EvaluationSource {
  return {
    name: basename(path),
    total: null,
    async *items() {
      for await (const task of tasksOf(path)) yield* await readLabelStudioTask(task, reading);
    },
  };
}

async function* tasksOf(path: string): AsyncGenerator {
  try {
    if ((await firstSign(path)) === '{') yield* readJsonObjects(readTextPieces(path));
    else yield* readJsonArray(bytesOf(path));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new SamIAmError('usage.invalid', `${path} can't be read as an export: ${thrown.message}`, {
      hint: 'Export the project from Label Studio as JSON, or give a COCO file or a folder of label images.',
      cause: thrown,
    });
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const mark = isFirst ? chunk.readUIntBE(0, Math.min(2, chunk.length)) : 0;
    if (mark === 0xfffe || mark === 0xfeff) throw new SyntaxError('it is UTF-16; save it as UTF-8');
    isFirst = false;
    yield chunk;
  }
}
