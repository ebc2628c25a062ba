import { type ErrorCode, SamIAmError } from '../../core/errors.js';

/** What Redis says when it refuses, by the word that its answer begins with. */
const refusals: readonly {
  readonly words: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
}[] = [
  {
    words: /^(NOAUTH|WRONGPASS|ERR AUTH|ERR invalid password)/,
    code: 'queue.unauthorised',
    what: 'Redis refused the login',
    hint: 'Set REDIS_URL to redis://USER:PASSWORD@HOST:PORT with a user and password that this Redis knows.',
  },
  {
    words: /^NOPERM/,
    code: 'queue.unauthorised',
    what: 'the user of REDIS_URL may not do what the queue needs',
    hint: 'Allow that user all commands on keys and channels that begin with sam-i-am.',
  },
  {
    words: /^OOM/,
    code: 'queue.refused',
    what: 'Redis has no memory left',
    hint: 'Raise maxmemory of Redis, or keep fewer images in flight (prelabel --in-flight, MAX_QUEUE).',
  },
  {
    words: /^(READONLY|NOREPLICAS)/,
    code: 'queue.refused',
    what: 'Redis takes no writes',
    hint: 'Set REDIS_URL to the primary rather than to a read-only replica, and see that its replicas are well.',
  },
  {
    words: /^MISCONF/,
    code: 'queue.refused',
    what: 'Redis cannot write to its disk',
    hint: 'Make room on the disk of Redis; its log says more.',
  },
  {
    words: /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)/,
    code: 'queue.unreachable',
    what: 'Redis is not ready',
    hint: 'Wait until it is; the log of Redis says how far it is.',
  },
];

/** What went wrong with Redis, and the way out: a wrong password is something else than a server that is away. */
export function queueError(thrown: unknown): SamIAmError {
  if (thrown instanceof SamIAmError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (isConnectionError(thrown)) {
    const reason = message === '' ? codeOf(thrown) : message;
    return new SamIAmError('queue.unreachable', `Redis cannot be reached (${reason})`, {
      hint: 'See that Redis runs, and that REDIS_URL is its address as this machine reaches it.',
      cause: thrown,
    });
  }
  const refusal = refusals.find(({ words }) => words.test(message));
  if (refusal === undefined) {
    return new SamIAmError('queue.refused', `the queue in Redis failed (${message})`, {
      hint: 'Redis 6.2 or newer, or Valkey, is needed; its log may say more.',
      cause: thrown,
    });
  }
  const { code, what, hint } = refusal;
  return new SamIAmError(code, `${what} (${message})`, { hint, cause: thrown });
}

/** Redis answers, and says no: asking again at once would have the same answer, thousands of times a second. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

function isConnectionError(thrown: unknown): boolean {
  if (isRefusal(thrown) || !(thrown instanceof Error)) return false;
  return codeOf(thrown) !== '' || /^(Connection is closed|Stream isn't writeable|connect )/.test(thrown.message);
}

/** What the system calls the failure, for instance ECONNREFUSED. */
function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** Tells each kind of failure once, and again only after `everyMs`: a Redis that is away fails every tenth of a second. */
export function sparingly(
  tell: (error: SamIAmError) => void,
  everyMs = 60_000,
  now: () => number = Date.now,
): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    const known = queueError(error);
    const last = told.get(known.hint);
    if (last !== undefined && now() - last < everyMs) return;
    told.set(known.hint, now());
    tell(known);
  };
}
