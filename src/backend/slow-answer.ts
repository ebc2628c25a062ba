import type { Response } from 'express';
import { stringifyWithBytes } from '../label-studio/json-bytes.js';

/** Label Studio gives up after 100 s without a byte, however long the whole answer takes. */
const silenceMs = 15_000;

/** A JSON answer that may take minutes. */
export interface SlowAnswer {
  /** Ends the answer; brush masks in it are written as arrays of numbers. */
  send(body: unknown): void;
  /** Stops the sign of life without answering. */
  stop(): void;
}

/**
 * Keeps a client that waits for JSON from giving up: after a while of silence the answer begins with status 200, and a space,
 * which JSON ignores, is sent now and then. What goes wrong after that can only be told in the body.
 */
export function slowAnswer(response: Response, everyMs = silenceMs): SlowAnswer {
  const timer = setInterval(() => {
    if (!response.headersSent) response.status(200).type('json');
    response.write(' ');
  }, everyMs);
  timer.unref();
  response.once('close', () => clearInterval(timer));
  const stop = () => clearInterval(timer);
  const send = (body: unknown) => {
    stop();
    const bytes = stringifyWithBytes(body);
    if (!response.headersSent) response.status(200).type('json').setHeader('content-length', bytes.length);
    response.end(bytes);
  };
  return { send, stop };
}
