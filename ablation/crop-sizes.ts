import type { TextureEncoder } from '../src/texture/texture-encoder.js';

/**
 * The encoder on crops of another size at the same scale: smaller ones are filled up by reflection, larger ones are described by the mean of
 * their four corners.
 */
export function encoderOfSize(encoder: TextureEncoder, cropSize: number): TextureEncoder {
  const expand = cropSize < encoder.cropSize ? reflectedCrop : cornerCrops;
  return {
    cropSize,
    dimensions: encoder.dimensions,
    async describe(crops, count) {
      const windows: Float32Array[] = [];
      for (let crop = 0; crop < count; crop++) {
        windows.push(...expand(crops.subarray(crop * cropSize ** 2), cropSize, encoder.cropSize));
      }
      const perCrop = windows.length / count;
      const described = await encoder.describe(joined(windows), windows.length);
      return meansOf(described, perCrop, encoder.dimensions);
    },
    release: () => encoder.release(),
  };
}

function joined(windows: readonly Float32Array[]): Float32Array {
  const length = windows[0]?.length ?? 0;
  const all = new Float32Array(windows.length * length);
  windows.forEach((window, index) => all.set(window, index * length));
  return all;
}

function reflectedCrop(crop: Float32Array, from: number, to: number): Float32Array[] {
  const folded = (position: number): number => {
    const at = position % (2 * from);
    return at < from ? at : 2 * from - 1 - at;
  };
  return [windowOf(to, (x, y) => crop[folded(y) * from + folded(x)] ?? 0)];
}

function cornerCrops(crop: Float32Array, from: number, to: number): Float32Array[] {
  const starts = [0, from - to];
  return starts.flatMap((top) => starts.map((left) => windowOf(to, (x, y) => crop[(top + y) * from + left + x] ?? 0)));
}

function windowOf(side: number, value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: side * side }, (_, index) => value(index % side, Math.floor(index / side)));
}

/** Means of each `perCrop` embeddings, of unit length. */
function meansOf(embeddings: Float32Array, perCrop: number, dimensions: number): Float32Array {
  const means = new Float32Array(embeddings.length / perCrop);
  for (let start = 0; start < means.length; start += dimensions) {
    const mean = means.subarray(start, start + dimensions);
    for (let part = 0; part < perCrop; part++) {
      for (let d = 0; d < dimensions; d++) {
        mean[d] = (mean[d] as number) + (embeddings[start * perCrop + part * dimensions + d] as number);
      }
    }
    const length = Math.hypot(...mean) || 1;
    mean.forEach((value, d) => (mean[d] = value / length));
  }
  return means;
}
