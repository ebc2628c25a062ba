/** A text without the `character`s that it ends in; linear in their number, as a regular expression with `+$` is not. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
