import { extname } from 'node:path';
import { micrographEndings } from './formats.js';

const ownOutputs = /\.(labels|overlay|materials|mask)\.png$/i;

/** Whether a file of this name is a micrograph, and not hidden or a result of our own. */
export function isMicrographName(name: string): boolean {
  return micrographEndings.has(extname(name).toLowerCase()) && !ownOutputs.test(name) && !name.startsWith('.');
}
