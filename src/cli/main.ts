#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { defaultDataFolder, earlierDataFolder } from '../config/data-folder.js';
import { asSamIAmError } from '../core/errors.js';
import { diskError } from '../store/disk-error.js';
import { addCommands } from './commands.js';
import { exitStatus, exitStatusOf } from './exit-status.js';
import { say, watchOutput } from './output.js';
import { usageOutput } from './usage-output.js';

async function createProgram(): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('sam-i-am')
    .description('Paints the materials of electron micrographs: SAM, semantically boosted, for Label Studio.')
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput(usageOutput)
    .hook('preAction', useEarlierDataFolder);
  await addCommands(program, process.argv.slice(2));
  return program;
}

/** Earlier versions kept their data in the folder that they were started in: that goes on, and is said. */
function useEarlierDataFolder(): void {
  if ((process.env['DATA_DIR'] ?? '').trim() !== '') return;
  const earlier = earlierDataFolder(process.cwd());
  if (earlier === undefined) return;
  process.env['DATA_DIR'] = earlier;
  const elsewhere = `move it to ${defaultDataFolder()}, or set DATA_DIR, to use the same data from every folder`;
  say(`sam-i-am: using the data in ${earlier}, as before; ${elsewhere}`);
}

/** Results that nobody takes, or that find no room: there is no point in going on. Whoever reads along and stops (`| head`) knows why. */
function stopWithOutput(): void {
  watchOutput({
    onMessages: () => process.exit(exitStatus.someFailed),
    onResults: (thrown) => {
      const isClosed = thrown.code === 'EPIPE';
      process.exit(isClosed ? exitStatus.someFailed : reportError(diskError(thrown, 'standard output')));
    },
  });
}

async function main(): Promise<void> {
  stopWithOutput();
  try {
    await (await createProgram()).parseAsync();
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
  say(`sam-i-am: ${message}. ${hint}`);
  return exitStatusOf(code);
}

await main();
