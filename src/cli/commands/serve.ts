import type { Command } from 'commander';
import { type EarlyServer, openEarlyServer } from '../../backend/early-server.js';
import { openDataFolder } from '../../config/data-folder.js';
import { settingsHelp } from '../../config/describe-settings.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { commandSummaries } from '../command-summaries.js';

/** A micrograph that takes longer has its worker replaced: something is stuck, and would keep all others waiting for ever. */
const longestWorkMs = 600_000;

/** All of the stopping takes no longer than this: whoever started the server waits a little longer before killing it. */
const longestStopMs = 25_000;

interface ServeFlags {
  readonly host?: string;
  readonly port?: string;
}

/** Adds `sam-i-am serve`: the Label Studio ML backend. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description(commandSummaries.serve)
    .option('--host <address>', 'address to listen on (HOST)')
    .option('--port <n>', 'port to listen on (PORT)')
    .addHelpText('after', () => `\n${settingsHelp()}`)
    .action(async (flags: ServeFlags) => serve(settingsOf(flags)));
}

function settingsOf({ host, port }: ServeFlags): Settings {
  const flags = { ...(host === undefined ? {} : { HOST: host }), ...(port === undefined ? {} : { PORT: port }) };
  return loadSettings({ ...process.env, ...flags });
}

/** Listens at once and loads all else meanwhile, the models last; SIGTERM or SIGINT drains and stops, a second one stops at once. */
async function serve(settings: Settings): Promise<void> {
  openDataFolder(settings.dataDir);
  const early = await openEarlyServer(settings);
  const running = await start(settings, early).catch((thrown: unknown) => {
    early.server.close();
    early.server.closeAllConnections();
    throw thrown;
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(0), longestStopMs).unref();
    void running.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

async function start(settings: Settings, early: EarlyServer): Promise<{ readonly stop: () => Promise<void> }> {
  const { createLogger } = await import('../../app/create-logger.js');
  const { sparingly } = await import('../../painting/jobs/queue-error.js');
  const { openService } = await import('../../painting/open-service.js');
  const logger = createLogger(settings);
  const onError = sparingly(({ code, message, hint }) => logger.warn({ code, hint }, message));
  const service = await openService(settings, { limitMs: longestWorkMs, onError });
  try {
    const { startServer } = await import('../../backend/start-server.js');
    const server = await startServer(settings, service, early);
    const stop = async (): Promise<void> => {
      await server.close();
      await service.close();
    };
    return { stop };
  } catch (thrown) {
    await service.close();
    throw thrown;
  }
}
