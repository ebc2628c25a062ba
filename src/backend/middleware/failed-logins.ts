/** Logins of one client that may fail within a minute. */
const mostFailures = 10;
const minuteMs = 60_000;
/** Clients that are remembered; the one whose minute began first goes first. */
const mostClients = 10_000;

/** Counts logins that failed, so that nobody tries passwords by the thousand. */
export class FailedLogins {
  readonly #clients = new Map<string, { readonly since: number; count: number }>();
  readonly #now: () => number;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a client has to wait: it failed too often within this minute. */
  mustWait(client: string): boolean {
    return (this.#current(client)?.count ?? 0) >= mostFailures;
  }

  note(client: string): void {
    const current = this.#current(client);
    if (current !== undefined) {
      current.count++;
      return;
    }
    this.#clients.delete(client);
    const oldest = this.#clients.keys().next();
    if (this.#clients.size >= mostClients && oldest.done !== true) this.#clients.delete(oldest.value);
    this.#clients.set(client, { since: this.#now(), count: 1 });
  }

  #current(client: string): { count: number } | undefined {
    const known = this.#clients.get(client);
    return known !== undefined && this.#now() - known.since < minuteMs ? known : undefined;
  }
}
