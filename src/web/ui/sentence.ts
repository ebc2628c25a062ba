/** Words of the server begin small; on the page they stand alone. The name of a file, which has a dot in it, stays as it is. */
export function sentence(words: string): string {
  const [first = ''] = words.split(/\s/, 1);
  return /\.\w/.test(first) ? words : words.charAt(0).toUpperCase() + words.slice(1);
}
