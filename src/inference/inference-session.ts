/** A dense float tensor, row-major. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by the name of the graph's output. */
export type FloatTensors = Readonly<Record<string, FloatTensor>>;

/** What a graph can be fed: floats, and in some layouts 64-bit labels. */
export interface FeedTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Tensors by the name of the graph's input. */
export type FeedTensors = Readonly<Record<string, FeedTensor>>;

/** What a graph says of one of its inputs. */
export interface TensorSpec {
  /** Element type as ONNX Runtime calls it: float32, int64, uint8 … */
  readonly type: string;
  /** A number, or null where the axis is dynamic. */
  readonly shape: readonly (number | null)[];
}

/** A loaded graph: the runtime behind a model. Names are the graph's own. */
export interface InferenceSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Type and shape of an input; undefined for a name that the graph does not have. */
  specOf(input: string): TensorSpec | undefined;
  /** Runs the graph; `fetches` names the outputs wanted (all, if left out), so that the rest of the graph can be skipped. */
  run(feeds: FeedTensors, fetches?: readonly string[]): Promise<FloatTensors>;
  release(): Promise<void>;
}
