import type { TensorArray } from '../../../graph/element-type.js';

/** Where a compiled step runs. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** The packages that run compiled steps. */
export type RuntimeName = 'onnxruntime-node' | 'onnxruntime-web';

/** A tensor of the runtime, in plain memory or on a device. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  /** The numbers; throws for a tensor on a device. */
  readonly data: TensorArray;
  /** `cpu`, `gpu-buffer`, or `none` once disposed. */
  readonly location: string;
  /** Frees device memory at once; plain memory is left to the garbage collector. */
  dispose(): void;
}

/** Outputs of a run by name. A tensor is written in place; for `null` the runtime makes one. */
export type Fetches = Readonly<Record<string, RuntimeTensor | null>>;

/** A program loaded into the runtime. */
export interface RuntimeSession {
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Fetches,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
  endProfiling?(): void;
}

/** What is used of the modules onnxruntime-node and onnxruntime-web, which have the same interface. */
export interface OnnxRuntimeModule {
  readonly InferenceSession: {
    // As wide as the overloads of their declarations need it.
    create(model: never, options: never): Promise<unknown>;
  };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => unknown;
  readonly env: {
    readonly versions: { readonly node?: string };
    readonly wasm: { numThreads?: number };
  };
}

/** A loaded ONNX Runtime. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly createSession: (
    model: Uint8Array,
    options: Readonly<Record<string, unknown>>,
  ) => Promise<RuntimeSession>;
  readonly Tensor: new (type: string, data: TensorArray, dims: readonly number[]) => RuntimeTensor;
}

/** Which ONNX Runtime, where on it, and how. */
export interface RuntimeOptions {
  /** Default `cpu`. */
  readonly device?: Device;
  /** Threads inside one operator. Default 1, which small steps are fastest with. */
  readonly threads?: number;
  /**
   * Default `onnxruntime-node` in Node, `onnxruntime-web` elsewhere. Or the imported module itself, where none is to be
   * looked for.
   */
  readonly runtime?: RuntimeName | OnnxRuntimeModule;
  /** Writes the time of each node to `<prefix>_<date>.json` when the compiled step is disposed. */
  readonly profile?: string;
}
