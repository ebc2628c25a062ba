import type { FloatTensor, FloatTensors } from '../../inference/inference-session.js';

/** An output that must be there. */
export function tensorOf(tensors: FloatTensors, name: string): FloatTensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new RangeError(`the graph gave no output ${name}`);
  return tensor;
}
