import type { Command } from 'commander';
import { openDataFolder } from '../../config/data-folder.js';
import { loadSettings } from '../../config/settings.js';
import { openProfileStore, type StoredProfile } from '../../store/profile-store.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { say, writeJsonLine, writeLine } from '../output.js';

interface ProfileFlags {
  readonly project: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** Adds `sam-i-am profiles list | rollback` (CONTRACT, "Command line"). */
export function addProfilesCommand(program: Command): void {
  const profiles = program.command('profiles').description(commandSummaries.profiles);
  profiles
    .command('list')
    .description('the versions of a project, the one in use marked')
    .requiredOption('--project <id>', 'project of Label Studio')
    .option('--json', 'standard output is one JSON object per version')
    .action(async (flags: ProfileFlags) => {
      process.exitCode = await list(flags);
    });
  profiles
    .command('rollback')
    .description(
      'use an earlier version again; before the first there is none, and predictions are made without a profile',
    )
    .requiredOption('--project <id>', 'project of Label Studio')
    .option('--to <version>', 'which one; left out: the one before the version in use')
    .option('--json', 'standard output is one JSON object')
    .action(async (flags: ProfileFlags) => {
      process.exitCode = await rollback(flags);
    });
}

async function list({ project, json }: ProfileFlags): Promise<number> {
  const store = openProfileStore(loadSettings(process.env).dataDir);
  const known = await store.list(project);
  for (const stored of known) {
    if (json === true) writeJsonLine(summaryOf(stored));
    else writeLine(lineOf(stored));
  }
  const last = await store.lastTraining(project);
  if (json !== true && last !== null && last.outcome !== 'adopted') {
    say(`the last training was ${last.outcome}: ${last.reason}`);
  }
  if (known.length === 0) say(`project ${project} has no profile; make one: sam-i-am train`);
  return exitStatus.done;
}

async function rollback({ project, to, json }: ProfileFlags): Promise<number> {
  const { dataDir } = loadSettings(process.env);
  openDataFolder(dataDir);
  const active = await openProfileStore(dataDir).rollback(project, to);
  if (json === true) writeJsonLine({ active: active?.modelVersion ?? null });
  else writeLine(active === null ? 'none: predictions are made without a profile' : active.modelVersion);
  return exitStatus.done;
}

function summaryOf({ training, modelVersion, active, file }: StoredProfile) {
  const { createdAt, images, heldOutIou, zeroShotIou } = training;
  return { version: modelVersion, createdAt, active, images, heldOutIou, zeroShotIou, file };
}

function lineOf({ training, modelVersion, active, file }: StoredProfile): string {
  const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  const { createdAt, images, heldOutIou, zeroShotIou } = training;
  const iou = `held-out IoU ${figure(heldOutIou)} (without profile ${figure(zeroShotIou)})`;
  return `${active ? '*' : ' '} ${modelVersion}  ${createdAt}  ${images} images  ${iou}  ${file}`;
}
