import { extname } from 'node:path';
import { micrographEndings } from './formats.js';

const ownOutputs = /\.((labels|overlay|materials|mask)\.png|(masks|task|roi)\.json)$/i;

/** Whether a file of this name is a micrograph, and not hidden or a result of our own. */
export function isMicrographName(name: string): boolean {
  return whyPassedOver(name) === null;
}

/** Why a run over a folder passes a file of this name over; null where it is a micrograph. */
export function whyPassedOver(name: string): string | null {
  if (name.startsWith('.')) return 'hidden';
  if (ownOutputs.test(name)) return 'a result of sam-i-am';
  const ending = extname(name).toLowerCase();
  if (micrographEndings.has(ending)) return null;
  return ending === '' ? 'no ending' : `${ending} is no format that is read`;
}
