/** What the programs of this folder share: where things lie, figures, the server that they measure, Label Studio, the segmenter. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { maskFromBitmap } from '#built/core/mask';
import { encodeBrushRle } from '#built/label-studio/brush-codec';
import { modelsFolder } from '#built/painting/models/load-models';
import { createSegmenter, type Segmenter } from '#built/painting/segmenter';
import { root } from './repository-root.js';

export { root };

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

/** The command that is measured: the built one, unless `SAM_I_AM_MAIN` names another. */
export const mainFile = process.env['SAM_I_AM_MAIN'] ?? path.join(root, 'dist/cli/main.js');

/** The built file of a program of this folder. */
export function built(file: string): string {
  return path.join(here, file);
}

/** An option that holds a number, for parseArgs, which knows texts only. */
export function number(value: number | string): { readonly type: 'string'; readonly default: string } {
  return { type: 'string', default: String(value) };
}

/** A line to standard output; an object as JSON. */
export function print(line: string | object): void {
  process.stdout.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
}

/** A line about how far it is, to standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The value that a share (0 to 1) of the values does not exceed; NaN where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** A number with so many decimals. */
export function rounded(value: number, decimals = 0): number {
  return Number(value.toFixed(decimals));
}

/** What must be there; the reason is for whoever reads the program's end. */
export function there<Value>(value: Value | undefined | null, what: string): Value {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Milliseconds of CPU that a process has used, and its children that have ended; the system counts in steps of 10 ms. */
export function cpuMs(pid: number): { readonly own: number; readonly children: number } {
  const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ').map(Number);
  const sum = (first: number) => 10 * ((fields[first] ?? NaN) + (fields[first + 1] ?? NaN));
  return { own: sum(11), children: sum(13) };
}

/** The last line that a script of scripts/ prints. */
export function script(name: string, ...args: readonly string[]): string {
  const said = execFileSync(path.join(root, 'scripts', name), args, { encoding: 'utf8' });
  return said.trim().split('\n').at(-1) ?? '';
}

/** A server under measurement; `log` grows. */
export interface Served {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Without a slash at its end. */
  readonly url: string;
  readonly log: string;
}

/** What the log says once predictions are to be had. */
export const modelsLoaded = /the models are loaded/;

/** Starts `sam-i-am serve` on a free port; resolves when its log says what `until` looks for, throws if it ends before. */
export async function startServed(env: NodeJS.ProcessEnv, until = /listening on http/): Promise<Served> {
  const child = spawn(process.execPath, [mainFile, 'serve', '--port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const started = { child, pid: there(child.pid, 'the server'), log: '', url: '' };
  child.stderr.on('data', (text) => (started.log += String(text)));
  while (!until.test(started.log)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${started.log}`);
    await sleep(20);
  }
  const [, url] = there(/listening on (http:\/\/[^\s"]+)/.exec(started.log), 'its address');
  started.url = (url ?? '').replace(/\/$/, '');
  return started;
}

/** Ends the server, and waits until it has: then nothing writes into its folders any more. */
export async function endServed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** A real Label Studio. */
export interface LabelStudio {
  readonly url: string;
  readonly token: string;
  /** Who may log in. */
  readonly user: string;
  readonly password: string;
  /** Asks its API; throws where the answer is no success. The caller knows the shape. */
  ask<Answer>(method: string, address: string, body?: object): Promise<Answer>;
  /** Ends it, where it was started here. */
  stop(): void;
}

/**
 * The Label Studio that SAM_I_AM_LABEL_STUDIO names (the line of scripts/start-label-studio.sh), else a new one on `port` with its data in
 * `folder`.
 */
export async function openLabelStudio(folder: string, port: number): Promise<LabelStudio> {
  const given = process.env['SAM_I_AM_LABEL_STUDIO'];
  const start = () => run(path.join(root, 'scripts/start-label-studio.sh'), ['--data', folder, '--port', String(port)]);
  const line = given ?? (await start()).stdout.trim().split('\n').at(-1) ?? '';
  const field = (name: string) => there(new RegExp(`${name}=(\\S+)`).exec(line)?.[1], `Label Studio's ${name}`);
  const [url, token] = [field('url'), field('token')];
  return {
    url,
    token,
    user: field('user'),
    password: field('password'),
    async ask<Answer>(method: string, address: string, body?: object): Promise<Answer> {
      const isForm = body instanceof FormData;
      const headers = {
        authorization: `Token ${token}`,
        ...(isForm ? undefined : { 'content-type': 'application/json' }),
      };
      const sent = body === undefined ? null : isForm ? body : JSON.stringify(body);
      const answer = await fetch(url + address, { method, headers, body: sent });
      if (!answer.ok) throw new Error(`${method} ${address} answered ${answer.status}: ${await answer.text()}`);
      return (answer.status === 204 ? undefined : await answer.json()) as Answer;
    },
    stop() {
      if (given === undefined) process.kill(Number(field('pid')));
    },
  };
}

/** Starts `sam-i-am serve` on a free port, for a Label Studio; resolves when it listens, or when its log says `until`. */
export function startBackend(studio: LabelStudio, settings: NodeJS.ProcessEnv, until?: RegExp): Promise<Served> {
  const { url, token } = studio;
  return startServed(
    { PATH: process.env['PATH'], LABEL_STUDIO_URL: url, LABEL_STUDIO_API_KEY: token, ...settings },
    until,
  );
}

/** A label config with one brush for these materials. */
export function labelConfigOf(labels: readonly string[]): string {
  const controls = labels.map((label) => `<Label value="${label}"/>`).join('');
  return `<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image">${controls}</BrushLabels></View>`;
}

/** Values of an image, row by row. */
export interface Pixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A brush region over the pixels that belong to the label. */
export function brushRegion(
  id: string,
  label: string,
  { pixels, width, height }: Pixels,
  belongs: (value: number, pixel: number) => boolean,
): object {
  const bitmap = pixels.map((value, pixel) => Number(belongs(value, pixel)));
  const { runs } = maskFromBitmap(width, height, bitmap);
  return {
    id,
    from_name: 'material',
    to_name: 'image',
    type: 'brushlabels',
    origin: 'manual',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    value: { format: 'rle', rle: [...encodeBrushRle(width, height, runs)], brushlabels: [label] },
  };
}

/** The embedded models as the server's worker has them, with a cache of `cacheBytes` in memory and as much in `folder`. */
export function openSegmenter(
  folder: string,
  options: { readonly cacheBytes: number; readonly threads: number },
): Segmenter {
  const { cacheBytes, threads } = options;
  return createSegmenter({
    modelsFolder,
    addedFolder: path.join(folder, 'models'),
    cacheFolder: path.join(folder, 'embeddings'),
    cache: { memoryBytes: cacheBytes, diskBytes: cacheBytes },
    modelId: 'sam-i-am-small',
    threads,
    maxImagePixels: 1e8,
  });
}

/** Bytes that JavaScript holds once finalizers of native tensors have run; needs --expose-gc. */
export async function settledBytes(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    there(globalThis.gc, '--expose-gc')();
    await sleep(5);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The slope of the line of least squares over [x, y]. */
export function slopeOf(samples: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => samples.reduce((sum, sample) => sum + sample[at], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = samples.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return covariance / samples.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
