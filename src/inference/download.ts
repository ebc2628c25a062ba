import { mkdir, open, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { SamIAmError } from '../core/errors.js';
import { findDamage } from './model-store.js';

/** A file whose content is known beforehand. */
export interface ExpectedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** How a download tells of itself and how it is stopped. */
export interface DownloadOptions {
  /** Called with the bytes that are here so far. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
  /** Tries in a row that bring nothing before giving up. Default: 5. */
  readonly fruitlessTries?: number;
  /** Wait after the first fruitless try; doubled each time. Default: 500 ms. */
  readonly firstWaitMs?: number;
}

/** A server that sends nothing for this long has lost the line. */
const silenceMs = 60_000;

/**
 * Downloads `address` to `target`. What has come is kept in `target.part`, so that a cut line or a new start goes on from there; the
 * file gets its name only after its length and sha256 have been found right. Throws `model.unreachable` or `model.checksum`.
 */
export async function download(
  address: string,
  target: string,
  expected: ExpectedFile,
  options: DownloadOptions = {},
): Promise<void> {
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  await checkRoom(dirname(target), expected.bytes - (await sizeOf(part)));
  const proxy = new EnvHttpProxyAgent({ bodyTimeout: silenceMs, headersTimeout: silenceMs });
  try {
    await fetchAll(address, part, expected.bytes, options, proxy);
  } finally {
    await proxy.close();
  }
  const problem = await findDamage(part, expected);
  if (problem !== undefined) {
    await rm(part, { force: true });
    throw new SamIAmError('model.checksum', `what ${address} sent ${problem}`, {
      hint: 'It was removed. Try again, or another mirror (--mirror).',
    });
  }
  await rename(part, target);
}

/** Fetches piece after piece until the part is as long as it must be. */
async function fetchAll(
  address: string,
  part: string,
  bytes: number,
  options: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<void> {
  const { fruitlessTries = 5, firstWaitMs = 500, signal } = options;
  let fruitless = 0;
  for (let had = await sizeOf(part); had !== bytes; had = await sizeOf(part)) {
    if (had > bytes) await truncate(part, 0);
    let reason: unknown;
    try {
      await fetchRest(address, part, options, dispatcher);
    } catch (thrown) {
      if (signal?.aborted === true) throw interrupted(part);
      if (thrown instanceof SamIAmError) throw thrown;
      reason = thrown;
    }
    // Some servers cut the line, others end early without an error.
    fruitless = (await sizeOf(part)) === had ? fruitless + 1 : 0;
    if (fruitless >= fruitlessTries) throw unreachable(address, reason);
    if (fruitless > 0) await sleep(Math.min(firstWaitMs * 2 ** (fruitless - 1), 15_000));
  }
}

/** Asks for what is missing and appends it; begins anew where the server cannot send a range. */
async function fetchRest(
  address: string,
  part: string,
  { onProgress, signal }: DownloadOptions,
  dispatcher: Dispatcher,
): Promise<void> {
  const had = await sizeOf(part);
  const { statusCode, headers, body } = await requestFollowing(address, had, dispatcher, signal);
  if (statusCode === 416) {
    await body.dump();
    await truncate(part, 0);
    return;
  }
  if (statusCode !== 200 && statusCode !== 206) {
    await body.dump();
    if (statusCode >= 500 || statusCode === 429) throw new Error(`status ${statusCode}`);
    throw new SamIAmError('model.unreachable', `${address} answers with status ${statusCode}`, {
      hint: 'Check the address or give a mirror that has the file (--mirror); or fetch it by other means and use sam-i-am models add FILE.',
    });
  }
  const resumed = statusCode === 206 && startOf(headers['content-range']) === had;
  const file = await open(part, resumed ? 'a' : 'w');
  let here = resumed ? had : 0;
  try {
    // Piece by piece, so that all that came before a cut is on the disk.
    for await (const piece of body as AsyncIterable<Buffer>) {
      await file.writeFile(piece);
      here += piece.length;
      onProgress?.(here);
    }
  } finally {
    await file.close();
  }
}

/** Hosts of public weights redirect once or twice. */
const mostRedirects = 5;

async function requestFollowing(
  address: string,
  from: number,
  dispatcher: Dispatcher,
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  const headers =
    from > 0 ? { range: `bytes=${from}-`, 'accept-encoding': 'identity' } : { 'accept-encoding': 'identity' };
  let at = address;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await request(at, { headers, dispatcher, ...(signal === undefined ? {} : { signal }) });
    const { location } = response.headers;
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string') return response;
    await response.body.dump();
    at = new URL(location, at).href;
  }
  throw new Error(`more than ${mostRedirects} redirects`);
}

function startOf(contentRange: string | string[] | undefined): number | undefined {
  const match = /^bytes (\d+)-/.exec(String(contentRange));
  return match === null ? undefined : Number(match[1]);
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new SamIAmError('model.unreachable', `${folder} has no room for ${Math.ceil(bytes / 1e6)} MB`, {
    hint: 'Free space, or set DATA_DIR to a folder on another disk.',
  });
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

function unreachable(address: string, cause: unknown): SamIAmError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new SamIAmError('model.unreachable', `${address} can't be downloaded${reason}`, {
    hint: 'Run the same command again to go on from here; behind a proxy set HTTPS_PROXY, or give a mirror with --mirror.',
    cause,
  });
}

function interrupted(part: string): SamIAmError {
  return new SamIAmError('cancelled', 'the download was stopped', {
    hint: `Run the same command again to go on; what has come is in ${part}.`,
  });
}
