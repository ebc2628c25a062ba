import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import { SamIAmError } from '../../core/errors.js';
import { type TaskBounds, TaskStream } from '../../label-studio/task-stream.js';
import { RefusedRequest } from '../error-response.js';

/** Bounds of a request body. */
export interface BodyLimits {
  /** Bytes that may arrive, unpacked. */
  readonly maxBytes: number;
  /** Bytes that may remain when what predictions do not need is gone. */
  readonly maxKept: number;
  readonly maxTasks: number;
}

/**
 * Reads a body with tasks without the annotations and predictions in them (see {@link TaskStream}), in slices, so that megabytes
 * of masks never hold up the thread that answers health checks.
 */
export function taskBody(limits: BodyLimits): RequestHandler {
  return async (request, response, next) => {
    try {
      if (request.is('json') !== false) request.body = await readBody(request, limits);
    } catch (thrown) {
      // What is left of the body is still on its way: the connection serves for nothing else.
      response.setHeader('connection', 'close');
      request.unpipe();
      request.resume();
      throw thrown;
    }
    next();
  };
}

/** Bytes of bodies that are in memory now, of all requests. */
let held = 0;
const mostHeld = 512 * 2 ** 20;

/**
 * Takes the body off the wire as fast as it comes, and sifts it afterwards: Label Studio allows one second for sending all of it,
 * however large it is.
 */
async function readBody(request: Request, { maxBytes, maxKept, maxTasks }: BodyLimits): Promise<unknown> {
  const announced = Number(request.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The connection must outlive a body that is refused midway, to carry the answer.
    for await (const chunk of unpacked(request).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      held += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      if (held > mostHeld) throw tooMuchAtOnce();
      chunks.push(chunk);
    }
    return await sift(chunks, { mostKept: maxKept, mostTasks: maxTasks });
  } catch (thrown) {
    throw isStreamError(thrown) ? endedEarly(thrown) : thrown;
  } finally {
    held -= length;
  }
}

/** Health checks are answered in between. */
const sliceMs = 5;

async function sift(chunks: readonly Buffer[], bounds: TaskBounds): Promise<unknown> {
  const body = new TaskStream(bounds);
  let start = performance.now();
  for (const chunk of chunks) {
    body.write(chunk);
    if (performance.now() - start < sliceMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    start = performance.now();
  }
  return body.finish();
}

function unpacked(request: Request): Readable {
  const encoding = (request.get('content-encoding') ?? 'identity').toLowerCase();
  switch (encoding) {
    case 'identity':
      return request;
    case 'gzip':
      return unpackedBy(request, createGunzip());
    case 'deflate':
      return unpackedBy(request, createInflate());
    case 'br':
      return unpackedBy(request, createBrotliDecompress());
    default:
      throw new RefusedRequest(
        415,
        `the encoding "${encoding}" of the body is not supported`,
        'Send plain UTF-8 JSON.',
      );
  }
}

/** A request that breaks off ends the unpacking, too. */
function unpackedBy(request: Request, decompress: Transform): Readable {
  request.once('error', (error) => decompress.destroy(error));
  return request.pipe(decompress);
}

function isStreamError(thrown: unknown): boolean {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  return /^(ECONN|ERR_|Z_)/.test(code);
}

function tooLarge(maxBytes: number): RefusedRequest {
  const limit = `${Math.round(maxBytes / 2 ** 20)} MB`;
  return new RefusedRequest(413, `the body is larger than ${limit}`, 'Send fewer tasks at once.');
}

function tooMuchAtOnce(): SamIAmError {
  return new SamIAmError('capacity.queue_full', 'too many large requests arrive at once', {
    hint: 'Try again in a while, with fewer tasks at once.',
  });
}

function endedEarly(cause: unknown): RefusedRequest {
  return new RefusedRequest(400, 'the body ended early or is damaged', 'Send the body complete.', cause);
}
