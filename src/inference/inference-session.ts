/** A dense float tensor, row-major. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export type FloatTensors = Readonly<Record<string, FloatTensor>>;

/** A loaded graph: the runtime behind a model. Names are the graph's own. */
export interface InferenceSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Runs the graph; `fetches` names the outputs wanted (all, if left out), so that the rest of the graph can be skipped. */
  run(feeds: FloatTensors, fetches?: readonly string[]): Promise<FloatTensors>;
  release(): Promise<void>;
}
