import type { Request, RequestHandler } from 'express';
import { RefusedRequest } from '../error-response.js';

/** Parsing more at once would hold up health checks. */
const mostWhole = 1 << 18;
/** Of a longer body so much is kept from either end. */
const endBytes = 1 << 16;

/** What is kept of the body of a webhook: all of it, or the two ends of one that carries megabytes of masks. */
export type EventBody = { readonly whole: Buffer } | { readonly head: Buffer; readonly tail: Buffer };

/**
 * Reads the body of a webhook into `request.body`, an {@link EventBody}, in memory that does not grow with it. Webhooks
 * may come without a login, so nothing is unpacked: Label Studio packs nothing.
 */
export function eventBody(maxBytes: number): RequestHandler {
  return async (request, response, next) => {
    try {
      if ((request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') throw packed();
      if (request.is(['json', '+json']) !== false) request.body = await readEnds(request, maxBytes);
    } catch (thrown) {
      response.setHeader('connection', 'close');
      request.resume();
      throw thrown;
    }
    next();
  };
}

async function readEnds(request: Request, maxBytes: number): Promise<EventBody> {
  if (Number(request.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  let length = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let head: Buffer | undefined;
  // The connection must outlive a body that is refused midway, to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    kept.push(chunk);
    keptBytes += chunk.length;
    if (keptBytes <= mostWhole) continue;
    const joined = Buffer.concat(kept);
    head ??= Buffer.from(joined.subarray(0, endBytes));
    kept = [Buffer.from(joined.subarray(-endBytes))];
    keptBytes = endBytes;
  }
  const rest = Buffer.concat(kept);
  return head === undefined ? { whole: rest } : { head, tail: rest.subarray(-endBytes) };
}

function packed(): RefusedRequest {
  return new RefusedRequest(415, 'a packed body is not taken here', 'Send plain UTF-8 JSON.');
}

function tooLarge(maxBytes: number): RefusedRequest {
  return new RefusedRequest(
    413,
    `the body is larger than ${Math.round(maxBytes / 2 ** 20)} MB`,
    'Send a smaller event.',
  );
}
