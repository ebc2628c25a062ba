import type * as ort from 'onnxruntime-node';
import { SamIAmError } from '../core/errors.js';
import type { FeedTensor, FloatTensor, InferenceSession, TensorSpec } from './inference-session.js';
import { switchTelemetryOff } from './no-telemetry.js';
import { whyNoGraph } from './why-no-graph.js';

/** How a graph is opened. */
export interface OrtSessionOptions {
  /** Threads that one run may use. */
  readonly threads: number;
  /** Keep memory between runs: a little faster for small graphs run often, gigabytes for a large encoder. Default: true. */
  readonly keepMemory?: boolean;
}

/** Loads an ONNX graph from a file. Blocks its thread while loading and running: call it in a worker. */
export async function openOrtSession(path: string, options: OrtSessionOptions): Promise<InferenceSession> {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, path, options);
  const specs = new Map(session.inputMetadata.map((input) => [input.name, specOf(input)]));
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    specOf: (input) => specs.get(input),
    async run(feeds, fetches) {
      const results = await session.run(
        mapValues(feeds, (tensor) => toOrtTensor(runtime, tensor)),
        fetches ?? session.outputNames,
      );
      return mapValues(results, toFloatTensor);
    },
    release: () => session.release(),
  };
}

type Runtime = typeof ort;

/** Loads ONNX Runtime, which brings a library for each kind of machine: `model.incompatible` where it has none. */
async function loadRuntime(): Promise<Runtime> {
  switchTelemetryOff();
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw unsupportedMachine(process.platform, process.arch, cause);
  }
}

/** Says which machines the runtime of the models has no library for. */
export function unsupportedMachine(platform: string, arch: string, cause: unknown): SamIAmError {
  const isIntelMac = platform === 'darwin' && arch === 'x64';
  const machine = isIntelMac ? 'Macs with an Intel processor' : `this machine (${platform} ${arch})`;
  return new SamIAmError(
    'model.incompatible',
    `the runtime of the models, ONNX Runtime, has no library for ${machine}`,
    {
      hint: isIntelMac
        ? 'Run sam-i-am in Docker, or on Linux, Windows or a Mac with an Apple processor.'
        : 'Linux and Windows (x64, arm64) and Macs with an Apple processor have one; install sam-i-am again on this machine if it is one of them.',
      cause,
    },
  );
}

async function createSession(
  runtime: Runtime,
  path: string,
  options: OrtSessionOptions,
): Promise<ort.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(path, {
      intraOpNumThreads: options.threads,
      graphOptimizationLevel: 'all',
      // Patterns preallocate for the largest run and are kept; sizes vary here from image to image.
      enableMemPattern: false,
      enableCpuMemArena: options.keepMemory ?? true,
      // Idle threads must not burn the cores that the HTTP thread needs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw await unloadable(path, cause);
  }
}

async function unloadable(path: string, cause: unknown): Promise<SamIAmError> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/bad_alloc|out of memory|failed to allocate/i.test(reason)) {
    return new SamIAmError('model.incompatible', `${path} does not fit into memory`, {
      hint: 'Choose a smaller model with MODEL (sam-i-am models list shows sizes), lower CONCURRENCY, or add memory.',
      cause,
    });
  }
  const found = await whyNoGraph(path);
  if (found !== undefined) {
    return new SamIAmError('model.incompatible', `${path} ${found.reason}`, { hint: found.hint, cause });
  }
  return new SamIAmError(
    'model.incompatible',
    `${path} is damaged, cut off, or no ONNX graph that this version can load`,
    {
      hint: 'Restore the file (sam-i-am models verify names damaged ones) or choose another model with MODEL.',
      cause,
    },
  );
}

function specOf(input: ort.InferenceSession.ValueMetadata): TensorSpec {
  if (!input.isTensor) return { type: 'other', shape: [] };
  return { type: input.type, shape: input.shape.map((side) => (typeof side === 'number' && side > 0 ? side : null)) };
}

function toOrtTensor({ Tensor }: Runtime, { data, dims }: FeedTensor): ort.Tensor {
  return data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('int64', data, dims);
}

function toFloatTensor(tensor: ort.Tensor): FloatTensor {
  if (!(tensor.data instanceof Float32Array)) throw new TypeError(`expected a float output, got ${tensor.type}`);
  return { dims: tensor.dims, data: tensor.data };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
