/** The masks of training/fixtures/record_brush_masks.py: row-major bytes, 255 inside. */
export function randomMask(seed: number): { width: number; height: number; mask: Uint8Array } {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const most = seed % 10 === 0 ? 700 : 90;
  const width = 1 + (next() % most);
  const height = 1 + (next() % most);
  const mask = new Uint8Array(width * height);
  let inside = false;
  for (let position = 0; position < mask.length; inside = !inside) {
    const longest = [3, 17, 300, 40000][next() % 4] ?? 3;
    const end = Math.min(mask.length, position + 1 + (next() % longest));
    if (inside) mask.fill(255, position, end);
    position = end;
  }
  return { width, height, mask };
}
