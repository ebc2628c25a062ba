import type { OutputConfiguration } from 'commander';
import { printable } from '../core/printable.js';

/** Commander's own line breaks: before what it suggests, and at the end. Every other one comes from an argument. */
const ownLineBreak = /\n(?=\(Did you mean [^\n]*\?\)\n$)|\n$/;

/** How commander tells of bad usage: an argument that it names is shown escaped. */
export const usageOutput = {
  outputError: (text, write) => write(text.split(ownLineBreak).map(printable).join('\n')),
} satisfies OutputConfiguration;
