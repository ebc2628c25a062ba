import { answer, type WorkerAnswer } from '../painting/threads/messages.js';
import { measureAnnotation, type MeasuredAnnotation, type SubmittedAnnotation } from './measure-annotation.js';

/** The thread that decodes and measures submitted annotations, so that the HTTP thread never waits for large masks. */
export default function measure(submitted: SubmittedAnnotation): Promise<WorkerAnswer<MeasuredAnnotation>> {
  return answer(() => measureAnnotation(submitted));
}
