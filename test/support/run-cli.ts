import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * Runs the built command as a user would, in the folder `CWD` of the environment if it has one; `onStart` gets the
 * process, to send it signals.
 */
export function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  onStart: (signal: (name: NodeJS.Signals) => void, stderr: NodeJS.ReadableStream) => void = () => undefined,
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const { CWD: cwd = process.cwd(), ...more } = environment;
    const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...more } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }));
    onStart((name) => child.kill(name), child.stderr);
  });
}
