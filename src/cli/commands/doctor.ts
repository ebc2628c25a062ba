import type { Command } from 'commander';
import type { Finding } from '../../app/doctor/finding.js';
import { runDoctor } from '../../app/doctor/run-doctor.js';
import { loadSettings } from '../../config/settings.js';
import { commandSummaries } from '../command-summaries.js';
import { exitStatus } from '../exit-status.js';
import { writeJsonLine, writeLine } from '../output.js';

interface DoctorFlags {
  readonly url?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** Adds `sam-i-am doctor`: what keeps predictions from Label Studio, and the cure. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(commandSummaries.doctor)
    .option('--url <address>', 'address of Label Studio (LABEL_STUDIO_URL)')
    .option('--project <id>', 'the project to check; without: all that have a model connected')
    .option('--json', 'one JSON object per finding on standard output')
    .action(async ({ url, project, json = false }: DoctorFlags) => {
      const settings = loadSettings({ ...process.env, ...(url === undefined ? {} : { LABEL_STUDIO_URL: url }) });
      for await (const finding of runDoctor(settings, project)) {
        if (json) writeJsonLine(finding);
        else describe(finding).forEach(writeLine);
        if (finding.status === 'fault') process.exitCode = exitStatus.someFailed;
      }
    });
}

function describe({ check, status, message, hint }: Finding): string[] {
  const line = `${status.padEnd(8)}${check}: ${message}`;
  return hint === undefined ? [line] : [line, `        → ${hint}`];
}
