import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the repository. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The command under test: the built one, unless `SAM_I_AM_MAIN` names another, for instance an installed package's. */
export const mainFile = process.env['SAM_I_AM_MAIN'] ?? path.join(repository, 'dist/cli/main.js');

/** Where screenshots and figures of the last run are kept. */
export const artifactsFolder = path.join(repository, 'test-artifacts');

/** The example micrographs, without what lies beside them. */
export function exampleFiles(): string[] {
  const folder = path.join(repository, 'examples');
  return readdirSync(folder)
    .filter((name) => /^[^.]+\.png$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Runs a script of `scripts/` and gives its last line; what it says of missing packages becomes the error. */
export async function runScript(name: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(path.join(repository, 'scripts', name), args, { timeout: 15 * 60_000 });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (thrown) {
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim() : String(thrown);
    throw new Error(`scripts/${name}: ${said}`, { cause: thrown });
  }
}

/** Adds the tiny random SAM of the tests as model `tiny`: the whole pipeline in a fraction of the time. */
export async function addTinyModel(dataFolder: string): Promise<void> {
  const files = ['staged/encoder.onnx', 'meta/decoder.onnx'].map((name) =>
    path.join(repository, 'test/fixtures/sam', name),
  );
  const env = { ...process.env, DATA_DIR: dataFolder };
  await run(process.execPath, [mainFile, 'models', 'add', ...files, '--id', 'tiny'], { env });
}

/** Runs the command under test to its end. */
export async function runMain(...args: string[]): Promise<void> {
  await run(process.execPath, [mainFile, ...args], { timeout: 15 * 60_000 });
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until a condition holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 120_000,
): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}`);
}
