import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../core/printable.js';
import { messages, say } from './output.js';

/** Shows on standard error how far a long run is. */
export interface Progress {
  /** One item done; `line` says what came of it. */
  advance(line: string): void;
  /** Something to say that is not an item. */
  note(line: string): void;
  done(): void;
}

/** A bar with rate and time left on a terminal, plain lines elsewhere. `total` is null where it is not known beforehand. */
export function createProgress(total: number | null, stream: NodeJS.WriteStream = messages): Progress {
  return stream.isTTY ? barProgress(total ?? 0, stream) : lineProgress(total, stream);
}

function lineProgress(total: number | null, stream: NodeJS.WritableStream): Progress {
  let count = 0;
  return {
    advance: (line) => say(`[${++count}/${total ?? '?'}] ${line}`, stream),
    note: (line) => say(line, stream),
    done: () => undefined,
  };
}

function barProgress(total: number, stream: NodeJS.WriteStream): Progress {
  const started = performance.now();
  const format = '{bar} {value}/{total} | {rate} images/min | {eta_formatted} left | {line}';
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 10 }, Presets.shades_classic);
  bar.start(total, 0, { rate: '–', line: '' });
  let count = 0;
  return {
    advance(line) {
      count++;
      if (count > total) bar.setTotal(count);
      const rate = (count / ((performance.now() - started) / 60000)).toFixed(1);
      bar.increment({ rate, line: printable(line) });
    },
    note: (line) => sayAbove(bar, line, stream),
    done: () => bar.stop(),
  };
}

/** Takes the bar's line for a message, and draws the bar below it. */
function sayAbove(bar: SingleBar, line: string, stream: NodeJS.WriteStream): void {
  stream.write('\r\u001b[K');
  say(line, stream);
  bar.render();
}

/** Shows on standard error how much of a file has come. */
export interface ByteProgress {
  readonly update: (bytes: number) => void;
  readonly done: () => void;
}

/** A line every tenth of the way where there is no terminal. */
const linesPerFile = 10;

/** A bar with rate and time left on a terminal, plain lines elsewhere. */
export function createByteProgress(name: string, total: number, stream: NodeJS.WriteStream = messages): ByteProgress {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  if (!stream.isTTY) {
    let said = 0;
    const update = (bytes: number): void => {
      const tenth = Math.floor((bytes / total) * linesPerFile);
      if (tenth > said) say(`${name}: ${megabytes(bytes)} of ${megabytes(total)} MB`, stream);
      said = Math.max(said, tenth);
    };
    return { update, done: () => undefined };
  }
  const started = performance.now();
  const format = `{name} {bar} {percentage} % of ${megabytes(total)} MB | {rate} MB/s | {eta_formatted} left`;
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  bar.start(total, 0, { rate: '–', name: printable(name) });
  let first: number | undefined;
  const update = (bytes: number): void => {
    first ??= bytes;
    bar.update(bytes, { rate: ((bytes - first) / 1000 / (performance.now() - started)).toFixed(1) });
  };
  return { update, done: () => bar.stop() };
}

/** Shows on standard error how far a run is whose steps are not alike. */
export interface ShareProgress {
  readonly update: (done: number, line: string) => void;
  readonly note: (line: string) => void;
  readonly done: () => void;
}

/** A bar with the time left on a terminal, a line for every new step elsewhere. */
export function createShareProgress(name: string, stream: NodeJS.WriteStream = messages): ShareProgress {
  const percent = (share: number): number => Math.round(100 * share);
  if (!stream.isTTY) {
    let said = '';
    const update = (share: number, line: string): void => {
      if (line !== said) say(`${name}: ${percent(share)} % ${line}`, stream);
      said = line;
    };
    return { update, note: (line) => say(line, stream), done: () => undefined };
  }
  const format = '{name} {bar} {percentage} % | {eta_formatted} left | {line}';
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 20 }, Presets.shades_classic);
  bar.start(100, 0, { line: '', name: printable(name) });
  return {
    update: (share, line) => bar.update(percent(share), { line: printable(line) }),
    note: (line) => sayAbove(bar, line, stream),
    done: () => bar.stop(),
  };
}
