/** An expected failure is a value, so that one bad input leaves its place empty instead of failing a batch. */
export type Result<Value, Failure extends Error = Error> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

/** A result that is there. */
export function success<Value>(value: Value): Result<Value, never> {
  return { ok: true, value };
}

/** A result that failed in an expected way. */
export function failure<Failure extends Error>(error: Failure): Result<never, Failure> {
  return { ok: false, error };
}

/** The value, or the failure thrown: for places where an exception is the simpler way out. */
export function valueOrThrow<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw result.error;
}
