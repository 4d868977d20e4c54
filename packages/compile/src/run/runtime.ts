import { EspalierError } from '@espalier/core';
import type { TensorArray } from '../graph/element-type.js';

/** Where a compiled step runs. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** A tensor of the runtime: typed data that it reads and writes in place. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorArray;
}

/** A program loaded into the runtime. */
export interface RuntimeSession {
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
  endProfiling?(): void;
}

/** What is used of onnxruntime-node and onnxruntime-web, which have the same interface. */
export interface Runtime {
  readonly name: 'onnxruntime-node' | 'onnxruntime-web';
  readonly createSession: (
    model: Uint8Array,
    options: Readonly<Record<string, unknown>>,
  ) => Promise<RuntimeSession>;
  readonly Tensor: new (type: string, data: TensorArray, dims: readonly number[]) => RuntimeTensor;
}

/** Options of {@link loadRuntime}. */
export interface RuntimeOptions {
  /** Default `onnxruntime-node` in Node, `onnxruntime-web` elsewhere. */
  readonly runtime?: Runtime['name'];
}

interface OnnxRuntimeModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession>;
  };
  readonly Tensor: Runtime['Tensor'];
}

/**
 * Loads ONNX Runtime, which is an optional peer: nothing is imported before the first program is compiled.
 *
 * @throws EspalierError `executor-unavailable` when the package is not installed, saying what to install.
 */
export async function loadRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const name = options.runtime ?? (isNode() ? 'onnxruntime-node' : 'onnxruntime-web');
  try {
    const loaded: unknown =
      name === 'onnxruntime-node' ? await import('onnxruntime-node') : await import('onnxruntime-web');
    const ort = ((loaded as { default?: unknown }).default ?? loaded) as OnnxRuntimeModule;
    return {
      name,
      Tensor: ort.Tensor,
      createSession: (model, sessionOptions) => ort.InferenceSession.create(model, sessionOptions),
    };
  } catch (cause) {
    throw new EspalierError({
      code: 'executor-unavailable',
      scope: 'compile',
      message: `Compiled steps need ONNX Runtime, and "${name}" could not be loaded: npm install ${name}. (${(cause as Error).message})`,
      cause,
    });
  }
}

function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}
