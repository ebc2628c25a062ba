import type { Socket } from 'node:net';
import { Command, type Redis } from 'ioredis';

/**
 * `SET key value PX keptMs` for a value of some megabytes, given in parts, that goes to the socket as it is. ioredis joins a command into one
 * new buffer first: memory outside of V8's heap, for which V8 collects all garbage again and again, at three times the cost of sending.
 */
export async function setLarge(redis: Redis, key: string, parts: readonly Uint8Array[], keptMs: number): Promise<void> {
  await redis.sendCommand(new SetLarge(key, parts, keptMs));
}

class SetLarge extends Command {
  readonly #parts: readonly Uint8Array[];

  constructor(key: string, parts: readonly Uint8Array[], keptMs: number) {
    super('set', [key, '', 'PX', String(keptMs)]);
    this.#parts = parts;
  }

  /** Called when it is this command's turn, and again on another connection if the answer does not come. */
  override toWritable(socket: Socket): string {
    const [key = '', , ...options] = this.args.map(String);
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    socket.cork();
    socket.write(`*5\r\n${['SET', key].map(bulk).join('')}$${length}\r\n`);
    for (const part of this.#parts) socket.write(part);
    process.nextTick(() => socket.uncork());
    return `\r\n${options.map(bulk).join('')}`;
  }
}

/** A string as the protocol of Redis writes it. */
function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
