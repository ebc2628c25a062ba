import type { MeasuredAnnotation, SubmittedAnnotation } from './measure-annotation.js';
import { measureAnnotation } from './measure-annotation.js';
import type { WorkerAnswer } from '../painting/threads/messages.js';
import { answer } from '../painting/threads/messages.js';

/** The thread that decodes and measures submitted annotations, so that the HTTP thread never waits for large masks. */
export default function measure(submitted: SubmittedAnnotation): Promise<WorkerAnswer<MeasuredAnnotation>> {
  return answer(() => measureAnnotation(submitted));
}
