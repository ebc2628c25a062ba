import { ByteBudgetCache } from './byte-budget-cache.js';
import type { PaintedMicrograph } from './segmentation-service.js';

const mostBytes = 64 * 2 ** 20;

/**
 * The last paintings, up to 64 MB of masks: the same file with the same settings is painted the same, and Label Studio asks
 * again for what it has been told, for instance for each copy of a project.
 */
export class RecentPaintings {
  readonly #paintings = new ByteBudgetCache<PaintedMicrograph>(mostBytes);

  find(key: string): PaintedMicrograph | undefined {
    return this.#paintings.get(key);
  }

  keep(key: string, painting: PaintedMicrograph): void {
    this.#paintings.put(key, painting, sizeOf(painting));
  }
}

function sizeOf({ materials }: PaintedMicrograph): number {
  return materials.reduce((sum, { brushRle }) => sum + brushRle.length, 0);
}
