import { once } from 'node:events';
import type { Response } from 'express';
import { stringifyWithBytes } from '../label-studio/json-bytes.js';

/** Label Studio gives up after 100 s without a byte, however long the whole answer takes. */
const silenceMs = 15_000;

/** A JSON answer that may take minutes. */
export interface SlowAnswer {
  /** There will be an answer: signs of life may be sent, from now on or after a while. */
  begin(afterMs?: number): void;
  /** Ends the answer; brush masks in it are written as arrays of numbers. */
  send(body: unknown): void;
  /** Sends `{"results": […]}` piece by piece as the entries come, then the fields of `last`. */
  sendResults(entries: AsyncIterable<unknown>, last: () => Readonly<Record<string, unknown>>): Promise<void>;
  /** Stops the sign of life without answering. */
  stop(): void;
}

/**
 * Keeps a client that waits for JSON from giving up: after a while of silence the answer begins with status 200, and a space,
 * which JSON ignores, is sent now and then. What goes wrong after that can only be told in the body.
 */
export function slowAnswer(response: Response, everyMs = silenceMs): SlowAnswer {
  let from = Infinity;
  const timer = setInterval(() => {
    if (performance.now() >= from) write(' ');
  }, everyMs);
  timer.unref();
  response.once('close', () => clearInterval(timer));
  const stop = () => clearInterval(timer);
  const write = (bytes: string | Uint8Array): boolean => {
    if (!response.headersSent) response.status(200).type('json');
    return response.write(bytes);
  };
  const send = (body: unknown) => {
    stop();
    const bytes = stringifyWithBytes(body);
    if (!response.headersSent) response.status(200).type('json').setHeader('content-length', bytes.length);
    response.end(bytes);
  };
  const sendResults: SlowAnswer['sendResults'] = async (entries, last) => {
    let before = '{"results":[';
    for await (const entry of entries) {
      if (response.destroyed) return;
      const roomLeft = write(Buffer.concat([Buffer.from(before), stringifyWithBytes(entry)]));
      if (!roomLeft) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      before = ',';
    }
    stop();
    const rest = JSON.stringify(last());
    write(`${before === ',' ? '' : before}]${rest === '{}' ? '}' : `,${rest.slice(1)}`}`);
    response.end();
  };
  return { begin: (afterMs = 0) => void (from = performance.now() + afterMs), send, sendResults, stop };
}
