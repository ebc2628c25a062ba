import type { Command } from 'commander';
import { createLogger } from '../../app/create-logger.js';
import { settingsHelp } from '../../config/describe-settings.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { sparingly } from '../../painting/jobs/queue-error.js';
import { openService } from '../../painting/open-service.js';

/** A micrograph that takes longer has its worker replaced: something is stuck, and would keep all others waiting for ever. */
const longestWorkMs = 600_000;

interface ServeFlags {
  readonly host?: string;
  readonly port?: string;
}

/** Adds `sam-i-am serve`: the Label Studio ML backend. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve predictions to Label Studio')
    .option('--host <address>', 'address to listen on (HOST)')
    .option('--port <n>', 'port to listen on (PORT)')
    .addHelpText('after', () => `\n${settingsHelp()}`)
    .action(async (flags: ServeFlags) => serve(settingsOf(flags)));
}

function settingsOf({ host, port }: ServeFlags): Settings {
  const flags = { ...(host === undefined ? {} : { HOST: host }), ...(port === undefined ? {} : { PORT: port }) };
  return loadSettings({ ...process.env, ...flags });
}

/** Listens at once and loads the models meanwhile; SIGTERM or SIGINT drains and stops, a second one stops at once. */
async function serve(settings: Settings): Promise<void> {
  const { startServer } = await import('../../backend/start-server.js');
  const logger = createLogger(settings);
  const onError = sparingly(({ code, message, hint }) => logger.warn({ code, hint }, message));
  const service = await openService(settings, { limitMs: longestWorkMs, onError });
  const server = await startServer(settings, service);
  const stop = async (): Promise<void> => {
    await server.close();
    await service.close();
  };
  const stopOnce = (): void => {
    process.off('SIGTERM', stopOnce).off('SIGINT', stopOnce);
    void stop();
  };
  process.on('SIGTERM', stopOnce).on('SIGINT', stopOnce);
}
