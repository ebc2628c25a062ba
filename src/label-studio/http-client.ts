import { Agent, type Dispatcher, request } from 'undici';
import { SamIAmError } from '../core/errors.js';
import {
  assertAllowedHost,
  createGuardedLookup,
  isAllowedHost,
  isLinkLocalAddress,
  isReservedAddress,
  type ResolveAll,
} from './host-guard.js';

/** What is asked for: an image of a task, an answer of Label Studio's API, or an access token. */
export type Asked = 'image' | 'api' | 'token';

/** How one request is made. */
export interface SendOptions {
  /** What failures are named for. */
  readonly asked: Asked;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** True for Label Studio's own address, which may be on this machine or a private network. */
  readonly trusted: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with its whole body; redirects are answers like others. */
export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly bytes: Uint8Array;
}

/** Sends requests to Label Studio and image hosts, within bounds of time and size. */
export interface HttpClient {
  send(url: string | URL, options: SendOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Bounds of an {@link HttpClient}. */
export interface HttpLimits {
  readonly allowedHosts: readonly string[];
  /** Largest body in bytes. */
  readonly maxBytes?: number;
  /** Time for one whole exchange. */
  readonly timeoutMs?: number | undefined;
  readonly connectTimeoutMs?: number;
  /** Looks names up; unset: as the system does. */
  readonly resolve?: ResolveAll;
}

/** Makes an {@link HttpClient} that reaches private addresses only where it is trusted to or allowed to. */
export function createHttpClient(limits: HttpLimits): HttpClient {
  const { allowedHosts, maxBytes = 256 * 2 ** 20, timeoutMs = 45_000, connectTimeoutMs = 5_000, resolve } = limits;
  const open = new Agent({
    connect: { timeout: connectTimeoutMs, lookup: createGuardedLookup(resolve, isLinkLocalAddress) },
  });
  const guarded = new Agent({ connect: { timeout: connectTimeoutMs, lookup: createGuardedLookup(resolve) } });

  const send = async (address: string | URL, options: SendOptions): Promise<HttpAnswer> => {
    const url = new URL(address);
    const isAllowed = isAllowedHost(url, allowedHosts);
    if (!isAllowed) assertAllowedHost(url, options.trusted ? isLinkLocalAddress : isReservedAddress);
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
    try {
      const answer = await request(url, {
        method: options.method ?? 'GET',
        headers: { 'accept-encoding': 'identity', ...options.headers },
        body: options.body ?? null,
        dispatcher: options.trusted || isAllowed ? open : guarded,
        signal,
      });
      return await readAnswer(answer, maxBytes, () => tooLarge[options.asked](url, maxBytes));
    } catch (thrown) {
      if (options.signal?.aborted === true) throw cancelled(options.asked);
      if (deadline.aborted) throw timedOut[options.asked](url, timeoutMs);
      throw describeFailure(thrown, url, options);
    }
  };
  const close = async () => {
    await Promise.all([open.close(), guarded.close()]);
  };
  return { send, close };
}

async function readAnswer(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
  tooMuch: () => SamIAmError,
): Promise<HttpAnswer> {
  const announced = Number(answer.headers['content-length'] ?? 0);
  if (announced > maxBytes) {
    // Nobody reads on, so that nobody hears of its end either: unheard, it would end the process.
    answer.body.on('error', () => undefined).destroy();
    throw tooMuch();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooMuch();
    chunks.push(chunk);
  }
  const { location } = answer.headers;
  return {
    status: answer.statusCode,
    location: typeof location === 'string' ? location : undefined,
    bytes: Buffer.concat(chunks, length),
  };
}

function describeFailure(thrown: unknown, url: URL, { asked, trusted }: SendOptions): SamIAmError {
  if (thrown instanceof SamIAmError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT') return timedOut[asked](url);
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (trusted) {
    return new SamIAmError(
      'label_studio.unreachable',
      `Label Studio does not answer at ${url.origin}: ${reason || code}`,
      {
        hint: 'Set LABEL_STUDIO_URL to the address under which the backend reaches Label Studio.',
        cause: thrown,
      },
    );
  }
  return new SamIAmError('image.not_found', `${url.host} cannot be reached: ${reason || code}`, {
    hint: 'Check the address in the task, and that the machine of the backend reaches this host.',
    cause: thrown,
  });
}

/** What a failure is called, by what was asked. */
type Named<Detail> = Readonly<Record<Asked, (url: URL, detail?: Detail) => SamIAmError>>;

const within = (timeoutMs?: number): string => (timeoutMs === undefined ? 'in time' : `within ${timeoutMs / 1000} s`);

const timedOut: Named<number> = {
  image: (url, timeoutMs) =>
    new SamIAmError('image.timeout', `${url.host} did not send the image ${within(timeoutMs)}`, {
      hint: 'Try again; if it stays slow, upload the image to Label Studio.',
    }),
  api: (url, timeoutMs) => slowLabelStudio(url, `did not answer ${within(timeoutMs)}`),
  token: (url, timeoutMs) => slowLabelStudio(url, `gave no access token ${within(timeoutMs)}`),
};

function slowLabelStudio(url: URL, what: string): SamIAmError {
  return new SamIAmError('label_studio.unreachable', `Label Studio at ${url.origin} ${what}`, {
    hint: 'Try again; if it stays slow, look into its log.',
  });
}

const tooLarge: Named<number> = {
  image: (url, maxBytes) =>
    new SamIAmError('image.too_large', `the file at ${url.host} has more than ${maxBytes} bytes`, {
      hint: 'Store the micrograph in a smaller format, for instance 8-bit PNG.',
    }),
  api: (url, maxBytes) => largeLabelStudio(url, maxBytes),
  token: (url, maxBytes) => largeLabelStudio(url, maxBytes),
};

function largeLabelStudio({ origin }: URL, maxBytes?: number): SamIAmError {
  return new SamIAmError(
    'label_studio.refused',
    `Label Studio at ${origin} answered with more than ${maxBytes} bytes`,
    {
      hint: 'Check that the address is that of Label Studio; of a large project give an export instead.',
    },
  );
}

function cancelled(asked: Asked): SamIAmError {
  const what = { image: 'the image was there', api: 'Label Studio answered', token: 'Label Studio gave a token' }[
    asked
  ];
  return new SamIAmError('cancelled', `the request was withdrawn before ${what}`, { hint: 'Ask again.' });
}
