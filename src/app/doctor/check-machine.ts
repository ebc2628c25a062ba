import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Settings } from '../../config/settings.js';
import { findStoredModel, verifiedModelPath } from '../../inference/model-store.js';
import { addedModelsFolder, textureModelId } from '../../painting/models/load-models.js';
import { fault, faultOf, type Finding, ok } from './finding.js';

/** What the backend needs on its own machine: models, a folder to write to, local files, Redis. */
export async function* checkMachine(settings: Settings, modelsFolder: string): AsyncGenerator<Finding> {
  yield await checkModels(settings, modelsFolder);
  yield await checkDataFolder(settings);
  if (settings.localFilesRoot !== undefined) yield await checkLocalFiles(settings.localFilesRoot);
  if (settings.redisUrl !== undefined) yield await checkRedis(settings.redisUrl);
}

async function checkModels({ model, dataDir }: Settings, folder: string): Promise<Finding> {
  try {
    const folders = [folder, addedModelsFolder(dataDir)] as const;
    const used = [
      await findStoredModel(folders, 'sam', model),
      await findStoredModel(folders, 'texture', textureModelId),
    ];
    for (const { folder: place, files } of used)
      for (const file of Object.values(files)) if (file !== undefined) await verifiedModelPath(place, file);
    return ok('model', `${model}: its files are complete`);
  } catch (thrown) {
    return faultOf('model', thrown);
  }
}

async function checkDataFolder({ dataDir }: Settings): Promise<Finding> {
  const probe = path.join(dataDir, `.doctor-${process.pid}`);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
    return ok('data folder', `${dataDir} can be written to`);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return fault('data folder', `${dataDir} cannot be written to: ${reason}`, 'Correct DATA_DIR or its permissions.');
  }
}

async function checkLocalFiles(root: string): Promise<Finding> {
  const found = await stat(root).catch(() => undefined);
  if (found?.isDirectory() === true) return ok('local files', `LOCAL_FILES_ROOT is ${root}`);
  return fault(
    'local files',
    `LOCAL_FILES_ROOT is ${root}, which is no folder here`,
    "Set LOCAL_FILES_ROOT to Label Studio's document root on this machine, or unset it to fetch local files over HTTP.",
  );
}

const redisTimeoutMs = 3000;

async function checkRedis(address: string): Promise<Finding> {
  const url = new URL(address);
  const hint = 'Correct REDIS_URL (redis://user:password@host:6379), start Redis, or unset REDIS_URL to do without it.';
  try {
    const answer = await pingRedis(url);
    if (answer.startsWith('+PONG')) return ok('Redis', `answers at ${url.host}`);
    const asksForLogin = /^-(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/.test(answer);
    const reason = asksForLogin ? 'refuses the login' : 'is not Redis';
    return fault('Redis', `what answers at ${url.host} ${reason}: ${answer.slice(0, 80).trim()}`, hint);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return fault('Redis', `nothing answers at ${url.host}: ${reason}`, hint);
  }
}

/** Logs in if the address says how, sends PING and gives the last line that comes back. */
function pingRedis({ protocol, hostname, port, username, password }: URL): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port === '' ? 6379 : port) };
  const login =
    password === ''
      ? []
      : [command('AUTH', ...[username, password].filter((part) => part !== '').map(decodeURIComponent))];
  return new Promise((resolve, reject) => {
    const socket = protocol === 'rediss:' ? connectTls(target) : connect(target);
    let answer = '';
    const finish = (end: () => void) => {
      socket.destroy();
      end();
    };
    socket.setTimeout(redisTimeoutMs, () =>
      finish(() => reject(new Error(`no answer within ${redisTimeoutMs / 1000} s`))),
    );
    socket.once('error', (error: Error) => finish(() => reject(error)));
    socket.once('close', () => resolve(answer));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const lines = answer.split('\r\n').filter((line) => line !== '');
      const refused = lines.find((line) => line.startsWith('-'));
      if (refused !== undefined || lines.length > login.length) finish(() => resolve(refused ?? lines.at(-1) ?? ''));
    });
    socket.write([...login, command('PING')].join(''));
  });
}

function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
