import { type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.js';

/** JSON lines on standard error. */
export function createLogger(settings: Settings): Logger {
  const redact = { paths: ['authorization', 'token', 'access_token', '*.authorization', '*.token', '*.access_token'] };
  return pino({ level: settings.logLevel, redact, base: null }, pino.destination({ dest: 2, sync: true }));
}
