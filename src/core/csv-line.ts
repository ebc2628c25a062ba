/**
 * RFC 4180: fields with commas, quotes or line breaks are quoted. A text that a spreadsheet would take for a formula gets an apostrophe
 * before it, which spreadsheets take for "text follows".
 */
export function csvLine(fields: readonly (string | number)[]): string {
  const quoted = fields
    .map((field) => (typeof field === 'string' && /^[=+\-@\t\r]/.test(field) ? `'${field}` : String(field)))
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${quoted.join(',')}\r\n`;
}
