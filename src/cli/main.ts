#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { asSamIAmError } from '../core/errors.js';
import { diskError } from '../store/disk-error.js';
import { addDatasetCommand } from './commands/dataset.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addEvaluateCommand } from './commands/evaluate.js';
import { addModelsCommand } from './commands/models.js';
import { addPrelabelCommand } from './commands/prelabel.js';
import { addProfilesCommand } from './commands/profiles.js';
import { addSegmentCommand } from './commands/segment.js';
import { addServeCommand } from './commands/serve.js';
import { addTrainCommand } from './commands/train.js';
import { addWatchCommand } from './commands/watch.js';
import { addWorkerCommand } from './commands/worker.js';
import { exitStatus, exitStatusOf } from './exit-status.js';

import '../inference/no-telemetry.js';

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('sam-i-am')
    .description('Paints the materials of electron micrographs: SAM, semantically boosted, for Label Studio.')
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  addServeCommand(program);
  addSegmentCommand(program);
  addPrelabelCommand(program);
  addWorkerCommand(program);
  addWatchCommand(program);
  addDatasetCommand(program);
  addModelsCommand(program);
  addDoctorCommand(program);
  addEvaluateCommand(program);
  addTrainCommand(program);
  addProfilesCommand(program);
  return program;
}

/** Results that nobody takes, or that find no room: there is no point in going on. Whoever reads along and stops (`| head`) knows why. */
function stopWithOutput(): void {
  process.stderr.on('error', () => process.exit(exitStatus.someFailed));
  process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
    const status = thrown.code === 'EPIPE' ? exitStatus.someFailed : reportError(diskError(thrown, 'standard output'));
    process.exit(status);
  });
}

async function main(): Promise<void> {
  stopWithOutput();
  try {
    await createProgram().parseAsync();
  } catch (thrown) {
    process.exitCode = thrown instanceof CommanderError ? commanderStatus(thrown) : reportError(thrown);
  }
}

/** Commander has printed its message already; help and version are no errors. */
function commanderStatus(error: CommanderError): number {
  return error.exitCode === 0 ? exitStatus.done : exitStatus.badUsage;
}

function reportError(thrown: unknown): number {
  const { code, message, hint } = asSamIAmError(thrown);
  process.stderr.write(`sam-i-am: ${message}. ${hint}\n`);
  return exitStatusOf(code);
}

await main();
