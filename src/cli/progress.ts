import { Presets, SingleBar } from 'cli-progress';

/** Shows on standard error how far a long run is. */
export interface Progress {
  /** One item done; `line` says what came of it. */
  advance(line: string): void;
  /** Something to say that is not an item. */
  note(line: string): void;
  done(): void;
}

/** A bar with rate and time left on a terminal, plain lines elsewhere. */
export function createProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barProgress(total, stream) : lineProgress(total, stream);
}

function lineProgress(total: number, stream: NodeJS.WritableStream): Progress {
  let count = 0;
  return {
    advance: (line) => stream.write(`[${++count}/${total}] ${line}\n`),
    note: (line) => stream.write(`${line}\n`),
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
      const rate = (count / ((performance.now() - started) / 60000)).toFixed(1);
      bar.increment({ rate, line });
    },
    note(line) {
      stream.write(`\r\u001b[K${line}\n`);
      bar.render();
    },
    done: () => bar.stop(),
  };
}
