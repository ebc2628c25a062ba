import type { Command } from 'commander';
import { type CommandName, commandSummaries } from './command-summaries.js';

type AddCommand = (program: Command) => void;

/** A command brings its libraries along: each is loaded when it is asked for, and none for `--help` and `--version`. */
const loaders: Readonly<Record<CommandName, () => Promise<AddCommand>>> = {
  serve: async () => (await import('./commands/serve.js')).addServeCommand,
  segment: async () => (await import('./commands/segment.js')).addSegmentCommand,
  prelabel: async () => (await import('./commands/prelabel.js')).addPrelabelCommand,
  worker: async () => (await import('./commands/worker.js')).addWorkerCommand,
  watch: async () => (await import('./commands/watch.js')).addWatchCommand,
  dataset: async () => (await import('./commands/dataset.js')).addDatasetCommand,
  models: async () => (await import('./commands/models.js')).addModelsCommand,
  doctor: async () => (await import('./commands/doctor.js')).addDoctorCommand,
  evaluate: async () => (await import('./commands/evaluate.js')).addEvaluateCommand,
  train: async () => (await import('./commands/train.js')).addTrainCommand,
  profiles: async () => (await import('./commands/profiles.js')).addProfilesCommand,
};

/** Adds all commands to the program: the one that `args` name with its options, the others by name only. */
export async function addCommands(program: Command, args: readonly string[]): Promise<void> {
  const wanted = new Set(args.filter(isCommandName).slice(0, args[0] === 'help' ? 2 : 1));
  for (const name of Object.keys(commandSummaries).filter(isCommandName)) {
    if (wanted.has(name)) (await loaders[name]())(program);
    else program.command(name).summary(commandSummaries[name]).description(commandSummaries[name]);
  }
}

function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(commandSummaries, text);
}
