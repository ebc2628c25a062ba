import type { MeasuredAnnotation, SubmittedAnnotation } from '../measure-annotation.js';
import { measureAnnotation } from '../measure-annotation.js';
import type { WorkerAnswer } from './messages.js';
import { answer } from './messages.js';

/** The thread that decodes and measures submitted annotations, so that the HTTP thread never waits for large masks. */
export default function measure(submitted: SubmittedAnnotation): Promise<WorkerAnswer<MeasuredAnnotation>> {
  return answer(() => measureAnnotation(submitted));
}
