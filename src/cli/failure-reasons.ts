import type { ErrorCode, SamIAmError } from '../core/errors.js';

interface Reason {
  readonly example: SamIAmError;
  readonly first: string[];
  count: number;
}

const namedPerReason = 5;

/** Failures of a long run by their kind: how many, the first ones by name, and what to do. */
export class FailureReasons {
  readonly #reasons = new Map<ErrorCode, Reason>();

  get count(): number {
    return [...this.#reasons.values()].reduce((sum, { count }) => sum + count, 0);
  }

  add(name: string, error: SamIAmError): void {
    const reason = this.#reasons.get(error.code) ?? { example: error, first: [], count: 0 };
    this.#reasons.set(error.code, reason);
    reason.count++;
    if (reason.first.length < namedPerReason) reason.first.push(name);
  }

  *lines(): Generator<string> {
    for (const { example, first, count } of this.#reasons.values()) {
      const more = count > first.length ? ` and ${count - first.length} more` : '';
      yield `failed: ${first.join(', ')}${more}: ${example.message}. ${example.hint}`;
    }
  }
}
