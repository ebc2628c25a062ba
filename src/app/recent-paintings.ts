import type { PaintedMicrograph } from './segmentation-service.js';

const mostBytes = 64 * 2 ** 20;

/**
 * The last paintings, up to 64 MB of masks: the same file with the same settings is painted the same, and Label Studio asks
 * again for what it has been told, for instance for each copy of a project.
 */
export class RecentPaintings {
  readonly #paintings = new Map<string, PaintedMicrograph>();
  #bytes = 0;

  find(key: string): PaintedMicrograph | undefined {
    const found = this.#paintings.get(key);
    if (found !== undefined) {
      this.#paintings.delete(key);
      this.#paintings.set(key, found);
    }
    return found;
  }

  keep(key: string, painting: PaintedMicrograph): void {
    const before = this.#paintings.get(key);
    if (before !== undefined) this.#forget(key, before);
    this.#paintings.set(key, painting);
    this.#bytes += sizeOf(painting);
    for (const [oldest, value] of this.#paintings) {
      if (this.#bytes <= mostBytes) return;
      this.#forget(oldest, value);
    }
  }

  #forget(key: string, painting: PaintedMicrograph): void {
    this.#paintings.delete(key);
    this.#bytes -= sizeOf(painting);
  }
}

function sizeOf({ materials }: PaintedMicrograph): number {
  return materials.reduce((sum, { brushRle }) => sum + brushRle.length, 0);
}
