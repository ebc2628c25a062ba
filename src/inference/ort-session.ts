import * as ort from 'onnxruntime-node';
import { SamIAmError } from '../core/errors.js';
import type { FloatTensor, InferenceSession } from './inference-session.js';

export interface OrtSessionOptions {
  /** Threads that one run may use. */
  readonly threads: number;
}

/** Loads an ONNX graph from a file. Blocks its thread while loading and running: call it in a worker. */
export async function openOrtSession(path: string, options: OrtSessionOptions): Promise<InferenceSession> {
  const session = await createSession(path, options);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, fetches) {
      const tensors = mapValues(feeds, (tensor) => new ort.Tensor('float32', tensor.data, tensor.dims));
      const results = await session.run(tensors, fetches ?? session.outputNames);
      return mapValues(results, toFloatTensor);
    },
    release: () => session.release(),
  };
}

async function createSession(path: string, options: OrtSessionOptions): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, {
      intraOpNumThreads: options.threads,
      graphOptimizationLevel: 'all',
      // Patterns preallocate for the largest run and are kept; sizes vary here from image to image.
      enableMemPattern: false,
      // Idle threads must not burn the cores that the HTTP thread needs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new SamIAmError('model.incompatible', `${path} is no ONNX graph that this version can load`, {
      hint: 'Restore the file (npm ci, or a fresh checkout) or choose another model with MODEL.',
      cause,
    });
  }
}

function toFloatTensor(tensor: ort.Tensor): FloatTensor {
  if (!(tensor.data instanceof Float32Array)) throw new TypeError(`expected a float output, got ${tensor.type}`);
  return { dims: tensor.dims, data: tensor.data };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
