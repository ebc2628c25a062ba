import type { GreyImage } from '../core/micrograph.js';
import { type ByteImage, resizeBytes } from '../core/resize-bytes.js';

/** How an image lies in the square or frame that the encoder sees. */
export interface ImageFrame {
  /** Size in pixels to which the image was resized; the rest of the frame is padding. */
  readonly width: number;
  readonly height: number;
  /** Frame pixels per image pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** The largest frame that holds the image: `width` × `height`, resized without distortion (SAM 1: 1024 × 1024). */
export function fitInto(image: GreyImage, width: number, height: number): ImageFrame {
  const scale = Math.min(width / image.width, height / image.height);
  const side = (length: number): number => Math.max(1, Math.floor(length * scale + 0.5));
  return frameOf(image, side(image.width), side(image.height));
}

/** The whole frame, the image stretched to it (SAM 2). */
export function stretchTo(image: GreyImage, width: number, height: number): ImageFrame {
  return frameOf(image, width, height);
}

function frameOf(image: GreyImage, width: number, height: number): ImageFrame {
  return { width, height, scaleX: width / image.width, scaleY: height / image.height };
}

/** The image in its frame as 8-bit grey, resized as Meta's predictor does. */
export function resizeToFrame({ width, height, grey }: GreyImage, frame: ImageFrame): ByteImage {
  const pixels = Uint8Array.from(grey, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
  return resizeBytes({ width, height, pixels }, frame.width, frame.height);
}

/** Statistics of the three colour channels with which SAM was trained, in grey levels. */
export interface ChannelStatistics {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** Mean and standard deviation of the channels (0 to 255) that SAM was trained with. */
export const samStatistics: ChannelStatistics = {
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
};

/** Grey as three normalised channels, one after the other, padded to the right and below with the mean colour (which becomes 0). */
export function normalisedChannels(image: ByteImage, width: number, height: number): Float32Array {
  const { mean, deviation } = samStatistics;
  const data = new Float32Array(3 * width * height);
  for (let channel = 0; channel < 3; channel++) {
    const levels = levelTable(mean[channel] as number, deviation[channel] as number);
    for (let y = 0; y < image.height; y++) {
      const target = (channel * height + y) * width;
      for (let x = 0; x < image.width; x++) {
        data[target + x] = levels[image.pixels[y * image.width + x] as number] as number;
      }
    }
  }
  return data;
}

/** Grey levels 0 to 255 as three channels, one after the other. */
export function levelChannels({ pixels }: ByteImage): Float32Array {
  const data = new Float32Array(3 * pixels.length);
  for (let channel = 0; channel < 3; channel++) data.set(pixels, channel * pixels.length);
  return data;
}

/** Grey levels 0 to 255, the three channels of a pixel side by side, padded to the right and below with the mean colour. */
export function interleavedLevels(image: ByteImage, width: number, height: number): Float32Array {
  const data = new Float32Array(3 * width * height);
  const { mean } = samStatistics;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x < image.width && y < image.height;
      const level = inside ? (image.pixels[y * image.width + x] as number) : undefined;
      for (let channel = 0; channel < 3; channel++)
        data[(y * width + x) * 3 + channel] = level ?? (mean[channel] as number);
    }
  }
  return data;
}

/** The 256 normalised levels, in single precision as PyTorch computes them. */
function levelTable(mean: number, deviation: number): Float32Array {
  const [m, d] = [Math.fround(mean), Math.fround(deviation)];
  return Float32Array.from({ length: 256 }, (_, level) => Math.fround(level - m) / d);
}
