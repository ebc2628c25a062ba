import type { JSX } from 'preact';

/** What is wrong, and the way out. */
export function Problem({ message, hint }: { readonly message: string; readonly hint: string }): JSX.Element {
  return (
    <div class="problem" role="alert">
      <strong>{message}</strong>
      {hint !== '' && <span> {hint}</span>}
    </div>
  );
}
