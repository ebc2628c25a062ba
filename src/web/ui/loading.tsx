import type { JSX } from 'preact';

/** Stands where an answer of the server will be. */
export function Loading(): JSX.Element {
  return (
    <p class="hint" role="status">
      Asking the server …
    </p>
  );
}
