import type { JSX } from 'preact';
import { sentence } from './sentence.js';

/** What is wrong, and the way out. */
export function Problem({ message, hint }: { readonly message: string; readonly hint: string }): JSX.Element {
  return (
    <div class="problem" role="alert">
      <strong>{sentence(message)}</strong>
      {hint !== '' && <span> {hint}</span>}
    </div>
  );
}
