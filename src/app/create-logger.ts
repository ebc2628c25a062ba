import { type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.js';
import { printableJson } from '../core/printable.js';

/** JSON lines on standard error, which do nothing on a terminal whatever the names in them carry. */
export function createLogger(settings: Settings): Logger {
  const redact = { paths: ['authorization', 'token', 'access_token', '*.authorization', '*.token', '*.access_token'] };
  const destination = pino.destination({ dest: 2, sync: true });
  const write = (line: string): void => void destination.write(`${printableJson(line.trimEnd())}\n`);
  return pino({ level: settings.logLevel, redact, base: null }, { write });
}
