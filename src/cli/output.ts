/** Results go to standard output, everything else to standard error. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function writeJsonLine(value: unknown): void {
  writeLine(JSON.stringify(value));
}
