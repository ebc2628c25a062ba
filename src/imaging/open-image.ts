/** Nanometres per pixel along x and y. */
export type PixelSizeNm = readonly [x: number, y: number];

/** How a micrograph was taken, as far as its file tells; nothing that names a person. */
export interface Acquisition {
  readonly detector?: string | undefined;
  /** Kilovolts. */
  readonly highTensionKv?: number | undefined;
  readonly magnification?: number | undefined;
  /** As the file writes it. */
  readonly date?: string | undefined;
}

/** Numbers of any kind that a detector or a program stores; integers of 64 bits are read as doubles. */
export type PixelValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** One image of a file as a microscopist sees it: one value per pixel, bright where the picture is bright, row by row from the top. */
export interface RawFrame {
  readonly width: number;
  readonly height: number;
  readonly values: PixelValues;
  /** Row-major; not 0 where the file says that the pixel has no data (alpha 0, a no-data value). */
  readonly empty?: Uint8Array | undefined;
  /** What of this frame is not used: sentences without the file's name. */
  readonly warnings?: readonly string[] | undefined;
}

/** Width and height in pixels, as the picture is shown. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** A file of which the headers were read, and no pixels. */
export interface OpenImage {
  /** Images in the file that could be segmented, by number from 0; thumbnails and reduced copies don't count. Not empty. */
  readonly frames: readonly FrameSize[];
  /** The one that is taken where nobody says which. */
  readonly defaultFrame: number;
  readonly pixelSizeNm: PixelSizeNm | null;
  readonly acquisition: Acquisition;
  /** What of the file is not used, or is used in a way that could surprise: sentences without the file's name. */
  readonly warnings: readonly string[];
  /** The pixels of one frame; nothing else of the file is read. */
  read(frame: number): Promise<RawFrame>;
}

/** An array like one for all frames of a stack, without an entry of its own for each. */
export function sameSize(count: number, size: FrameSize): readonly FrameSize[] {
  return new Array<FrameSize>(count).fill(size);
}
