import { type IndexMap, type Paint, paintTile } from './index-map.js';
import { levelFor, type Size, type Viewport } from './viewport.js';

const tileSide = 256;
const mostTiles = 300;

/** Coloured masks over an image, painted tile by tile as they come into view, as finely as the screen can show them. */
export class TiledLayer {
  readonly #map: IndexMap;
  readonly #paintOf: (value: number) => Paint | null;
  readonly #tiles = new Map<string, HTMLCanvasElement>();
  readonly #levels: number;

  constructor(map: IndexMap, paintOf: (value: number) => Paint | null) {
    this.#map = map;
    this.#paintOf = paintOf;
    this.#levels = 1 + Math.max(0, Math.ceil(Math.log2(Math.max(map.width, map.height) / tileSide)));
  }

  get map(): IndexMap {
    return this.#map;
  }

  /** Draws what of it lies in a pane; `image` is the size of the micrograph, which the map may show more coarsely. */
  draw(context: CanvasRenderingContext2D, view: Viewport, image: Size, pane: Size, pixelRatio: number): void {
    const scale = (image.width / this.#map.width) * view.zoom;
    const scaleDown = (image.height / this.#map.height) * view.zoom;
    const level = levelFor(scale * pixelRatio, this.#levels);
    const side = tileSide * 2 ** level;
    const first = (offset: number, by: number) => Math.max(0, Math.floor(-offset / by / side));
    const last = (offset: number, by: number, room: number, length: number) =>
      Math.min(Math.ceil(length / side), Math.ceil((room - offset) / by / side));
    context.imageSmoothingEnabled = scale * pixelRatio * 2 ** level < 1;
    for (let row = first(view.y, scaleDown); row < last(view.y, scaleDown, pane.height, this.#map.height); row++) {
      for (let column = first(view.x, scale); column < last(view.x, scale, pane.width, this.#map.width); column++) {
        const tile = this.#tile(level, column, row);
        const [left, top] = [view.x + column * side * scale, view.y + row * side * scaleDown];
        const step = 2 ** level;
        context.drawImage(tile, left, top, tile.width * step * scale, tile.height * step * scaleDown);
      }
    }
  }

  #tile(level: number, column: number, row: number): HTMLCanvasElement {
    const key = `${level}/${column}/${row}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const step = 2 ** level;
    const [left, top] = [column * tileSide * step, row * tileSide * step];
    const columns = Math.min(tileSide, Math.ceil((this.#map.width - left) / step));
    const rows = Math.min(tileSide, Math.ceil((this.#map.height - top) / step));
    const pixels = paintTile(this.#map, { left, top, step, columns, rows }, this.#paintOf);
    const tile = canvasOf(columns, rows);
    tile.getContext('2d')?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
    const oldest = this.#tiles.keys().next();
    if (this.#tiles.size >= mostTiles && oldest.done !== true) this.#tiles.delete(oldest.value);
    this.#tiles.set(key, tile);
    return tile;
  }
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
