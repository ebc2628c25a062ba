/** Control and direction characters: what they do to a terminal is not for a name to say. */
const active = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text from elsewhere (the name of a file, of a label) as a terminal or a log may show it: control and direction
 * characters are escaped.
 */
export function printable(text: string): string {
  return text.replaceAll(active, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** The same for one line of JSON, which means the same afterwards: such characters stand in strings only. */
export function printableJson(json: string): string {
  return json.replaceAll(active, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
